/** Effects of hostile checks on the daemon's process. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { ask } from "../asking.ts";
import { serve, type Served } from "../serving.ts";
import { later, runToEnd } from "../waiting.ts";

const agent = fileURLToPath(new URL("../fixtures/contained_agent.ts", import.meta.url));

/** Sends queries until one is answered, and returns the milliseconds until that answer. */
async function gap(served: Served): Promise<number> {
  const start = performance.now();
  for (;;) {
    try {
      assertEquals(await ask(served, "ok"), "OK fine");
      return performance.now() - start;
    } catch (error) {
      if (performance.now() - start > 10_000) throw error;
    }
  }
}

/**
 * Returns the limit for the gap between two daemons, in milliseconds: a second, or 20 times as long as
 * Deno needs to start a program on a machine where this takes more than 50 ms.
 */
async function restartLimit(): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < 3; count++) {
    const start = performance.now();
    await runToEnd(Deno.execPath(), { args: ["eval", "0"] });
    times.push(performance.now() - start);
  }
  return Math.max(1_000, 20 * Math.min(...times));
}

Deno.test("A command that blocks its worker is quarantined until the next reload and does not delay other commands", async () => {
  await using served = await serve(agent, "--no-tls");
  assertMatch(await ask(served, "spin_a"), /^UNKNOWN NRPE: Command timed out after 1 seconds\n/);
  assertEquals(await ask(served, "ok"), "OK fine");
  await served.logged("quarantined command=spin_a");
  await served.logged("abandoned commands=spin_a abandoned=1");
  assertMatch(await ask(served, "spin_a"), /^UNKNOWN Command 'spin_a' is quarantined: /);
  served.process.kill("SIGHUP");
  await served.logged("info reload");
  assertMatch(await ask(served, "spin_a"), /^UNKNOWN NRPE: Command timed out/);
});

Deno.test("A command that blocks its process is killed and can run again", async () => {
  await using served = await serve(agent, "--no-tls");
  for (let count = 0; count < 2; count++) {
    assertMatch(
      await ask(served, "spin_contained"),
      /^UNKNOWN NRPE: Command timed out after 1 seconds\n/,
    );
    await later(1_200);
  }
  assertEquals(served.log().includes("quarantined"), false);
  assertEquals(await ask(served, "ok"), "OK fine");
});

Deno.test("Too many abandoned workers restart the daemon, and the offending commands stay quarantined", async () => {
  await using served = await serve(agent, "--no-tls");
  // The daemon listens on a fixed port, as in production.
  for (const command of ["spin_a", "spin_b", "spin_c"]) await ask(served, command);
  await served.logged("restart reason=");
  assert(await gap(served) < await restartLimit());
  for (const command of ["spin_a", "spin_b", "spin_c"]) {
    assertMatch(await ask(served, command), /is quarantined/);
  }
});

Deno.test("If a check in a process sandbox takes all memory, only this process ends", async () => {
  await using served = await serve(agent, "--no-tls");
  assertMatch(await ask(served, "eat_contained"), /^UNKNOWN Could not run: .*out of memory/);
  assertEquals(await ask(served, "ok"), "OK fine");
  assertEquals(served.log().includes("restart"), false);
});

Deno.test("If a check in a worker takes all memory, the daemon ends, and the next daemon serves soon", async () => {
  await using served = await serve(agent, "--no-tls");
  for (let count = 1; count <= 2; count++) {
    const eaten = ask(served, "eat").catch((error) => String(error));
    await served.logged("restart reason=", count);
    assert(await gap(served) < await restartLimit());
    await eaten;
  }
  assertMatch(
    await ask(served, "eat"),
    /^UNKNOWN Command 'eat' is quarantined: it ended the daemon when it ran alone/,
  );
  assertStringIncludes(served.log(), "quarantined command=eat reason=");
});
