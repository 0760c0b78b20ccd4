import {
  type Check,
  defineCheck,
  type Option,
  option,
  type OptionValues,
  type Range,
  type RangeInput,
} from "../../src/mod.ts";
import { parsePattern } from "../_posix_pattern.ts";
import { psPath, readProcesses } from "../_ps.ts";
import { withinSeconds } from "../_time_limit.ts";
import { presentProcesses, type ProcessMetric, processMetrics } from "./_process_answer.ts";
import { leaveOutSelf, type ProcessFilter, selectProcesses } from "./_process_filter.ts";
import { parseProcesses, type Process, psArguments } from "./_process_list.ts";
import { findUser, ownersOf, parsePasswd, type User } from "./_user.ts";

/** The options of {@linkcode procs}; names and letters are those of `check_procs`. */
export type ProcsOptions = {
  /** Thresholds of the metric. */
  readonly warning: Option<Range, RangeInput, "optional">;
  /** Thresholds of the metric. */
  readonly critical: Option<Range, RangeInput, "optional">;
  /** What the state of `ps` must hold. */
  readonly state: Option<string, string, "optional">;
  /** What the thresholds are held against. */
  readonly metric: Option<ProcessMetric, ProcessMetric, "default">;
  /** The command's name. */
  readonly command: Option<string, string, "optional">;
  /** What the command with its arguments must hold. */
  readonly argumentArray: Option<string, string, "optional">;
  /** What must be found in it. */
  readonly eregArgumentArray: Option<string, string, "optional">;
  /** The owner. */
  readonly user: Option<string, string, "optional">;
  /** The parent's number. */
  readonly ppid: Option<number, number | string, "optional">;
  /** The least virtual memory in KiB. */
  readonly vsz: Option<number, number | string, "optional">;
  /** The least resident memory in KiB. */
  readonly rss: Option<number, number | string, "optional">;
  /** The least share of a CPU in percent. */
  readonly pcpu: Option<number, number | string, "optional">;
  /** Whether kernel threads are left out. */
  readonly noKthreads: Option<boolean, boolean, "default">;
  /** Whether the processes that alert are named. */
  readonly verbose: Option<boolean, boolean, "default">;
  /** The time limit in seconds. */
  readonly timeout: Option<number, number | string, "default">;
};

/**
 * Watches processes: how many there are of a kind, or the memory, CPU and age of each. Texts and
 * counts are those of `check_procs`. It runs `ps` and nothing else; where a user is asked for,
 * /etc/passwd is read too, for a user without processes.
 *
 * @example
 * ```ts
 * import { defineAgent } from "@checkwright/checkwright";
 * import { procs } from "@checkwright/checkwright/checks";
 *
 * export default defineAgent({
 *   commands: {
 *     check_total_procs: procs({ warning: 250, critical: 400 }),
 *     check_zombies: procs({ warning: 5, critical: 10, state: "Z" }),
 *     check_sshd: procs({ critical: "1:", command: "sshd" }),
 *     check_java_memory: procs({ metric: "RSS", warning: 2_000_000, command: "java" }),
 *   },
 * });
 * ```
 */
export const procs: Check<ProcsOptions> = defineCheck<ProcsOptions>({
  description: "Processes: their number, or memory, CPU and age of each",
  options: {
    warning: option.range({
      short: "w",
      description: "Warn where the metric is outside this range",
    }),
    critical: option.range({
      short: "c",
      description: "Critical where the metric is outside this range",
    }),
    state: option.text({
      short: "s",
      description: "Only processes with these flags in the STAT column of ps: Z, R, Ss",
      pattern: /[\w<+]{1,16}/,
    }),
    metric: option.oneOf({
      short: "m",
      description: "PROCS: the count; of each process VSZ and RSS in KiB, CPU in %, ELAPSED in s",
      values: processMetrics,
      default: "PROCS",
    }),
    command: option.text({
      short: "C",
      description: "Only processes of this name, without path, as ps shows it: 15 characters",
    }),
    argumentArray: option.text({
      short: "a",
      description: "Only processes whose command line holds this text",
    }),
    eregArgumentArray: option.text({
      description: "Only processes in whose command line this pattern is found",
      maxLength: 2048,
    }),
    user: option.text({
      short: "u",
      description: "Only processes of this user: name or number",
      pattern: /[^:\s]+/,
      maxLength: 64,
    }),
    ppid: option.integer({ short: "p", description: "Only children of this process", min: 0 }),
    vsz: option.integer({ short: "z", description: "Only processes of so many KiB VSZ or more" }),
    rss: option.integer({ short: "r", description: "Only processes of so many KiB RSS or more" }),
    pcpu: option.number({ short: "P", description: "Only processes of so many % CPU or more" }),
    noKthreads: option.flag({ short: "k", description: "Leave out kernel threads" }),
    verbose: option.flag({ short: "v", description: "Name the processes that alert" }),
    timeout: option.duration({ short: "t", description: "Time limit in seconds", default: 10 }),
  },
  permissions: ({ user }) => ({
    run: [psPath],
    ...(user !== undefined && { read: ["/etc/passwd"] }),
  }),
  async run(options, { signal }) {
    const { timeout, argumentArray, eregArgumentArray } = options;
    const withArgs = argumentArray !== undefined || eregArgumentArray !== undefined;
    const text = await withinSeconds(
      timeout,
      signal,
      (limit) => readProcesses(psArguments(withArgs), limit),
    );
    if (text === undefined) {
      const output = `CRITICAL - Plugin timed out after ${timeout} seconds`;
      return { state: "CRITICAL", output };
    }
    const all = parseProcesses(text);
    if (all.length === 0) return { state: "UNKNOWN", output: "Unable to read output" };
    const filter = await readFilter(options, all);
    const processes = leaveOutSelf(all, Deno.pid, filter);
    return presentProcesses(selectProcesses(processes, filter), { ...options, filter });
  },
});

async function readFilter(
  options: OptionValues<ProcsOptions>,
  processes: readonly Process[],
): Promise<ProcessFilter> {
  const { user, eregArgumentArray: text } = options;
  return {
    ...options,
    user: user === undefined ? undefined : await readUser(user, processes),
    pattern: text === undefined ? undefined : { text, regex: parsePattern(text) },
  };
}

async function readUser(wanted: string, processes: readonly Process[]): Promise<User> {
  const owner = findUser(wanted, ownersOf(processes));
  if (owner) return owner;
  const uid = /^\d+$/.test(wanted) ? Number(wanted) : NaN;
  let passwd: string;
  try {
    passwd = await Deno.readTextFile("/etc/passwd");
  } catch (error) {
    // A user whom the wire names, while the command is bound without one: nobody by that name runs
    // anything, and that is what counts.
    if (error instanceof Deno.errors.NotCapable) return { uid, name: wanted };
    throw error;
  }
  const user = findUser(wanted, parsePasswd(passwd));
  if (user) return user;
  throw new RangeError(`${Number.isNaN(uid) ? "User name" : "UID"} was not found - ${wanted}`);
}
