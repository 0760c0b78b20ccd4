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
import { KEPT_NAME, type ProcessFilter, selectProcesses, withoutSelf } from "./_process_filter.ts";
import { parseProcesses, type Process, psArguments } from "./_process_list.ts";
import { findUser, ownersOf, parsePasswd, type User } from "./_user.ts";

/** The options of {@linkcode procs}; the names and letters are the same as in `check_procs`. */
export type ProcsOptions = {
  /** The warning threshold for the metric. */
  readonly warning: Option<Range, RangeInput, "optional">;
  /** The critical threshold for the metric. */
  readonly critical: Option<Range, RangeInput, "optional">;
  /** The state of `ps` must contain this string. */
  readonly state: Option<string, string, "optional">;
  /** The value that is compared with the thresholds. */
  readonly metric: Option<ProcessMetric, ProcessMetric, "default">;
  /** The name of the command. */
  readonly command: Option<string, string, "optional">;
  /** The command line must contain this string. */
  readonly argumentArray: Option<string, string, "optional">;
  /** The command line must match this pattern. */
  readonly eregArgumentArray: Option<string, string, "optional">;
  /** The owner: a name or a user ID. */
  readonly user: Option<string, string, "optional">;
  /** The process ID of the parent. */
  readonly ppid: Option<number, number | string, "optional">;
  /** The minimum virtual memory in KiB. */
  readonly vsz: Option<number, number | string, "optional">;
  /** The minimum resident memory in KiB. */
  readonly rss: Option<number, number | string, "optional">;
  /** The minimum usage of one CPU in percent. */
  readonly pcpu: Option<number, number | string, "optional">;
  /** Whether to exclude kernel threads. */
  readonly noKthreads: Option<boolean, boolean, "default">;
  /** Whether to list the names of the processes that alert. */
  readonly verbose: Option<boolean, boolean, "default">;
  /** The time limit in seconds. */
  readonly timeout: Option<number, number | string, "default">;
  /** Whether to exclude this process by its ID, which the check always does. */
  readonly traditional: Option<boolean, boolean, "default">;
};

/**
 * Checks processes like `check_procs` of monitoring-plugins: their number, or the memory, CPU usage
 * or age of each.
 *
 * It runs `ps` and no other program. With the option `user` it may also read /etc/passwd, to find
 * users without processes.
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
  description: "Number of processes, or memory, CPU usage or age of each",
  options: {
    ...option.thresholds("the metric (see -m)"),
    state: option.text({
      short: "s",
      description:
        "Only processes whose STAT column of ps contains this string, such as Z, D or Ss",
      pattern: /[\w<+]{1,16}/,
      expected: "letters and flags as in the STAT column of ps, such as Z or Ss",
    }),
    metric: option.oneOf({
      short: "m",
      description:
        "Value to check: PROCS (count), or per process: VSZ or RSS in KiB, CPU in %, ELAPSED in s",
      values: processMetrics,
      default: "PROCS",
    }),
    command: option.text({
      short: "C",
      description: "Only processes with this name, without path; it must be ASCII",
      once: true,
    }),
    argumentArray: option.text({
      short: "a",
      description: "Only processes whose command line contains this string",
      once: true,
    }),
    eregArgumentArray: option.text({
      description: "Only processes whose command line matches this pattern",
      maxLength: 2048,
    }),
    user: option.text({
      short: "u",
      description: "Only processes of this user: name or user ID",
      pattern: /[^:\s]+/,
      expected: "a user name or user ID",
      maxLength: 64,
    }),
    ppid: option.integer({ short: "p", description: "Only children of this process ID", min: 0 }),
    vsz: option.integer({
      short: "z",
      description: "Only processes with at least this VSZ in KiB",
    }),
    rss: option.integer({
      short: "r",
      description: "Only processes with at least this RSS in KiB",
    }),
    pcpu: option.number({
      short: "P",
      description: "Only processes with at least this CPU usage in %",
    }),
    noKthreads: option.flag({ short: "k", description: "Exclude kernel threads" }),
    verbose: option.flag({ short: "v", description: "List the names of the processes that alert" }),
    timeout: option.duration({ short: "t", description: "Time limit in seconds", default: 10 }),
    traditional: option.flag({
      short: "T",
      description: "No effect: the check always excludes its own process by the process ID",
    }),
  },
  permissions: ({ user }, { acceptArguments }) => ({
    run: [psPath],
    ...((user !== undefined || acceptArguments) && { read: ["/etc/passwd"] }),
  }),
  async run(options, { signal }) {
    const { timeout, command = "", argumentArray, eregArgumentArray } = options;
    const withArgs = argumentArray !== undefined || eregArgumentArray !== undefined ||
      command.length > KEPT_NAME;
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
    const processes = withoutSelf(all, Deno.pid, filter);
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
    eregArgumentArray: text === undefined ? undefined : { text, regex: parsePattern(text) },
  };
}

async function readUser(wanted: string, processes: readonly Process[]): Promise<User> {
  const owner = findUser(wanted, ownersOf(processes)) ??
    findUser(wanted, parsePasswd(await Deno.readTextFile("/etc/passwd")));
  if (owner) return owner;
  throw new RangeError(`${/^\d+$/.test(wanted) ? "UID" : "User name"} was not found - ${wanted}`);
}
