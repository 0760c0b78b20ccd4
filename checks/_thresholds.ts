import {
  type CheckResult,
  type InspectedCommand,
  type Perfdata,
  type Range,
  unknown,
} from "../src/mod.ts";

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

/**
 * Warns of a command that cannot alert: neither the agent nor arguments set a threshold.
 *
 * @param values the option values
 * @param command the settings of the command
 * @returns the warnings, for `inspect` of a check
 */
export function inspectThresholds(
  values: ThresholdValues,
  { acceptArguments }: InspectedCommand,
): string[] {
  if (acceptArguments || hasThresholds(values)) return [];
  return ["The command cannot alert: set warning, critical or both, or accept arguments"];
}

/** The warning of a check whose warning threshold has no effect. */
export const neverWarns =
  "The warning threshold has no effect, because the critical threshold alerts first: " +
  "exchange them, or omit warning";

/**
 * Warns of ranges for WARNING that never apply, because the ranges for CRITICAL alert on the same
 * values and more. Equal ranges are intended.
 *
 * @param warning a range, or one for each value; the last one applies to the rest
 * @param critical the same for CRITICAL
 * @returns the warnings, for `inspect` of a check
 */
export function inspectOrder(
  warning: Range | readonly Range[] = [],
  critical: Range | readonly Range[] = [],
): string[] {
  const [warnings, criticals] = [[warning].flat(), [critical].flat()] as [Range[], Range[]];
  const pairs = Array.from(
    { length: Math.max(warnings.length, criticals.length) },
    (_, at) => [warnings[at] ?? warnings.at(-1), criticals[at] ?? criticals.at(-1)] as const,
  );
  return pairs.some(([warning, critical]) => isCovered(warning, critical)) ? [neverWarns] : [];
}

function isCovered(warning: Range | undefined, critical: Range | undefined): boolean {
  if (warning === undefined || critical === undefined) return false;
  const [w, c] = [warning, critical];
  const neverAlerts = !w.inside && w.start === -Infinity && w.end === Infinity;
  const areEqual = w.inside === c.inside && w.start === c.start && w.end === c.end;
  if (neverAlerts || areEqual) return false;
  if (w.inside && c.inside) return c.start <= w.start && w.end <= c.end;
  if (w.inside) return w.end < c.start || c.end < w.start;
  return !c.inside && w.start <= c.start && c.end <= w.end;
}
