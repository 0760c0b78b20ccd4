import {
  type Check,
  type CheckResult,
  defineCheck,
  isBeyond,
  judge,
  type Option,
  option,
  type Perfdata,
  type Range,
  type RangeInput,
} from "../src/mod.ts";
import { fixed } from "./_fixed.ts";
import { psPath, readProcesses } from "./_ps.ts";
import { hasThresholds, noThresholds } from "./_thresholds.ts";

/** The three load averages, with data that explains them. */
export interface LoadReading {
  /** The averages over the last 1, 5 and 15 minutes, with two decimals as in /proc/loadavg. */
  averages: readonly number[];
  /** The number of CPUs to divide the averages by (default: the averages are not divided). */
  cpus?: number | undefined;
  /** Lines about the processes that use most CPU time. */
  processes?: string | undefined;
}

/** Thresholds for the load averages: one range for each; the last one applies to the rest. */
export interface LoadThresholds {
  /** WARNING outside these ranges. */
  warning?: readonly Range[] | undefined;
  /** CRITICAL outside these ranges. */
  critical?: readonly Range[] | undefined;
}

/** The options of {@linkcode load}. */
export type LoadOptions = {
  /** The warning thresholds for 1, 5 and 15 minutes. */
  warning: Option<Range[], string | number | readonly RangeInput[], "optional">;
  /** The critical thresholds for 1, 5 and 15 minutes. */
  critical: Option<Range[], string | number | readonly RangeInput[], "optional">;
  /** Whether to divide the averages by the number of CPUs. */
  percpu: Option<boolean, boolean, "default">;
  /** The number of processes to list. */
  procsToShow: Option<number, number | string, "default">;
};

/** The periods of the three averages, in minutes. */
const minutes = [1, 5, 15] as const;

/** The columns that `check_load -n` shows of each process. */
const psArguments = ["axwwo", "stat uid pid ppid vsz rss pcpu etime comm args"];

/**
 * Checks the load averages over 1, 5 and 15 minutes, like `check_load` of monitoring-plugins.
 *
 * @example
 * ```ts
 * import { defineAgent } from "@checkwright/checkwright";
 * import { load } from "@checkwright/checkwright/checks";
 *
 * export default defineAgent({
 *   commands: { check_load: load({ warning: "5,4,3", critical: "10,8,6" }) },
 * });
 * ```
 */
export const load: Check<LoadOptions> = defineCheck<LoadOptions>({
  description: "Load averages over 1, 5 and 15 minutes",
  options: {
    warning: option.ranges({
      short: "w",
      description:
        "Warn above these loads over 1, 5 and 15 minutes: 15,10,5; the last applies to the rest",
    }),
    critical: option.ranges({
      short: "c",
      description:
        "Critical above these loads over 1, 5 and 15 minutes; the last applies to the rest",
    }),
    percpu: option.flag({ short: "r", description: "Divide the loads by the number of CPUs" }),
    procsToShow: option.integer({
      short: "n",
      description: "Number of processes to list in the long output, those with most CPU time first",
      default: 0,
      min: 0,
      max: 100,
    }),
  },
  permissions: ({ percpu, procsToShow }, { acceptArguments }) => ({
    sys: percpu || acceptArguments ? ["loadavg", "cpus"] : ["loadavg"],
    run: procsToShow > 0 ? [psPath] : [],
  }),
  async run({ warning, critical, percpu, procsToShow }, { signal }) {
    if (!hasThresholds({ warning, critical })) return noThresholds;
    const averages = Deno.loadavg().map(asKernelShows);
    // The import is here because node:os costs a sandbox about 10 ms, and most checks do not need
    // it.
    const cpus = percpu ? (await import("node:os")).default.cpus().length : undefined;
    const processes = procsToShow > 0
      ? busiestProcesses(await readProcesses(psArguments, signal), procsToShow, Deno.pid)
      : undefined;
    return presentLoad({ averages, cpus, processes }, { warning, critical });
  },
});

