/**
 * The processes of this host, as far as `ps` shows them: the runtime lets nobody read /proc who may
 * not do everything.
 */
import { markPattern, markVariable } from "./mark.ts";

/** The executable that lists processes; the daemon must be allowed to run it. */
export const psPath = "/bin/ps";

/** A process. */
export interface Process {
  pid: number;
  parent: number;
  group: number;
  /** When it was started, as `ps` writes it: together with `pid` it names one process for good. */
  start: string;
  /** Its mark, where its environment could be read and holds one. */
  mark?: string;
}

/** A line of `ps`: ids, then five words of a date, then the command line and the environment. */
const linePattern = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/;
const marked = new RegExp(` ${markVariable}=(${markPattern})(?: |$)`);

let next: Promise<Process[]> | undefined;
let current: Promise<unknown> = Promise.resolve();

/**
 * Lists all processes. Those who ask at the same time share a list, which is made after they asked:
 * when a host stands still, many plugins come to their deadlines together.
 *
 * @returns the processes; none where `ps` cannot be run
 */
export function listProcesses(): Promise<Process[]> {
  if (next !== undefined) return next;
  const list = current.then(() => {
    next = undefined;
    return read();
  });
  current = next = list;
  return list;
}

async function read(): Promise<Process[]> {
  try {
    const child = new Deno.Command(psPath, {
      // `e` shows the environment, `ww` all of it. One line is 128 KiB at most, and no byte of it
      // can end the line.
      args: ["axeww", "-o", "pid=,ppid=,pgid=,lstart=,args="],
      clearEnv: true,
      env: { LC_ALL: "C" },
      cwd: "/",
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const processes: Process[] = [];
    let rest = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream("latin1"))) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      for (const line of lines) processes.push(...parseProcess(line));
    }
    await child.status;
    return processes;
  } catch {
    // No `ps` on this host: groups are ended, and who left theirs is not found.
    return [];
  }
}

/**
 * Reads one line of `ps -o pid=,ppid=,pgid=,lstart=,args=`.
 *
 * @param line the line
 * @returns the process; none where the line tells of none
 */
export function parseProcess(line: string): Process[] {
  const [, pid, parent, group, start, rest] = linePattern.exec(line) ?? [];
  if (pid === undefined) return [];
  const mark = marked.exec(` ${rest}`)?.[1];
  return [{
    pid: Number(pid),
    parent: Number(parent),
    group: Number(group),
    start: start!,
    ...(mark !== undefined && { mark }),
  }];
}
