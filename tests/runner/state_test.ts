/** The states of commands in sandboxes: `context.state` in a worker and in a process. */
import { assertEquals, assertMatch } from "@std/assert";
import { unite } from "../../src/agent/granted_permissions.ts";
import { sandboxImports } from "../../src/cli/own_bundles.ts";
import { withoutProcessTree } from "../../src/host/process_tree.ts";
import { bundle } from "../../src/project/bundle.ts";
import { createPool, type Isolation } from "../../src/runner/pool.ts";
import { memoryStore } from "../../src/runner/state_store.ts";
import { later } from "../waiting.ts";

const context = { hostname: "here", procfs: "/proc" };
const never = new AbortController().signal;
const [agent, runtime, imports] = await Promise.all([
  bundle(new URL("../fixtures/state_agent.ts", import.meta.url)),
  bundle(new URL("../../src/runner/sandbox_main.ts", import.meta.url)),
  sandboxImports(),
]);

/** Opens a sandbox with a store in memory. */
async function open(isolation: Isolation) {
  const memory = memoryStore();
  const calls: string[] = [];
  const pool = createPool({
    code: { agent, runtime, imports },
    most: 2,
    log: () => {},
    processes: withoutProcessTree(),
    states: {
      has: memory.has,
      read(command, options) {
        calls.push(`read ${command}`);
        return memory.read(command, options);
      },
      write(command, options, json) {
        calls.push(`write ${command}`);
        memory.write(command, options, json);
      },
    },
  });
  const sandbox = await pool.sandbox(unite([]), isolation);
  return {
    sandbox,
    memory,
    calls,
    run: async (command: string, ...args: string[]) =>
      (await sandbox.run(command, args, context, never)).output.text,
    [Symbol.dispose]: () => pool.close(),
  };
}

const isolations: readonly Isolation[] = ["worker", "process"];

for (const isolation of isolations) {
  Deno.test(`A check in a ${isolation} receives the value that its last run has set`, async () => {
    using world = await open(isolation);
    const texts = [];
    for (let count = 0; count < 3; count++) texts.push(await world.run("counter"));
    assertEquals(texts, ["1", "2", "3"]);
    texts.length = 0;
    for (let count = 0; count < 3; count++) texts.push(await world.run("removes"));
    assertEquals(texts, ["nothing", '"kept"', "nothing"]);
  });

  Deno.test(`A state in a ${isolation} belongs to the command and its parsed options`, async () => {
    using world = await open(isolation);
    const rows: [command: string, args: string[], text: string][] = [
      ["counter", [], "1"],
      ["other", [], "10"],
      ["counter", ["-s", "1"], "2"],
      ["counter", ["--step=01", "--name="], "3"],
      ["counter", ["-s", "2"], "2"],
      ["counter", ["-n", "a", "-s2"], "2"],
      ["counter", ["-s2", "-n", "a"], "4"],
      ["other", ["-s", "10"], "20"],
      ["other", ["-s", "1"], "1"],
      ["reads", [], "nothing"],
    ];
    for (const [command, args, text] of rows) {
      assertEquals(await world.run(command, ...args), text, `${command} ${args.join(" ")}`);
    }
  });

  Deno.test(`A run in a ${isolation} that fails or is late stores nothing`, async () => {
    using world = await open(isolation);
    assertEquals([await world.run("fails"), await world.run("fails")], ["nothing", "nothing"]);
    const abort = new AbortController();
    const late = world.sandbox.run("late", [], context, abort.signal);
    await world.run("reads");
    abort.abort();
    assertEquals((await late).output.text, "late");
    assertEquals(world.calls.filter((call) => call.startsWith("write")), []);
    // The sandbox examines the run a second after the deadline.
    await later(1_100);
  });

  Deno.test(`A value of a check in a ${isolation} has at most 64 KiB of JSON`, async () => {
    using world = await open(isolation);
    assertEquals(await world.run("largest"), "undefined");
    assertEquals(await world.run("largest"), "65534");
    assertMatch(
      await world.run("larger"),
      /^Cannot store a state of 65537 bytes: expected at most/,
    );
    assertEquals(
      await world.run("invalid"),
      "Cannot store state.at of type Date: expected null, a boolean, a finite number, a string, " +
        "an array or a plain object",
    );
    assertEquals(await world.run("largest"), "65534");
  });

  Deno.test(`The state of a run in a ${isolation} ends with the run`, async () => {
    using world = await open(isolation);
    assertEquals(await world.run("leaks"), '"own"');
    assertEquals(await world.run("intrudes"), "nothing");
    assertEquals(await world.run("leaks"), '"own"');
    assertEquals(await world.memory.read("leaks", "[]"), '"own"');
    assertEquals(await world.memory.read("intrudes", "[]"), null);
  });

  Deno.test(`A check in a ${isolation} without a stored value does not wait for one`, async () => {
    using world = await open(isolation);
    for (const command of ["function", "reads", "reads", "sets", "sets"]) await world.run(command);
    assertEquals(world.calls, ["write sets", "read sets", "write sets"]);
  });

  Deno.test(`Concurrent runs in a ${isolation} receive the same value`, async () => {
    using world = await open(isolation);
    await world.run("counter");
    const texts = await Promise.all([1, 2, 3].map(() => world.run("counter")));
    assertEquals(texts, ["2", "2", "2"]);
    assertEquals(await world.run("counter"), "3");
  });
}