/**
 * Compares load averages with their thresholds and formats the result. If the number of CPUs is
 * given, the thresholds are for the load per CPU.
 *
 * @param reading the averages
 * @param limits one to three ranges for WARNING and for CRITICAL
 * @returns the result of `check_load`
 * @throws {RangeError} if there are more than three thresholds, or a warning threshold is above the
 * critical threshold
 */
export function presentLoad(reading: LoadReading, limits: LoadThresholds): CheckResult {
  const { averages, cpus = 0, processes } = reading;
  const scaled = cpus > 0 ? averages.map((average) => average / cpus) : undefined;
  requireOrder(limits);
  const { state, perfdata: values } = judge(minutes.map((span, at) => ({
    label: `${scaled ? "scaled_" : ""}load${span}`,
    value: (scaled ?? averages)[at] ?? NaN,
    ...limits,
    min: 0,
  })));
  const perfdata = values.flatMap((value, at) => [
    ...(scaled ? [{ label: `load${minutes[at]}`, value: shown(averages[at]), min: 0 }] : []),
    { ...value, value: shown(value.value) },
  ]);
  const total = `total load average: ${list(averages)}`;
  const words = scaled ? `scaled load average: ${list(scaled)} - ${total}` : total;
  return { state, output: `LOAD ${state} - ${words}`, longOutput: processes, perfdata };
}

function list(averages: readonly number[]): string {
  return averages.map((average) => fixed(average, 2)).join(", ");
}

// The plugin prints three decimals; further decimals come from the division only.
function shown(value: Perfdata["value"] = NaN): Perfdata["value"] {
  return Number.isFinite(value) ? Number(fixed(Number(value), 3)) : "U";
}

// As in the plugin, thresholds in the wrong order are an error. Only plain upper bounds are compared:
// with `@` or a lower bound, any order may be intended.
function requireOrder({ warning = [], critical = [] }: LoadThresholds): void {
  for (const { length } of [warning, critical]) {
    if (length <= minutes.length) continue;
    throw new RangeError(
      `Invalid number of thresholds ${length}: expected 1 to 3, for 1, 5 and 15 minutes`,
    );
  }
  for (const [at, span] of minutes.entries()) {
    const pair = [warning, critical].map((ranges) => ranges[at] ?? ranges.at(-1));
    const [warn, crit] = pair.map((range) => range && upperBound(range));
    if (!isBeyond({ warning: warn, critical: crit })) continue;
    const name = `${span}-minute "warning load"`;
    throw new RangeError(`Parameter inconsistency: ${name} is greater than "critical load"`);
  }
}

function upperBound({ start, end, inside }: Range): Range | undefined {
  return start <= 0 && !inside ? { start: 0, end, inside } : undefined;
}

/**
 * Rounds an exact load average to two decimals like /proc/loadavg, which `uptime` and the plugins
 * show. The kernel calculates with fixed-point numbers of 11 bits: it adds half a hundredth and
 * truncates (LOAD_INT and LOAD_FRAC in include/linux/sched/loadavg.h).
 *
 * @param average a multiple of 1/2048
 * @returns the load with two decimals
 */
export function asKernelShows(average: number): number {
  return Math.floor((average * 2048 + 10) * 100 / 2048) / 100;
}

/**
 * Returns the processes that use most CPU time.
 *
 * @param listing the output of `ps axwwo 'stat uid pid ppid vsz rss pcpu etime comm args'`
 * @param count the number of processes to keep
 * @param self the process ID of this process: the `ps` that it started is not listed
 * @returns the heading and this many lines, the busiest process first
 */
export function busiestProcesses(listing: string, count: number, self: number): string {
  const [heading = "", ...lines] = listing.trimEnd().split("\n");
  const columns = heading.trim().split(/\s+/);
  const field = (line: string, name: string) =>
    line.trim().split(/\s+/, columns.length)[columns.indexOf(name)];
  const share = (line: string) => Number(field(line, "%CPU"));
  const isOwn = (line: string) =>
    field(line, "PPID") === `${self}` && field(line, "COMMAND") === "ps";
  const others = lines.filter((line) => !isOwn(line)).sort((a, b) => share(b) - share(a));
  return [heading, ...others.slice(0, count)].join("\n");
}
