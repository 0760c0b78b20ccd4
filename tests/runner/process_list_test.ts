import { assertEquals } from "@std/assert";
import { familyOf } from "../../src/runner/end_run.ts";
import { listProcesses, parseProcess, type Process } from "../../src/runner/process_list.ts";

const run = "0d5b1c5e-9a4f-4b6e-8d0a-1f2e3d4c5b6a";
const start = "Sat Nov 21 21:54:44 2026";

Deno.test("parseProcess() reads ids, start and the run's mark", { permissions: "none" }, () => {
  const ids = { pid: 12, parent: 3, group: 12, start };
  const table: [line: string, expected: Process[]][] = [
    [` 12   3  12 ${start} sleep 60`, [ids]],
    [` 12   3  12 ${start} sleep 60 CHECKWRIGHT_RUN=${run} PWD=/`, [{ ...ids, run }]],
    [` 12   3  12 ${start} sleep 60 PWD=/ CHECKWRIGHT_RUN=${run}`, [{ ...ids, run }]],
    [` 12   3  12 ${start} sleep XCHECKWRIGHT_RUN=${run}`, [ids]],
    [` 12   3  12 ${start} sleep CHECKWRIGHT_RUN=${run}0`, [ids]],
    ["", []],
    ["no process", []],
  ];
  for (const [line, expected] of table) assertEquals(parseProcess(line), expected, line);
});

Deno.test(
  "familyOf() finds whoever is of a run and not in its group",
  { permissions: "none" },
  () => {
    const list: Process[] = [
      { pid: 31, parent: 30, group: 31, start },
      { pid: 10, parent: 1, group: 10, start, run },
      { pid: 11, parent: 10, group: 10, start },
      { pid: 30, parent: 11, group: 30, start },
      { pid: 20, parent: 1, group: 20, start, run },
      { pid: 40, parent: 1, group: 40, start },
      { pid: 50, parent: 1, group: 50, start },
      { pid: 60, parent: 1, group: 60, start, run: run.replace("0", "1") },
    ];
    const pids = (known?: Set<string>) => familyOf(list, 10, run, known).map(({ pid }) => pid);
    assertEquals(pids(), [31, 30, 20]);
    // A process that was seen before is known by its id and its start together.
    assertEquals(pids(new Set([`40 ${start}`, "50 Sat Nov 21 21:54:45 2026"])), [31, 30, 20, 40]);
  },
);

Deno.test("listProcesses() gives one list to those who ask together, and finds this process", async () => {
  const lists = await Promise.all([listProcesses(), listProcesses()]);
  assertEquals(lists[0] === lists[1], true);
  assertEquals(lists[0]!.some(({ pid, parent }) => pid === Deno.pid && parent === Deno.ppid), true);
  assertEquals(await listProcesses() === lists[0], false);
});
