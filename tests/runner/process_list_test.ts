import { assertEquals } from "@std/assert";
import { familyOf } from "../../src/runner/end_run.ts";
import { listProcesses, parseProcess, type Process } from "../../src/runner/process_list.ts";

const daemon = "0d5b1c5e-9a4f-4b6e-8d0a-1f2e3d4c5b6a";
const mark = `${daemon}.7c1de9f0-2b3a-4c5d-9e8f-a0b1c2d3e4f5`;
const start = "Sat Nov 21 21:54:44 2026";

Deno.test("parseProcess() reads ids, start and the mark", { permissions: "none" }, () => {
  const ids = { pid: 12, parent: 3, group: 12, start };
  const table: [line: string, expected: Process[]][] = [
    [` 12   3  12 ${start} sleep 60`, [ids]],
    [` 12   3  12 ${start} sleep 60 CHECKWRIGHT_RUN=${mark} PWD=/`, [{ ...ids, mark }]],
    [` 12   3  12 ${start} sleep 60 PWD=/ CHECKWRIGHT_RUN=${mark}`, [{ ...ids, mark }]],
    [` 12   3  12 ${start} sleep XCHECKWRIGHT_RUN=${mark}`, [ids]],
    [` 12   3  12 ${start} sleep CHECKWRIGHT_RUN=${mark}0`, [ids]],
    [` 12   3  12 ${start} sleep CHECKWRIGHT_RUN=${daemon}`, [{ ...ids, mark: daemon }]],
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
      { pid: 10, parent: 1, group: 10, start, mark },
      { pid: 11, parent: 10, group: 10, start },
      { pid: 30, parent: 11, group: 30, start },
      { pid: 20, parent: 1, group: 20, start, mark },
      { pid: 40, parent: 1, group: 40, start },
      { pid: 50, parent: 1, group: 50, start },
      { pid: 60, parent: 1, group: 60, start, mark: mark.replace("0", "1") },
    ];
    const pids = (known?: Set<string>) => familyOf(list, 10, mark, known).map(({ pid }) => pid);
    assertEquals(pids(), [31, 30, 20]);
    // A process that was seen before is known by its id and its start together.
    assertEquals(pids(new Set([`40 ${start}`, "50 Sat Nov 21 21:54:45 2026"])), [31, 30, 20, 40]);
    // A daemon's own mark stands for all of its runs, and for no other daemon's.
    const all = (of: string) => familyOf(list, undefined, of).map(({ pid }) => pid);
    assertEquals(all(daemon), [31, 10, 11, 30, 20]);
    assertEquals(all(daemon.slice(0, -1)), []);
  },
);

Deno.test("listProcesses() gives one list to those who ask together, and finds this process", async () => {
  const lists = await Promise.all([listProcesses(), listProcesses()]);
  assertEquals(lists[0] === lists[1], true);
  assertEquals(lists[0]!.some(({ pid, parent }) => pid === Deno.pid && parent === Deno.ppid), true);
  assertEquals(await listProcesses() === lists[0], false);
});
