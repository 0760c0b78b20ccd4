import type { Perfdata, Range } from "../src/mod.ts";

/**
 * The thresholds of one value as perfdata holds them. A number is the plain upper bound that
 * monitoring-plugins prints, also where what they judge is not what they print.
 *
 * @param warning Where a warning begins
 * @param critical Where it is critical
 * @returns The fields that there are
 */
export function thresholds(
  warning: Range | number | undefined,
  critical: Range | number | undefined,
): Pick<Perfdata, "warning" | "critical"> {
  return {
    ...(warning !== undefined && { warning: rangeOf(warning) }),
    ...(critical !== undefined && { critical: rangeOf(critical) }),
  };
}

// A plain bound is never below 0 in the values that there are: sizes and counts.
function rangeOf(threshold: Range | number): Range {
  if (typeof threshold !== "number") return threshold;
  return { start: 0, end: Math.max(0, threshold), inside: false };
}
