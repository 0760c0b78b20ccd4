import { fixed } from "../_fixed.ts";
import type { Process } from "./_process_list.ts";
import type { User } from "./_user.ts";

/** Which processes are meant; all that is given must hold. */
export interface ProcessFilter {
  /** What the state and flags of `ps` must hold, in this order: `Z`, `Ss`. */
  state?: string | undefined;
  /** The parent's number. */
  ppid?: number | undefined;
  /** The owner. */
  user?: User | undefined;
  /** The command's name, without its path. */
  command?: string | undefined;
  /** What the command with its arguments must hold. */
  argumentArray?: string | undefined;
  /** What must be found in it, as it was written and as it is read. */
  pattern?: { text: string; regex: RegExp } | undefined;
  /** The least virtual memory in KiB. */
  vsz?: number | undefined;
  /** The least resident memory in KiB. */
  rss?: number | undefined;
  /** The least share of a CPU in percent. */
  pcpu?: number | undefined;
  /** Whether kernel threads are left out. */
  noKthreads: boolean;
}

/** How much of a command patterns are run on, in characters: they may backtrack. */
const SEARCHED = 65_536;

/** The parent of all kernel threads. */
const KTHREADD = "kthreadd";

/**
 * Leaves out what only looks: this process, and where arguments are searched, the process that
 * started it if it is the same program and so holds the same arguments, as when a check runs on the
 * command line. `ps` itself counts, as it does with `check_procs`.
 *
 * @param processes All processes
 * @param self The number of this process
 * @param filter What is searched
 * @returns The rest
 */
export function leaveOutSelf(
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
 * Picks the processes that a filter means.
 *
 * @param processes All processes
 * @param filter Which are meant
 * @returns Those of them
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

// `check_procs` knows a command by its first word and behind its last slash; the whole name, blanks
// and slashes included, is what people see in `ps`.
function isNamed(comm: string, command: string): boolean {
  const [word = ""] = comm.split(" ");
  return command === comm || command === word || command === word.slice(word.lastIndexOf("/") + 1);
}

/**
 * Says which processes are meant, in the words of `check_procs`.
 *
 * @param filter Which are meant
 * @returns For example `UID = 0 (root), command name 'cron'`; empty where all are
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
