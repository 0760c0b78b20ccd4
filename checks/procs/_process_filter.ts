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
  eregArgumentArray?: { text: string; regex: RegExp } | undefined;
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
  filter: Pick<ProcessFilter, "argumentArray" | "eregArgumentArray">,
): Process[] {
  const own = processes.find(({ pid }) => pid === self);
  const starter = filter.argumentArray === undefined && filter.eregArgumentArray === undefined
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
  const { state, ppid, user, command, argumentArray, vsz, rss, pcpu } = filter;
  const pattern = filter.eregArgumentArray;
  return (state === undefined || process.stat.includes(state)) &&
    (ppid === undefined || process.ppid === ppid) &&
    (user === undefined || process.uid === user.uid) &&
    (command === undefined || isNamed(process, command)) &&
    (argumentArray === undefined || process.args.includes(argumentArray)) &&
    (pattern === undefined || pattern.regex.test(process.args.slice(0, SEARCHED))) &&
    (vsz === undefined || process.vsz >= vsz) &&
    (rss === undefined || process.rss >= rss) &&
    (pcpu === undefined || process.pcpu >= pcpu);
}

/** The number of characters of a name that the kernel keeps (TASK_COMM_LEN without the NUL). */
export const KEPT_NAME = 15;

// `check_procs` compares the first word of the name, from its last slash on. `ps` shows the whole
// name, with spaces and slashes. Both are accepted.
function isNamed({ comm, args }: Process, command: string): boolean {
  const [word = ""] = comm.split(" ");
  if (command === comm || command === word || command === baseName(word)) return true;
  if (command.length <= KEPT_NAME || comm.slice(0, KEPT_NAME) !== command.slice(0, KEPT_NAME)) {
    return false;
  }
  // The command line contains the rest of the name: in its first word, or if the program is a
  // script, after its interpreter. A zombie has no command line.
  const words = args.split(" ");
  return args.startsWith(`[${comm.slice(0, KEPT_NAME)}`) ||
    words.some((word) => baseName(word) === command) ||
    command.includes(" ") && args.includes(command);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

const describers: { [Name in keyof ProcessFilter]?: (filter: ProcessFilter) => string } = {
  state: ({ state }) => `STATE = ${state}`,
  ppid: ({ ppid }) => `PPID = ${ppid}`,
  user: ({ user }) => `UID = ${user!.uid} (${user!.name})`,
  command: ({ command }) => `command name '${command}'`,
  argumentArray: ({ argumentArray }) => `args '${argumentArray}'`,
  eregArgumentArray: ({ eregArgumentArray }) => `regex args '${eregArgumentArray!.text}'`,
  vsz: ({ vsz }) => `VSZ >= ${vsz}`,
  rss: ({ rss }) => `RSS >= ${rss}`,
  pcpu: ({ pcpu }) => `PCPU >= ${fixed(pcpu!, 2)}`,
};

/**
 * Describes a filter like `check_procs`: in the order of its properties, which is the order of the
 * arguments.
 *
 * @param filter the filter
 * @returns for example `UID = 0 (root), command name 'cron'`; empty for a filter without properties
 */
export function describeFilter(filter: ProcessFilter): string {
  return (Object.keys(filter) as (keyof ProcessFilter)[])
    .filter((name) => filter[name] !== undefined)
    .flatMap((name) => describers[name]?.(filter) ?? [])
    .join(", ");
}
