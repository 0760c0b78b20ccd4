import {
  type Check,
  type CheckResult,
  defineCheck,
  type Option,
  option,
  type OptionValues,
  type Perfdata,
  type State,
} from "../src/mod.ts";
import { fixed } from "./_fixed.ts";
import { thresholds } from "./_thresholds.ts";

/** The machine's memory in bytes, as `Deno.systemMemoryInfo()` gives it. */
export interface MemoryReading {
  /** All of it. */
  total: number;
  /** What nothing uses. */
  free: number;
  /** What programs could have without swapping: what is free and what the kernel would give back. */
  available: number;
}

/** What {@linkcode memory} judges, and by what. */
export type MemoryThresholds = Partial<Omit<OptionValues<MemoryOptions>, "used">>;

/** The options of {@linkcode memory}. */
export type MemoryOptions = {
  /** The share at which to warn. */
  warning: Option<number, number | string, "optional">;
  /** The share at which it is critical. */
  critical: Option<number, number | string, "optional">;
  /** Judge what is used. */
  used: Option<boolean, boolean, "default">;
  /** Judge what is free. */
  free: Option<boolean, boolean, "default">;
  /** Count caches as free. */
  caches: Option<boolean, boolean, "default">;
};

/**
 * Memory in use, as the widespread `check_mem.pl` says it.
 *
 * @example
 * ```ts
 * import { defineAgent } from "@checkwright/checkwright";
 * import { memory } from "@checkwright/checkwright/checks";
 *
 * export default defineAgent({
 *   commands: { check_mem: memory({ warning: 80, critical: 90, caches: true }) },
 * });
 * ```
 */
export const memory: Check<MemoryOptions> = defineCheck<MemoryOptions>({
  description: "Share of the memory that is used or free",
  options: {
    warning: option.percent({
      short: "w",
      description: "Warn at so many percent used or more; with free, so many free or fewer",
    }),
    critical: option.percent({
      short: "c",
      description: "Critical at so many percent used or more; with free, so many free or fewer",
    }),
    used: option.flag({ short: "u", description: "Judge the used memory, as without free" }),
    free: option.flag({ short: "f", description: "Judge the free memory" }),
    caches: option.flag({
      short: "C",
      description: "Count as free what the kernel would give back: caches and buffers",
    }),
  },
  permissions: { sys: ["systemMemoryInfo"] },
  run({ used, free, ...rest }) {
    if (used && free) {
      throw new RangeError("Cannot judge used and free memory at once: expected one");
    }
    return presentMemory(Deno.systemMemoryInfo(), { ...rest, free });
  },
});

/**
 * Judges and words memory. Like the plugin, it judges the share rounded to a tenth of a percent, a
 * share at the threshold alerts already, and the perfdata's thresholds are for USED.
 *
 * The caches are what the kernel counts as available beyond what is free: /proc/meminfo, from which
 * the plugin adds them up, is closed to sandboxes.
 *
 * @param reading The memory in bytes
 * @param thresholds What is judged, and by what
 * @returns What `check_mem.pl` would say
 * @throws {RangeError} If there is no memory, or the warning is beyond the critical threshold
 */
export function presentMemory(
  { total: all, free: unused, available }: MemoryReading,
  { warning, critical, free: judgeFree = false, caches: cachesAreFree = false }: MemoryThresholds,
): CheckResult {
  const total = kilobytes(all);
  const caches = Math.max(0, kilobytes(available) - kilobytes(unused));
  const free = kilobytes(unused) + (cachesAreFree ? caches : 0);
  const used = total - free;
  if (!(total > 0)) throw new RangeError(`Cannot judge memory: its size is ${all} bytes`);
  order(warning, critical, judgeFree);

  const amount = judgeFree ? free : used;
  const share = fixed(amount / total * 100, 1);
  const met = (threshold: number | undefined) =>
    threshold !== undefined &&
    (judgeFree ? Number(share) <= threshold : Number(share) >= threshold);
  const state: State = met(critical) ? "CRITICAL" : met(warning) ? "WARNING" : "OK";
  const mark = state === "OK" ? "." : "!";
  // The plugin's thresholds are of what is used, also where it judges what is free.
  const ofUsed = (threshold: number | undefined) =>
    threshold === undefined
      ? undefined
      : Math.trunc(total * (judgeFree ? 100 - threshold : threshold) / 100);
  const perfdata: Perfdata[] = [
    { label: "TOTAL", value: total, uom: "KB" },
    { label: "USED", value: used, uom: "KB", ...thresholds(ofUsed(warning), ofUsed(critical)) },
    { label: "FREE", value: free, uom: "KB" },
    { label: "CACHES", value: caches, uom: "KB" },
  ];
  const words = `${share}% (${amount} kB) ${judgeFree ? "free" : "used"}${mark}`;
  return { state, output: `${state} - ${words}`, perfdata };
}

function kilobytes(bytes: number): number {
  return Math.round(bytes / 1024);
}

function order(warning: number | undefined, critical: number | undefined, free: boolean): void {
  if (warning === undefined || critical === undefined) return;
  if (free ? warning >= critical : warning <= critical) return;
  throw new RangeError(
    `Cannot warn at ${warning}% and be critical at ${critical}%: ` +
      `expected a ${free ? "higher" : "lower"} share for the warning`,
  );
}
