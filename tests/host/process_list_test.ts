import { assertEquals } from "@std/assert";
import { parseProcesses, type Process } from "../../src/host/process_list.ts";

const mark = "0d5b1c5e-9a4f-4b6e-8d0a-1f2e3d4c5b6a.7c1de9f0-2b3a-4c5d-9e8f-a0b1c2d3e4f5";

/** Returns the lines that `grep -H` prints for /proc/PID/stat, see proc(5). */
function stat(pid: number, name: string, state: string, start = "777"): string[] {
  const fields = `${state} 3 ${pid} 9 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 ${start} 9 9 9`;
  return `${pid} (${name}) ${fields}`.split("\n").map((line) => `/proc/${pid}/stat:${line}`);
}

const forged = "00000000-0000-0000-0000-000000000000";

const environ = (pid: number, mark: string) => `/proc/${pid}/environ:CHECKWRIGHT_RUN=${mark}`;

const process = { pid: 12, parent: 3, group: 12, start: "777", alive: true };

Deno.test("parseProcesses() reads ids, start, state and mark", { permissions: "none" }, () => {
  const table: [name: string, lines: string[], expected: Process[]][] = [
    ["a process", stat(12, "sleep", "S"), [process]],
    ["a process with a mark", [...stat(12, "sleep", "S"), environ(12, mark)], [{
      ...process,
      marks: [mark],
    }]],
    ["a mark among others", [
      ...stat(12, "sleep", "S"),
      ...[forged, mark, `${mark}0`, forged].map((one) => environ(12, one)),
    ], [{ ...process, marks: [forged, mark, forged] }]],
    ["a zombie", stat(12, "sleep", "Z"), [{ ...process, alive: false }]],
    ["blanks and brackets in the name", stat(12, "a) Z 1 1 (b", "S"), [process]],
    ["a line break in the name", stat(12, "a\nb", "S"), [process]],
    ["a forged line in the name", stat(12, "a\n99 (b) S 1 1 1", "S"), [process]],
    ["a forged file name in the name", stat(12, "\n/proc/9/stat:9", "S"), [process]],
    ["a mark that is too long", [...stat(12, "x", "S"), environ(12, `${mark}0`)], [
      process,
    ]],
    ["a mark of a process that has just exited", [environ(12, mark)], []],
    ["a stat that was cut short", ["/proc/12/stat:12 (sleep) S 3"], []],
    ["an empty list", [], []],
    ["other text", ["grep: something"], []],
  ];
  for (const [name, lines, expected] of table) assertEquals(parseProcesses(lines), expected, name);
});
