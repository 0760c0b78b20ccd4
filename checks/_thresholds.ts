import type { Perfdata, Range } from "../src/mod.ts";

/**
 * Returns the thresholds of one value as fields of its perfdata. A number becomes a plain upper
 * bound. monitoring-plugins print such a bound even if they compare with another value.
 *
 * @param warning the warning threshold
 * @param critical the critical threshold
 * @returns the fields; a threshold that is undefined has no field
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

// The values are sizes and counts, so a plain bound is never below 0.
function rangeOf(threshold: Range | number): Range {
  if (typeof threshold !== "number") return threshold;
  return { start: 0, end: Math.max(0, threshold), inside: false };
}
