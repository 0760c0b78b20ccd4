import { fixed } from "../_fixed.ts";
import type { Process } from "./_process_list.ts";
import type { User } from "./_user.ts";

/** A filter for processes: a process must match all properties that are set. */
export interface ProcessFilter {
  /** The state and flags of `ps` must contain this string: `Z`, `Ss`. */
  state?: string | undefined;
  /** The process ID of the parent. */
  ppid?: number | undefined;
  /** The owner. */
  user?: User | undefined;
  /** The name of the command, without its path. */
  command?: string | undefined;
  /** The command line must contain this string. */
  argumentArray?: string | undefined;
  /** The command line must match this pattern: the string as given, and the parsed pattern. */
  pattern?: { text: string; regex: RegExp } | undefined;
  /** The minimum virtual memory in KiB. */
  vsz?: number | undefined;
  /** The minimum resident memory in KiB. */
  rss?: number | undefined;
  /** The minimum usage of one CPU in percent. */
  pcpu?: number | undefined;
  /** Whether to exclude kernel threads. */
  noKthreads: boolean;
}

/** The characters of a command line that are searched for patterns, which may backtrack. */
const SEARCHED = 65_536;

/** The parent of all kernel threads. */
const KTHREADD = "kthreadd";

/**
 * Removes this process from a list of processes.
 *
 * If command lines are searched, it also removes the parent of this process if both are the same
 * program: when a check runs on the command line, the arguments of the parent contain the searched
 * string. `ps` itself stays in the list, as in `check_procs`.
 *
 * @param processes all processes
 * @param self the process ID of this process
 * @param filter the filter
 * @returns the other processes
 */
export function withoutSelf(
  processes: readonly Process[],
  self: number,
  filter: Pick<ProcessFilter, "argumentArray" | "pattern">,
): Process[] {
  const own = processes.find(({ pid }) => pid === self);
  const starter = filter.argumentArray === undefined && filter.pattern === undefined
    ? undefined
    : processes.find(({ pid, comm }) => pid === own?.ppid && comm === own.comm);
  return processes.filter((process) => process !== own && process !== starter);
}

/**
 * Returns the processes that match a filter.
 *
 * @param processes all processes
 * @param filter the filter
 * @returns the processes that match
 */
export function selectProcesses(processes: readonly Process[], filter: ProcessFilter): Process[] {
  const kthreadd = processes.find(({ comm, ppid }) => comm === KTHREADD && ppid === 0)?.pid;
  const isKernel = ({ pid, ppid }: Process) =>
    kthreadd !== undefined && (pid === kthreadd || ppid === kthreadd);
  return processes.filter((process) =>
    matches(process, filter) && !(filter.noKthreads && isKernel(process))
  );
}

function matches(process: Process, filter: ProcessFilter): boolean {
  const { state, ppid, user, command, argumentArray, pattern, vsz, rss, pcpu } = filter;
  return (state === undefined || process.stat.includes(state)) &&
    (ppid === undefined || process.ppid === ppid) &&
    (user === undefined || process.uid === user.uid) &&
    (command === undefined || isNamed(process.comm, command)) &&
    (argumentArray === undefined || process.args.includes(argumentArray)) &&
    (pattern === undefined || pattern.regex.test(process.args.slice(0, SEARCHED))) &&
    (vsz === undefined || process.vsz >= vsz) &&
    (rss === undefined || process.rss >= rss) &&
    (pcpu === undefined || process.pcpu >= pcpu);
}

// `check_procs` compares the first word of the name, from its last slash on. `ps` shows the whole
// name, with spaces and slashes. Both are accepted.
function isNamed(comm: string, command: string): boolean {
  const [word = ""] = comm.split(" ");
  return command === comm || command === word || command === word.slice(word.lastIndexOf("/") + 1);
}

/**
 * Describes a filter like `check_procs`.
 *
 * @param filter the filter
 * @returns for example `UID = 0 (root), command name 'cron'`; empty for a filter without properties
 */
export function describeFilter(filter: ProcessFilter): string {
  const { state, ppid, user, command, argumentArray, pattern, vsz, rss, pcpu } = filter;
  return [
    state !== undefined && `STATE = ${state}`,
    ppid !== undefined && `PPID = ${ppid}`,
    user && `UID = ${Number.isNaN(user.uid) ? "?" : user.uid} (${user.name})`,
    command !== undefined && `command name '${command}'`,
    argumentArray !== undefined && `args '${argumentArray}'`,
    pattern && `regex args '${pattern.text}'`,
    vsz !== undefined && `VSZ >= ${vsz}`,
    rss !== undefined && `RSS >= ${rss}`,
    pcpu !== undefined && `PCPU >= ${fixed(pcpu, 2)}`,
  ].filter(Boolean).join(", ");
}
