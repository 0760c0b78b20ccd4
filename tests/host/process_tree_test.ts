import { assertEquals } from "@std/assert";
import type { Process } from "../../src/host/process_list.ts";
import { type Ending, familyOf, openProcessTree } from "../../src/host/process_tree.ts";
import { isAlive } from "../processes.ts";
import { statusOf, until } from "../waiting.ts";
import { MARK_VARIABLE } from "../../src/host/mark.ts";

const daemon = "0d5b1c5e-9a4f-4b6e-8d0a-1f2e3d4c5b6a";
const mark = `${daemon}.7c1de9f0-2b3a-4c5d-9e8f-a0b1c2d3e4f5`;
const start = "777";

Deno.test(
  "familyOf() finds the processes of a run that are not in its group",
  { permissions: "none" },
  () => {
    const alive = true;
    const list: Process[] = [
      { pid: 31, parent: 30, group: 31, start, alive },
      { pid: 10, parent: 1, group: 10, start, alive, marks: [mark] },
      { pid: 11, parent: 10, group: 10, start, alive },
      { pid: 30, parent: 11, group: 30, start, alive },
      { pid: 20, parent: 1, group: 20, start, alive, marks: [mark] },
      { pid: 21, parent: 20, group: 20, start, alive: false },
      { pid: 40, parent: 1, group: 40, start, alive },
      { pid: 50, parent: 1, group: 50, start, alive },
      { pid: 60, parent: 1, group: 60, start, alive, marks: [mark.replace("0", "1")] },
    ];
    const pids = (known?: Set<string>) => familyOf(list, 10, mark, known).map(({ pid }) => pid);
    assertEquals(pids(), [31, 30, 20]);
    // A process of an earlier list is identified by its id and its start time together.
    assertEquals(pids(new Set(["40 777", "50 778"])), [31, 30, 20, 40]);
    // The mark of a daemon matches all of its runs, and no run of another daemon.
    const all = (of: string) => familyOf(list, undefined, of).map(({ pid }) => pid);
    assertEquals(all(daemon), [31, 10, 11, 30, 20]);
    assertEquals(all(daemon.slice(0, -1)), []);
  },
);

function startMarked(line: string, mark: string): Deno.ChildProcess {
  return new Deno.Command("/bin/sh", {
    args: ["-c", line],
    env: { [MARK_VARIABLE]: mark },
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  } as Deno.CommandOptions).spawn();
}

const pidIn = (path: string) =>
  until(
    `a process that writes its id to ${path}`,
    () => Deno.readTextFile(path).then(Number, () => 0),
  );

Deno.test("endRun() reports how a run was ended, and ends all its processes", async () => {
  const folder = await Deno.makeTempDir();
  const table: [name: string, line: string, ending: Ending][] = [
    ["a plugin that ends at TERM", "echo $$ > PID; exec sleep 60", "TERM"],
    [
      "a plugin that ignores TERM",
      "trap '' TERM; echo $$ > PID; while :; do sleep 1; done",
      "KILL",
    ],
    [
      "a plugin whose child has left the group",
      "setsid sh -c 'echo $$ > PID; sleep 60' & wait",
      "TERM",
    ],
    [
      "a plugin whose child has left the group and cleared its environment",
      "setsid env -i sh -c 'echo $$ > PID; sleep 60' & wait",
      "TERM",
    ],
    ["a zombie that its parent does not reap", "sh -c 'echo $$ > PID' & exec sleep 60", "TERM"],
    ["a plugin that has exited", "echo $$ > PID", "gone"],
  ];
  const processes = openProcessTree();
  for (const [index, [name, line, ending]] of table.entries()) {
    const path = `${folder}/${index}`;
    const mark = processes.createMark();
    const child = startMarked(line.replace("PID", path), mark);
    const pid = await pidIn(path);
    if (ending === "gone") await statusOf(child, "the plugin");
    assertEquals(await processes.endRun(child, mark), ending, name);
    assertEquals(isAlive(pid), false, name);
    await statusOf(child, "the plugin");
  }
  await processes.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("endRun() sends TERM once, so that a plugin cleans up once", async () => {
  const folder = await Deno.makeTempDir();
  const processes = openProcessTree();
  const mark = processes.createMark();
  const child = startMarked(
    `trap 'echo cleaned >> ${folder}/log' TERM; echo $$ > ${folder}/pid
     i=0; while [ $i -lt 3 ]; do sleep 0.05; i=$((i + 1)); done; while :; do sleep 0.05; done`,
    mark,
  );
  await pidIn(`${folder}/pid`);
  assertEquals(await processes.endRun(child, mark), "KILL");
  await statusOf(child, "the plugin");
  assertEquals(await Deno.readTextFile(`${folder}/log`), "cleaned\n");
  await processes.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("endRun() ends many runs in parallel", async () => {
  const folder = await Deno.makeTempDir();
  const processes = openProcessTree();
  const runs = await Promise.all(Array.from({ length: 20 }, async (_, index) => {
    const mark = processes.createMark();
    const path = `${folder}/${index}`;
    const child = startMarked(`trap '' TERM; echo $$ > ${path}; while :; do sleep 1; done`, mark);
    return { child, mark, pid: await pidIn(path) };
  }));
  const before = performance.now();
  const endings = await Promise.all(runs.map(({ child, mark }) => processes.endRun(child, mark)));
  const took = performance.now() - before;
  assertEquals(new Set(endings), new Set(["KILL"]));
  // Each run needs 200 ms between TERM and KILL: 20 runs in sequence would take four seconds.
  assertEquals(took < 3_000, true, `${took} ms`);
  for (const { child, pid } of runs) {
    await statusOf(child, "the plugin");
    assertEquals(isAlive(pid), false);
  }
  await processes.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("endMarked() ends the processes of one sandbox, and not those of another", async () => {
  const folder = await Deno.makeTempDir();
  const processes = openProcessTree();
  const marks = [processes.createMark(), processes.createMark()] as const;
  const children = marks.map((mark, index) =>
    startMarked(`echo $$ > ${folder}/${index}; exec sleep 60`, mark)
  );
  const pids = await Promise.all(marks.map((_, index) => pidIn(`${folder}/${index}`)));
  await processes.endMarked(marks[0]);
  assertEquals(pids.map(isAlive), [false, true]);
  await processes.close();
  assertEquals(isAlive(pids[1]!), false);
  for (const child of children) await statusOf(child, "the plugin");
  await Deno.remove(folder, { recursive: true });
});
