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

/** The characters before a searched string that are read for the words before it. */
const WORDS_BEFORE = 512;

/**
 * Removes from a list of processes those that exist only because of this check: this process and
 * the `ps` that it started, which version 2.3 of `check_procs` counts.
 *
 * If command lines are searched, it also removes the processes that started the check on a command
 * line, because their command lines contain the searched string: the parent if both are the same
 * program, and all shells and programs such as `timeout` and `sudo` above it whose command line
 * contains the option with the searched string.
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
  if (own === undefined) return [...processes];
  const texts = [filter.argumentArray, filter.eregArgumentArray?.text];
  const starters = texts.flatMap((text) =>
    text === undefined ? [] : startersOf(processes, own, text)
  );
  return processes.filter((process) =>
    process !== own && !starters.includes(process) &&
    !(process.ppid === self && /^ps\b/.test(process.comm))
  );
}

/** Returns the processes that started this one with the searched string in the command line. */
function startersOf(processes: readonly Process[], own: Process, text: string): Process[] {
  const above = ancestorsOf(processes, own);
  const other = above.findIndex(({ comm }) => comm !== own.comm);
  const program = other < 0 ? above : above.slice(0, other);
  const option = [own, ...program].map(({ args }) => optionWith(args, text)).find(Boolean);
  return above.filter((process) =>
    process === program[0] || option !== undefined && unquoted(process.args).includes(option)
  );
}

function ancestorsOf(processes: readonly Process[], own: Process): Process[] {
  const byPid = new Map(processes.map((process) => [process.pid, process]));
  const above: Process[] = [];
  // The list is not a snapshot: a process ID that was reused could lead to a cycle.
  for (let at = byPid.get(own.ppid); at && !above.includes(at) && at !== own;) {
    above.push(at);
    at = byPid.get(at.ppid);
  }
  return above;
}

/**
 * Returns the searched string with the two words before it, such as `check_procs -a sshd`. The
 * string alone does not suffice: the command line of a daemon that starts checks may contain it.
 */
function optionWith(args: string, text: string): string | undefined {
  const at = args.lastIndexOf(text);
  if (at < 0) return undefined;
  const [words = ""] = /(?:\S+\s+)?\S*\s*$/.exec(args.slice(Math.max(at - WORDS_BEFORE, 0), at)) ??
    [];
  return unquoted(words + text);
}

/** Removes the characters with which a shell quotes, which the started program does not receive. */
function unquoted(args: string): string {
  return args.replaceAll(/['"\\]/g, "").replaceAll(/\s+/g, " ");
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
