import { type CheckResult, type Perfdata, type Range, unknown } from "../src/mod.ts";

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

/** Option values that set thresholds; each may be omitted. */
export interface ThresholdValues {
  /** The warning threshold. */
  warning?: unknown;
  /** The critical threshold. */
  critical?: unknown;
}

/** The result of a check without thresholds. As with the plugins, it is most often a typo. */
export const noThresholds: CheckResult = unknown(
  "Missing thresholds: set warning (-w), critical (-c) or both",
);

/**
 * Returns whether a check has a threshold.
 *
 * @param values the option values
 * @returns true if at least one threshold is set
 */
export function hasThresholds({ warning, critical }: ThresholdValues): boolean {
  return [warning, critical].some((value) =>
    Array.isArray(value) ? value.length > 0 : value !== undefined
  );
}

/** The warning of a check whose warning threshold has no effect; the same as for `option.range`. */
export const neverWarns =
  'The threshold "warning" has no effect, because "critical" alerts first: exchange them, or omit ' +
  '"warning"';
