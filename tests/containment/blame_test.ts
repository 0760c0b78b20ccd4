/** A command that ends or blocks the daemon is quarantined, and no other command is. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { ask as askClient } from "../asking.ts";
import { createProject } from "../project.ts";
import { serve, type Served } from "../serving.ts";
import { later } from "../waiting.ts";

const agent = fileURLToPath(new URL("../fixtures/deadly_agent.ts", import.meta.url));

// The daemon may end before it answers.
function ask(served: Served, command: string): Promise<string> {
  return askClient(served, command).catch((error: Error) => error.message);
}

/** Waits until the next daemon answers an innocent command. */
async function back(served: Served, innocent = "innocent", fine = "OK fine"): Promise<void> {
  const start = performance.now();
  while (await ask(served, innocent) !== fine) {
    assert(performance.now() - start < 10_000, served.log());
  }
}

const deaths = (served: Served) => served.log().split("error restart").length - 1;

for (const culprit of ["typescript", "javascript", "heap"]) {
  Deno.test(`A command that ends the daemon (${culprit}) is quarantined after two deaths, and a concurrent command is not`, async () => {
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

Deno.test("A command that ends the daemon after its answer is quarantined, and the command that runs at that time is not", async () => {
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

Deno.test("If a command ends the daemon long after its answer, each later run of the command gets a new worker; no other command is quarantined", async () => {
  await using served = await serve(agent, "--no-tls");
  for (let count = 1; count <= 2; count++) {
    assertEquals(await ask(served, "muchLater"), "OK still alive");
    await served.logged("error restart", count);
    await back(served);
  }
  assertEquals(await ask(served, "muchLater"), "OK still alive");
  await later(1_400);
  assertEquals(await ask(served, "muchLater"), "OK still alive");
  assertEquals(await ask(served, "slow"), "OK fine");
  assertEquals(deaths(served), 2);
  assertEquals(served.log().includes("quarantined command"), false);
});

Deno.test("A command that ends the daemon at each second run is quarantined at the third death, and no other command is", async () => {
  await using served = await serve(agent, "--no-tls");
  let over = false;
  const innocent = (async () => {
    while (!over) await ask(served, "slow");
  })();
  let answer = "";
  const end = performance.now() + 60_000;
  while (!answer.includes("quarantined") && performance.now() < end) {
    answer = await ask(served, "moody");
    await later(50);
  }
  over = true;
  await innocent;
  assertMatch(answer, /^UNKNOWN Command 'moody' is quarantined: it ended the daemon/);
  assertEquals(deaths(served), 3);
  assertEquals(served.log().match(/quarantined command=\w+/g), ["quarantined command=moody"]);
  assertEquals(await ask(served, "slow"), "OK fine");
});

for (const [culprit, pause] of [["background", 100], ["backgroundLong", 2_000]] as const) {
  Deno.test(`A command that leaves a module behind that ends the daemon (${culprit}) is quarantined, and the command of the next trial is not`, async () => {
    await using served = await serve(agent, "--no-tls");
    let over = false;
    const innocent = (async () => {
      while (!over) await ask(served, "slow");
    })();
    const end = performance.now() + 90_000;
    while (!/quarantined: /.test(await ask(served, culprit)) && performance.now() < end) {
      await later(pause);
    }
    over = true;
    await innocent;
    assertEquals(
      served.log().match(/(error|warning) quarantined command=\w+/g),
      [`warning quarantined command=${culprit}`],
    );
    assertEquals(await ask(served, "slow"), "OK fine");
  });
}

Deno.test("A command that blocks its sandbox after its answer is quarantined, and the next command in that sandbox is not", async () => {
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

Deno.test("The daemon is restarted, even if many of its commands end it", async () => {
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

Deno.test("An agent whose module ends the daemon when it is evaluated runs no checks until a reload", async () => {
  const module = (top: string) => `
    import { defineAgent, ok, plugin } from "@checkwright/checkwright";
    ${top}
    export default defineAgent({ tls: false, commands: {
      check: () => ok("fine"),
      other: () => ok("fine"),
      plugin: plugin(["/bin/echo", "echoed"]),
    } });
  `;
  // The module does nothing in the process that loads the agent. In a worker, it ends the daemon.
  const deadly = 'if (typeof WorkerGlobalScope === "function") {' +
    'await import("data:text/javascript," + "(".repeat(2e5) + "1" + ")".repeat(2e5)); }';
  await using project = await createProject(module(deadly));
  await using served = await serve(project.agent);
  for (const [index, command] of ["check", "other"].entries()) {
    await ask(served, command);
    await served.logged("error restart", index + 1);
    await back(served, "plugin", "OK echoed");
  }
  const reason = /is quarantined: the evaluation of the agent's module ended the daemon/;
  assertMatch(await ask(served, "check"), reason);
  assertMatch(await ask(served, "other"), reason);
  assertMatch(await ask(served, "check_agent"), /quarantined: \(agent\)/);
  assertEquals(deaths(served), 2);
  await project.write("agent.ts", module(""));
  served.process.kill("SIGHUP");
  await served.logged("info reload");
  assertEquals(await ask(served, "check"), "OK fine");
});
