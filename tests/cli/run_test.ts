/** `run`: one command here, and nothing left of it. */
import { assertEquals, assertMatch } from "@std/assert";
import { createProject } from "../project.ts";
import { checkwright, run } from "../serving.ts";

/** Commands that do harm; each says with its argument who it is. */
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

async function ps(...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command("ps", { args }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("A check that run runs can harm nothing but its own process", async () => {
  await using project = await createProject(agent(""));
  const table: [command: string, answer: RegExp, code: number][] = [
    ["fine", /^fine\n$/, 0],
    ["parent", /^Permission refused: .*run/, 3],
    ["itself", /^Could not run: .*ended \(SIGKILL\)/, 3],
    ["exits", /^Could not run: .*ended \(exit code 0\)/, 3],
    ["memory", /^Could not run: .*out of memory/, 3],
    ["loops", /^NRPE: Command timed out after 1 seconds/, 3],
  ];
  await Promise.all(table.map(async ([command, answer, code]) => {
    const ended = await run("run", project.agent, command);
    assertMatch(ended.stdout, answer, `${command}: ${ended.stderr}`);
    assertEquals(ended.code, code, command);
  }));
});

Deno.test("run leaves nothing behind of what did not end at its deadline, or when it is stopped", async () => {
  const mark = crypto.randomUUID();
  await using project = await createProject(agent(mark));
  const late = await run("run", project.agent, "plugin");
  assertMatch(late.stdout, /^NRPE: Command timed out after 1 seconds/);
  assertEquals((await ps("axww", "-o", "args=")).includes(mark), false);

  const stopped = checkwright("run", project.agent, "long").spawn();
  while (!(await ps("axww", "-o", "args=")).includes(mark)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  stopped.kill("SIGTERM");
  assertEquals((await stopped.output()).code, 3);
  assertEquals((await ps("axww", "-o", "args=")).includes(mark), false);

  // One process says what the agent is, another runs the check.
  const looping = checkwright("run", project.agent, "loops").spawn();
  const pids = new Set<string>();
  let code: number | undefined;
  const ended = looping.output().then((output) => code = output.code);
  while (code === undefined) {
    const children = await ps("-o", "pid=,args=", "--ppid", `${looping.pid}`);
    for (const [, pid] of children.matchAll(/^ *(\d+) .* --no-prompt /gm)) pids.add(pid!);
  }
  assertEquals([await ended, pids.size], [3, 2]);
  assertEquals(/^[^Z]/m.test(await ps("-o", "stat=", "-p", [...pids].join())), false);
});
