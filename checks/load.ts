import {
  type Check,
  type CheckResult,
  defineCheck,
  evaluate,
  type Option,
  option,
  type Perfdata,
  type Range,
  type RangeInput,
} from "../src/mod.ts";
import { fixed } from "./_fixed.ts";
import { psPath, readProcesses } from "./_ps.ts";
import { thresholds } from "./_thresholds.ts";

/** The three load averages and what is needed to explain them. */
export interface LoadReading {
  /** Over the last 1, 5 and 15 minutes, with the two decimals that the kernel shows. */
  averages: readonly number[];
  /** How many CPUs to divide by; the averages stand as they are where left out. */
  cpus?: number | undefined;
  /** Lines about the processes that use most of the CPU. */
  processes?: string | undefined;
}

/** What {@linkcode load} judges by: one range for each average, the last standing for the rest. */
export interface LoadThresholds {
  /** Up to where each average is fine. */
  warning?: readonly Range[] | undefined;
  /** Up to where each average is no emergency. */
  critical?: readonly Range[] | undefined;
}

/** The options of {@linkcode load}. */
export type LoadOptions = {
  /** Loads above which to warn. */
  warning: Option<Range[], string | number | readonly RangeInput[], "optional">;
  /** Loads above which it is critical. */
  critical: Option<Range[], string | number | readonly RangeInput[], "optional">;
  /** Divide by the number of CPUs. */
  percpu: Option<boolean, boolean, "default">;
  /** How many processes to show. */
  procsToShow: Option<number, number | string, "default">;
};

/** Minutes over which the three averages run. */
const minutes = [1, 5, 15] as const;

/** What `check_load -n` shows of each process. */
const psArguments = ["axwwo", "stat uid pid ppid vsz rss pcpu etime comm args"];

/**
 * Load averages, as `check_load` of monitoring-plugins says them.
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
      description: "Warn above these loads over 1,5,15 minutes; the last given stands for the rest",
    }),
    critical: option.ranges({
      short: "c",
      description: "Critical above these loads over 1,5,15 minutes; the last stands for the rest",
    }),
    percpu: option.flag({ short: "r", description: "Divide the loads by the number of CPUs" }),
    procsToShow: option.integer({
      short: "n",
      description: "How many of the processes that use most CPU to list below",
      default: 0,
      min: 0,
      max: 100,
    }),
  },
  permissions: ({ percpu, procsToShow }) => ({
    sys: percpu ? ["loadavg", "cpus"] : ["loadavg"],
    run: procsToShow > 0 ? [psPath] : [],
  }),
  async run({ warning, critical, percpu, procsToShow }, { signal }) {
    const averages = Deno.loadavg().map(asKernelShows);
    // Imported where it is used: node:os costs a sandbox some 10 ms that most checks can spare.
    const cpus = percpu ? (await import("node:os")).default.cpus().length : undefined;
    const processes = procsToShow > 0
      ? busiestProcesses(await readProcesses(psArguments, signal), procsToShow)
      : undefined;
    return presentLoad({ averages, cpus, processes }, { warning, critical });
  },
});

/**
 * Judges and words load averages. With CPUs given, thresholds are for the load of one CPU.
 *
 * @param reading The averages
 * @param limits One to three ranges for a warning and for critical
 * @returns What `check_load` would say
 * @throws {RangeError} If there are more than three thresholds, or a warning is above its critical
 */
export function presentLoad(reading: LoadReading, limits: LoadThresholds): CheckResult {
  const { averages, cpus = 0, processes } = reading;
  const scaled = cpus > 0 ? averages.map((average) => average / cpus) : undefined;
  const values = minutes.map((span, at): Perfdata => ({
    label: `${scaled ? "scaled_" : ""}load${span}`,
    value: (scaled ?? averages)[at] ?? NaN,
    ...judgedBy(limits, at),
    min: 0,
  }));
  const state = evaluate(values);
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

// The plugin prints three decimals; more is noise of the division.
function shown(value: Perfdata["value"] = NaN): Perfdata["value"] {
  return Number.isFinite(value) ? Number(fixed(Number(value), 3)) : "U";
}

function judgedBy(limits: LoadThresholds, at: number): Pick<Perfdata, "warning" | "critical"> {
  const warning = pick(limits.warning, at);
  const critical = pick(limits.critical, at);
  // Only two plain upper bounds can be compared; `@` and lower bounds mean what they mean.
  if (warning && critical && upper(warning) > upper(critical)) {
    const name = `${minutes[at]}-minute "warning load"`;
    throw new RangeError(`Parameter inconsistency: ${name} is greater than "critical load"`);
  }
  return thresholds(warning, critical);
}

function pick(ranges: readonly Range[] | undefined, at: number): Range | undefined {
  if (ranges === undefined) return undefined;
  if (ranges.length > minutes.length) {
    throw new RangeError(
      `Cannot take ${ranges.length} load thresholds: expected one to three, for 1, 5 and 15 minutes`,
    );
  }
  return ranges[at] ?? ranges.at(-1);
}

function upper({ start, end, inside }: Range): number {
  return start <= 0 && !inside ? end : NaN;
}

/**
 * Turns an exact load average into the two decimals that /proc/loadavg has, which is what `uptime`
 * and the plugins show: the kernel adds half a hundredth in its fixed-point numbers of 11 bits and
 * cuts (LOAD_INT and LOAD_FRAC in include/linux/sched/loadavg.h).
 *
 * @param average A multiple of 1/2048
 * @returns The load in hundredths
 */
export function asKernelShows(average: number): number {
  return Math.floor((average * 2048 + 10) * 100 / 2048) / 100;
}

/**
 * Picks the processes that use most of the CPU.
 *
 * @param listing What `ps axwwo 'stat uid pid ppid vsz rss pcpu etime comm args'` prints
 * @param count How many to keep
 * @returns The heading and so many lines, the busiest first
 */
export function busiestProcesses(listing: string, count: number): string {
  const [heading = "", ...lines] = listing.trimEnd().split("\n");
  const column = heading.trim().split(/\s+/).indexOf("%CPU");
  const share = (line: string) => Number(line.trim().split(/\s+/, column + 1)[column]);
  return [heading, ...lines.sort((a, b) => share(b) - share(a)).slice(0, count)].join("\n");
}
