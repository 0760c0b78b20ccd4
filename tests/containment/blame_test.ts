/** A command that ends or blocks the daemon is quarantined, and no other command is. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { sendQuery } from "../../src/client/mod.ts";
import { serve, type Served } from "../serving.ts";
import { later } from "../waiting.ts";

const agent = fileURLToPath(new URL("../fixtures/deadly_agent.ts", import.meta.url));

async function ask(served: Served, command: string): Promise<string> {
  try {
    const { state, text } = await sendQuery({
      host: "127.0.0.1",
      port: served.port,
      command,
      tls: false,
      timeout: 40,
    });
    return `${state} ${text}`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Waits until the next daemon answers an innocent command. */
async function back(served: Served): Promise<void> {
  const start = performance.now();
  while (await ask(served, "innocent") !== "OK fine") {
    assert(performance.now() - start < 10_000, served.log());
  }
}

const deaths = (served: Served) => served.log().split("error restart").length - 1;

for (const culprit of ["typescript", "javascript", "heap"]) {
  Deno.test(`A command that ends the daemon (${culprit}) is quarantined after two deaths, and one beside it is not`, async () => {
    await using served = await serve(agent, "--no-tls");
    const beside = ask(served, "slow");
    await ask(served, culprit);
    await beside;
    await served.logged("error restart");
    await back(served);
    assertEquals(await ask(served, "slow"), "OK fine");
    await ask(served, culprit);
    await served.logged("error restart", 2);
    await back(served);
    assertMatch(
      await ask(served, culprit),
      /^UNKNOWN Command '\w+' is quarantined: it ended the daemon when it ran alone/,
    );
    assertEquals(await ask(served, "slow"), "OK fine");
    assertEquals(deaths(served), 2);
    assertEquals(served.log().match(/quarantined command=\w+/g), [
      `quarantined command=${culprit}`,
    ]);
  });
}

Deno.test("A command that ends the daemon after its answer is quarantined, and the one that runs then is not", async () => {
  await using served = await serve(agent, "--no-tls");
  assertEquals(await ask(served, "late"), "OK still alive");
  await ask(served, "slow");
  await served.logged("error restart");
  await back(served);
  assertEquals(await ask(served, "slow"), "OK fine");
  assertEquals(await ask(served, "late"), "OK still alive");
  await served.logged("error restart", 2);
  await back(served);
  assertMatch(await ask(served, "late"), /^UNKNOWN Command 'late' is quarantined/);
  assertEquals(await ask(served, "slow"), "OK fine");
  assertEquals(deaths(served), 2);
});

Deno.test("A command that blocks its sandbox after its answer is quarantined, and the next one in it is not", async () => {
  await using served = await serve(agent, "--no-tls");
  assertEquals(await ask(served, "frame"), "OK still alive");
  await later(50);
  assertMatch(await ask(served, "framed"), /^UNKNOWN NRPE: Command timed out/);
  await served.logged('separated commands="frame, framed"');
  assertEquals(await ask(served, "framed"), "OK still alive");
  assertEquals(await ask(served, "frame"), "OK still alive");
  await later(50);
  assertMatch(await ask(served, "frame"), /^UNKNOWN NRPE: Command timed out/);
  await served.logged("quarantined command=frame");
  assertMatch(await ask(served, "frame"), /^UNKNOWN Command 'frame' is quarantined/);
  assertEquals(await ask(served, "framed"), "OK still alive");
  assertEquals(deaths(served), 0);
});

Deno.test("The daemon does not give up, however many of its commands end it", async () => {
  await using served = await serve(agent, "--no-tls");
  let expected = 0;
  for (const culprit of ["typescript", "javascript", "late"]) {
    for (let count = 0; count < 2; count++) {
      await ask(served, culprit);
      await served.logged("error restart", ++expected);
      await back(served);
    }
  }
  assertEquals(deaths(served), 6);
  assertEquals(served.log().includes("given up"), false);
  assertMatch(await ask(served, "late"), /is quarantined/);
});
