/** The processes of this host, read from /proc: a minimal system has no `ps`. */

/** A process at a moment. */
export interface HostProcess {
  pid: number;
  parent: number;
  /** A letter; `Z` is a zombie. */
  state: string;
  /** The words of its command line, blanks between them; for a zombie, its name in brackets. */
  args: string;
}

/** Reads one process; undefined if it has ended. */
export function findProcess(pid: number | string): HostProcess | undefined {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The name may hold blanks and parentheses.
    const [, name, state, parent] = /^\d+ \((.*)\) (\S) (\d+) /s.exec(stat)!;
    const line = Deno.readTextFileSync(`/proc/${pid}/cmdline`).replace(/\0+$/, "");
    const args = line === "" ? `[${name}]` : line.replaceAll("\0", " ");
    return { pid: Number(pid), parent: Number(parent), state: state!, args };
  } catch {
    return undefined;
  }
}

/** All processes. */
export function listProcesses(): HostProcess[] {
  return [...Deno.readDirSync("/proc")]
    .filter(({ name }) => /^\d+$/.test(name))
    .flatMap(({ name }) => findProcess(name) ?? []);
}

/** The children of a process, zombies among them. */
export function childrenOf(pid: number): HostProcess[] {
  return listProcesses().filter(({ parent }) => parent === pid);
}

/** All processes that descend from one. */
export function descendantsOf(pid: number): HostProcess[] {
  const all = listProcesses();
  const found = all.filter(({ parent }) => parent === pid);
  for (const one of found) found.push(...all.filter(({ parent }) => parent === one.pid));
  return found;
}

/** Whether a process exists and is not a zombie, which only its parent can end. */
export function isAlive(pid: number | string): boolean {
  const state = findProcess(pid)?.state;
  return state !== undefined && state !== "Z";
}

/** All processes that have a text in their command line or their environment. */
export function markedProcesses(mark: string): HostProcess[] {
  return listProcesses().filter(({ pid, args }) =>
    args.includes(mark) || environmentOf(pid).includes(mark)
  );
}

function environmentOf(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/environ`);
  } catch {
    // It has ended, or is another user's.
    return "";
  }
}

/** The resident memory of a process, in KiB. */
export function residentMemory(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)![1]);
}
