import { type CheckResult, judge, type Perfdata, type Range } from "../../src/mod.ts";
import { describeFilter, type ProcessFilter } from "./_process_filter.ts";
import type { Process } from "./_process_list.ts";

/** The value that is compared with the thresholds: PROCS is the count, others are per process. */
export type ProcessMetric = "PROCS" | "VSZ" | "RSS" | "CPU" | "ELAPSED";

/** All values of {@linkcode ProcessMetric}. */
export const processMetrics: readonly ProcessMetric[] = ["PROCS", "VSZ", "RSS", "CPU", "ELAPSED"];

/** Thresholds for processes, and the format of the result. */
export interface ProcessQuestion {
  /** The value that is compared with the thresholds. */
  metric: ProcessMetric;
  /** The warning threshold for the metric: a count, KiB, percent or seconds. */
  warning?: Range | undefined;
  /** The critical threshold for the metric: a count, KiB, percent or seconds. */
  critical?: Range | undefined;
  /** The filter that selected the processes, for the text. */
  filter: ProcessFilter;
  /** Whether to list the names of the processes that alert. */
  verbose: boolean;
}

const measures: Record<Exclude<ProcessMetric, "PROCS">, (process: Process) => number> = {
  VSZ: (process) => process.vsz,
  RSS: (process) => process.rss,
  CPU: (process) => process.pcpu,
  ELAPSED: (process) => process.elapsed,
};

/** The maximum number of process names in the text. */
const NAMED = 100;

/**
 * Compares processes with their thresholds and formats the result like `check_procs`.
 *
 * @param processes the selected processes
 * @param question the thresholds and the format
 * @returns the result
 */
export function presentProcesses(
  processes: readonly Process[],
  question: ProcessQuestion,
): CheckResult {
  const { metric, filter, warning, critical } = question;
  const count: Perfdata = { label: "procs", value: processes.length, min: 0 };
  const described = describeFilter(filter);
  const text = `${processes.length} process${processes.length === 1 ? "" : "es"}` +
    (described && ` with ${described}`);
  if (metric === "PROCS") {
    const { state, perfdata } = judge({ ...count, warning, critical });
    return { state, output: `PROCS ${state}: ${text}`, perfdata };
  }
  const measure = measures[metric];
  const judged = processes.map((process) => ({
    name: process.comm,
    state: judge({ label: metric, value: measure(process), warning, critical }).state,
  }));
  const alerting = judged.filter(({ state }) => state !== "OK");
  const crit = alerting.filter(({ state }) => state === "CRITICAL").length;
  const warn = alerting.length - crit;
  const state = crit > 0 ? "CRITICAL" : warn > 0 ? "WARNING" : "OK";
  const counts = {
    OK: "",
    WARNING: `${warn} warn out of `,
    CRITICAL: `${crit} crit, ${warn} warn out of `,
  };
  const names = alerting.slice(0, NAMED).map(({ name }) => name).join(", ");
  return {
    state,
    output: `${metric} ${state}: ${counts[state]}${text}` +
      (question.verbose && names !== "" ? ` [${names}]` : ""),
    perfdata: [
      count,
      { label: "procs_warn", value: warn, min: 0 },
      { label: "procs_crit", value: crit, min: 0 },
    ],
  };
}
