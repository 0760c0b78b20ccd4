import { MARK_PATTERN, MARK_VARIABLE } from "./mark.ts";

/** A process of this host. */
export interface Process {
  pid: number;
  parent: number;
  group: number;
  /** Start time in clock ticks since boot. `pid` and `start` together identify one process. */
  start: string;
  /** Whether the process runs. A zombie has exited, but its parent has not waited for it yet. */
  alive: boolean;
  /**
   * The marks in the environment of the process, if it can be read and contains a mark. Other
   * variables can contain further marks, but a program cannot hide its own mark behind these.
   */
  marks?: readonly string[];
}

// Every line starts with the file name, so that a process cannot forge the line of another process:
// the name of a program may contain line breaks, blanks and brackets.
const linePattern = /^\/proc\/(\d+)\/(stat|environ):(.*)$/;
const marked = new RegExp(`^${MARK_VARIABLE}=(${MARK_PATTERN})$`);

/**
 * Parses the output of `grep -H` for `/proc/PID/stat` and for the marks in `/proc/PID/environ`.
 *
 * @param lines lines of the form `/proc/PID/stat:TEXT` and `/proc/PID/environ:TEXT`, see proc(5)
 * @returns the processes, in the order of their first line
 */
export function parseProcesses(lines: readonly string[]): Process[] {
  const stats = new Map<number, string>();
  const marks = new Map<number, string[]>();
  for (const line of lines) {
    const [, digits, file, text] = linePattern.exec(line) ?? [];
    const pid = Number(digits);
    if (file === "stat") stats.set(pid, `${stats.get(pid) ?? ""}${text}\n`);
    else if (file === "environ") {
      const mark = marked.exec(text!)?.[1];
      if (mark === undefined) continue;
      // A program can have any number of marks.
      const known = marks.get(pid);
      if (known === undefined) marks.set(pid, [mark]);
      else known.push(mark);
    }
  }
  return [...stats].flatMap(([pid, stat]) => {
    // The name of the program ends at the last bracket, because no bracket can follow it.
    const fields = stat.slice(stat.lastIndexOf(")") + 1).trim().split(" ");
    const [state, parent, group] = fields;
    const start = fields[19];
    if (start === undefined) return [];
    const own = marks.get(pid);
    return [{
      pid,
      parent: Number(parent),
      group: Number(group),
      start,
      alive: state !== "Z" && state !== "X",
      ...(own && { marks: own }),
    }];
  });
}
