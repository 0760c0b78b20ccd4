/** Reads the processes of this host from /proc, because a minimal system has no `ps`. */

/** A process. */
export interface HostProcess {
  pid: number;
  parent: number;
  /** The state as a letter; `Z` is a zombie. */
  state: string;
  /** The words of its command line, separated by blanks; for a zombie, its name in brackets. */
  args: string;
}

/** Returns a process of this host; undefined if the process has exited. */
export function findProcess(pid: number | string): HostProcess | undefined {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The name may contain blanks and parentheses.
    const [, name, state, parent] = /^\d+ \((.*)\) (\S) (\d+) /s.exec(stat)!;
    const line = Deno.readTextFileSync(`/proc/${pid}/cmdline`).replace(/\0+$/, "");
    const args = line === "" ? `[${name}]` : line.replaceAll("\0", " ");
    return { pid: Number(pid), parent: Number(parent), state: state!, args };
  } catch {
    return undefined;
  }
}

/** Returns all processes. */
export function listProcesses(): HostProcess[] {
  return [...Deno.readDirSync("/proc")]
    .filter(({ name }) => /^\d+$/.test(name))
    .flatMap(({ name }) => findProcess(name) ?? []);
}

/** Returns the children of a process, zombies included. */
export function childrenOf(pid: number): HostProcess[] {
  return listProcesses().filter(({ parent }) => parent === pid);
}

/** Returns all descendants of a process. */
export function descendantsOf(pid: number): HostProcess[] {
  const all = listProcesses();
  const found = all.filter(({ parent }) => parent === pid);
  for (const one of found) found.push(...all.filter(({ parent }) => parent === one.pid));
  return found;
}

/** Returns whether a process exists and is not a zombie. */
export function isAlive(pid: number | string): boolean {
  const state = findProcess(pid)?.state;
  return state !== undefined && state !== "Z";
}

/** Returns all processes whose command line or environment contains a mark. */
export function markedProcesses(mark: string): HostProcess[] {
  return listProcesses().filter(({ pid, args }) =>
    args.includes(mark) || environmentOf(pid).includes(mark)
  );
}

function environmentOf(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/environ`);
  } catch {
    // The process has exited, or belongs to another user.
    return "";
  }
}

/** Returns the resident memory of a process, in KiB. */
export function residentMemory(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)![1]);
}
