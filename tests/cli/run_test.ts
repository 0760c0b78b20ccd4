/** `run` runs one command, and leaves no process behind. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createProject } from "../project.ts";
import { checkwright, run } from "../serving.ts";
import { outputOf, until } from "../waiting.ts";
import { childrenOf, isAlive, listProcesses } from "../processes.ts";

/** An agent with harmful commands; the mark identifies the processes of its plugins. */
const agent = (mark: string) => `
import { kill, pid, ppid } from "node:process";
import { defineAgent, defineCheck, ok, shell } from "@checkwright/checkwright";
const check = (run, settings = {}) => defineCheck({ description: "Does harm", run })({}, settings);
export default defineAgent({
  timeout: "1s",
  commands: {
    fine: check(() => ok("fine")),
    parent: check(() => kill(ppid, "SIGKILL")),
    itself: check(() => kill(pid, "SIGKILL")),
    exits: check(() => Deno.exit(0)),
    memory: check(() => { const kept = []; for (;;) kept.push(new Array(1e6).fill(Math.random())); }, { timeout: "30s" }),
    loops: check(() => { for (;;); }),
    plugin: shell("trap '' TERM; while :; do sleep 0.1; done; : ${mark}"),
    long: shell("sleep 60; : ${mark}", { timeout: "60s" }),
  },
});
`;

/** Returns whether the command line of a process contains the mark. */
function isRunning(mark: string): boolean {
  return listProcesses().some(({ args }) => args.includes(mark));
}

Deno.test("A check that run starts can end only its own process", async () => {
  await using project = await createProject(agent(""));
  const table: [command: string, answer: RegExp, code: number][] = [
    ["fine", /^fine\n$/, 0],
    ["parent", /^Permission refused: .*run/, 3],
    ["itself", /^Could not run: .*ended \(SIGKILL\)/, 3],
    ["exits", /^Could not run: .*ended \(exit code 0\)/, 3],
    ["memory", /^Could not run: .*out of memory/, 3],
    ["loops", /^NRPE: Command timed out after 1 seconds/, 3],
  ];
  // At the same time, they would not start within their timeout of a second on a slow machine.
  for (const [command, answer, code] of table) {
    const ended = await run("run", project.agent, command);
    assertMatch(ended.stdout, answer, `${command}: ${ended.stderr}`);
    assertEquals(ended.code, code, command);
  }
});

Deno.test("run leaves no process after a timeout or a signal", async () => {
  const mark = crypto.randomUUID();
  await using project = await createProject(agent(mark));
  const late = await run("run", project.agent, "plugin");
  assertMatch(late.stdout, /^NRPE: Command timed out after 1 seconds/);
  assertEquals(isRunning(mark), false);

  const stopped = checkwright("run", project.agent, "long").spawn();
  await until("the plugin", () => isRunning(mark));
  stopped.kill("SIGTERM");
  assertEquals((await outputOf(stopped, "the stopped run")).code, 3);
  assertEquals(isRunning(mark), false);

  // One process describes the agent, another runs the check.
  const looping = checkwright("run", project.agent, "loops").spawn();
  const pids = new Set<number>();
  let code: number | undefined;
  const ended = outputOf(looping, "run of a loop").then((output) => code = output.code);
  await until("the end of run", () => {
    for (const { pid, args } of childrenOf(looping.pid)) {
      if (args.includes(" --no-prompt ")) pids.add(pid);
    }
    return code !== undefined;
  });
  assertEquals([await ended, pids.size], [3, 2]);
  assertEquals([...pids].filter(isAlive), []);
});

/** An agent with a check that counts its runs. */
const counting = (state: string) => `
import { defineAgent, defineCheck } from "@checkwright/checkwright";
const count = defineCheck({
  description: "Counts its runs",
  run(_options, { state }) {
    state.set((state.get() ?? 0) + 1);
    return String(state.get());
  },
});
export default defineAgent({ state: ${JSON.stringify(state)}, commands: { count, other: count } });
`;

Deno.test("run and learn pass the state of a check to its next run, in a folder of the agent", async () => {
  await using project = await createProject("");
  const state = `${project.folder}/state`;
  await project.write("agent.ts", counting(state));
  assertEquals((await run("run", project.agent, "count")).stdout, "1\n");
  const second = await run("run", project.agent, "count");
  assertEquals([second.stdout, second.stderr], ["2\n", ""]);
  const { stderr } = await run("learn", project.agent, "count");
  assertMatch(stderr, /The check answered OK: 3\n[^]* the check answered OK: 4\n/);
  assertEquals((await run("run", project.agent, "count")).stdout, "5\n");
  assertEquals((await run("run", project.agent, "other")).stdout, "1\n");

  const copy = await project.write("copy.ts", counting(state));
  assertEquals((await run("run", copy, "count")).stdout, "1\n");
  assertEquals([...Deno.readDirSync(state)].map(({ name }) => name), ["run"]);
  const folders = [...Deno.readDirSync(`${state}/run`)].map(({ name }) => `${state}/run/${name}`);
  assertEquals(folders.length, 2);
  for (const folder of folders) assertEquals((await Deno.stat(folder)).mode! & 0o777, 0o700);

  for (const folder of folders) await Deno.chmod(folder, 0o777);
  const untrusted = await run("run", project.agent, "count");
  assertEquals(untrusted.stdout, "1\n");
  assertMatch(
    untrusted.stderr,
    /^checkwright: State of count is not kept: Cannot use .*: expected a folder of this user that/,
  );
});

Deno.test("run answers if it cannot keep the state of a check", async () => {
  await using project = await createProject("");
  const file = await project.write("file", "");
  await project.write("agent.ts", counting(file));
  const { code, stdout, stderr } = await run("run", project.agent, "count");
  assertEquals([code, stdout], [0, "1\n"]);
  assertStringIncludes(
    stderr,
    `checkwright: State of count is not kept: Cannot use ${file}/run/`,
  );
  assertMatch(stderr, /: Not a directory\n$/);
});
