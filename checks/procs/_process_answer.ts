import { type CheckResult, evaluate, type Perfdata, type Range } from "../../src/mod.ts";
import { thresholds } from "../_thresholds.ts";
import { describeFilter, type ProcessFilter } from "./_process_filter.ts";
import type { Process } from "./_process_list.ts";

/** What thresholds are held against: the count, or a value of each process. */
export type ProcessMetric = "PROCS" | "VSZ" | "RSS" | "CPU" | "ELAPSED";

/** All of them. */
export const processMetrics: readonly ProcessMetric[] = ["PROCS", "VSZ", "RSS", "CPU", "ELAPSED"];

/** What is judged of processes. */
export interface ProcessQuestion {
  /** What the thresholds are held against. */
  metric: ProcessMetric;
  /** Thresholds of the metric: a count, KiB, percent or seconds. */
  warning?: Range | undefined;
  /** Thresholds of the metric: a count, KiB, percent or seconds. */
  critical?: Range | undefined;
  /** Which processes are meant, to be said. */
  filter: ProcessFilter;
  /** Whether the processes that alert are named. */
  verbose: boolean;
}

const measures: Record<Exclude<ProcessMetric, "PROCS">, (process: Process) => number> = {
  VSZ: (process) => process.vsz,
  RSS: (process) => process.rss,
  CPU: (process) => process.pcpu,
  ELAPSED: (process) => process.elapsed,
};

/** How many processes are named. */
const NAMED = 100;

/**
 * Says what was found of processes, in the words of `check_procs`.
 *
 * @param processes Those that are meant
 * @param question What is judged
 * @returns The result
 */
export function presentProcesses(
  processes: readonly Process[],
  question: ProcessQuestion,
): CheckResult {
  const { metric, filter } = question;
  const limits = thresholds(question.warning, question.critical);
  const count: Perfdata = { label: "procs", value: processes.length, min: 0 };
  const described = describeFilter(filter);
  const text = `${processes.length} process${processes.length === 1 ? "" : "es"}` +
    (described && ` with ${described}`);
  if (metric === "PROCS") {
    const perfdata = [{ ...count, ...limits }];
    const state = evaluate(perfdata);
    return { state, output: `PROCS ${state}: ${text}`, perfdata };
  }
  const measure = measures[metric];
  const judged = processes.map((process) => ({
    name: process.comm,
    state: evaluate({ label: metric, value: measure(process), ...limits }),
  }));
  const faulty = judged.filter(({ state }) => state !== "OK");
  const crit = faulty.filter(({ state }) => state === "CRITICAL").length;
  const warn = faulty.length - crit;
  const state = crit > 0 ? "CRITICAL" : warn > 0 ? "WARNING" : "OK";
  const counts = {
    OK: "",
    WARNING: `${warn} warn out of `,
    CRITICAL: `${crit} crit, ${warn} warn out of `,
  };
  const names = faulty.slice(0, NAMED).map(({ name }) => name).join(", ");
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
