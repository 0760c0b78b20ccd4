import { evaluate, type Perfdata } from "../nagios/perfdata.ts";
import { parseRange, type Range } from "../nagios/range.ts";
import type { State } from "../nagios/state.ts";
import { isPerItem, OTHERS } from "./per_item.ts";

/**
 * A threshold of a value: a range, its text, or a number, which is a plain upper bound. A list has a
 * range for each value; its last range applies to the rest. A map has a range for each label.
 */
export type Threshold =
  | Range
  | string
  | number
  | readonly Range[]
  | Readonly<Record<string, Range | undefined>>;

/** The thresholds of a value. A threshold that is undefined or empty is not set. */
export interface Thresholds {
  /** The threshold for WARNING, in the unit of the value. */
  warning?: Threshold | undefined;
  /** The threshold for CRITICAL, in the unit of the value. */
  critical?: Threshold | undefined;
  /**
   * Whether a plain upper bound alerts at this value or less: `20`, which is the range from 0 to 20,
   * becomes `@~:20`. Other ranges keep their meaning. Default: `false`.
   */
  lessIsWorse?: boolean | undefined;
}

/** A measured value with its thresholds, for {@linkcode judge}. */
export interface Measurement extends Omit<Perfdata, "warning" | "critical">, Thresholds {}

/** Measured values with their state: parts of the result of a check. */
export interface Judged {
  /** The worst state of the values. */
  state: State;
  /** The values, each with its thresholds as ranges. */
  perfdata: Perfdata[];
}

/**
 * Compares measured values with their thresholds. Returns their state and their perfdata, which
 * always agree. CRITICAL is tested before WARNING; `"U"` and NaN are UNKNOWN, see
 * {@linkcode evaluate}.
 *
 * The thresholds may be values of threshold options as `run` receives them: of the kinds `range`,
 * `percentRange`, `bytesRange`, `durationRange`, also with `labels`, and of the kind `ranges`.
 *
 * @param measured a value or a list
 * @returns the worst state, and the perfdata in the order of the values
 * @throws {SyntaxError} if a threshold is a string and not a valid range, or a number that is not a
 * valid upper bound: NaN, or below 0
 *
 * @example
 * ```ts
 * import { judge } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * const { state, perfdata } = judge({
 *   label: "free",
 *   value: 15,
 *   uom: "%",
 *   warning: 20,
 *   critical: 10,
 *   lessIsWorse: true,
 * });
 * assertEquals(state, "WARNING");
 * assertEquals(perfdata[0]?.warning, { start: -Infinity, end: 20, inside: true });
 * ```
 */
export function judge(measured: Measurement | readonly Measurement[]): Judged {
  const list = "label" in measured ? [measured] : measured;
  const perfdata = list.map(({ warning, critical, lessIsWorse = false, ...value }, at) => {
    const [warn, crit] = [warning, critical]
      .map((threshold) => rangeOf(threshold, value.label, at, lessIsWorse));
    return { ...value, ...(warn && { warning: warn }), ...(crit && { critical: crit }) };
  });
  return { state: evaluate(perfdata), perfdata };
}

/**
 * Returns whether a warning threshold has no effect, because the critical threshold alerts on the
 * same values and on more. Equal thresholds are intended. Of lists and maps, one such pair is enough.
 *
 * @param thresholds both thresholds
 * @returns false if one of them is not set
 * @throws {SyntaxError} if a threshold is malformed, see {@linkcode judge}
 *
 * @example
 * ```ts
 * import { isBeyond } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(isBeyond({ warning: 5, critical: 10 }), false);
 * assertEquals(isBeyond({ warning: 10, critical: 5 }), true);
 * assertEquals(isBeyond({ warning: 5, critical: 10, lessIsWorse: true }), true);
 * ```
 */
export function isBeyond({ warning, critical, lessIsWorse = false }: Thresholds): boolean {
  const both = [warning, critical];
  const labels = both.flatMap((one) => isPerItem(one) ? Object.keys(one) : []);
  if (labels.length > 0) {
    return [OTHERS, ...labels].some((label) =>
      isBeyond({
        warning: ofLabel(warning, label),
        critical: ofLabel(critical, label),
        lessIsWorse,
      })
    );
  }
  const length = Math.max(1, ...both.map((one) => Array.isArray(one) ? one.length : 0));
  return Array.from({ length }).some((_, at) => {
    const [warn, crit] = both.map((one) => rangeOf(one, OTHERS, at, lessIsWorse));
    return warn !== undefined && crit !== undefined && isCovered(warn, crit);
  });
}

/**
 * Returns whether a threshold is set.
 *
 * @param threshold the value of an option that is a threshold, of any kind
 * @returns false if it is undefined, an empty list, an empty map or an empty string
 */
export function isSet(threshold: unknown): boolean {
  if (Array.isArray(threshold)) return threshold.length > 0;
  if (isPerItem(threshold)) return Object.keys(threshold).length > 0;
  return threshold !== undefined && threshold !== "";
}

/** The range that alerts at a value or less. */
export function orLess(end: number): Range {
  return { start: -Infinity, end, inside: true };
}

function rangeOf(
  threshold: Threshold | undefined,
  label: string,
  at: number,
  lessIsWorse: boolean,
): Range | undefined {
  const one = ofIndex(ofLabel(threshold, label), at);
  if (one === undefined || one === "") return undefined;
  if (typeof one === "number" && lessIsWorse) return orLess(one);
  const range = typeof one === "object" ? one : parseRange(String(one));
  const isPlain = range.start === 0 && range.end !== Infinity && !range.inside;
  return isPlain && lessIsWorse ? orLess(range.end) : range;
}

function ofLabel(threshold: Threshold | undefined, label: string): Threshold | undefined {
  if (!isPerItem(threshold)) return threshold;
  const name = Object.hasOwn(threshold, label) ? label : OTHERS;
  return Object.hasOwn(threshold, name) ? threshold[name] as Threshold | undefined : undefined;
}

function ofIndex(
  threshold: Threshold | undefined,
  at: number,
): Range | string | number | undefined {
  return Array.isArray(threshold)
    ? threshold[at] ?? threshold.at(-1)
    : threshold as Range | string | number | undefined;
}

/** Returns whether `c` alerts on all values on which `w` alerts, and on more. */
function isCovered(w: Range, c: Range): boolean {
  const neverAlerts = !w.inside && w.start === -Infinity && w.end === Infinity;
  const areEqual = w.inside === c.inside && w.start === c.start && w.end === c.end;
  if (neverAlerts || areEqual) return false;
  if (w.inside && c.inside) return c.start <= w.start && w.end <= c.end;
  if (w.inside) return w.end < c.start || c.end < w.start;
  return !c.inside && w.start <= c.start && c.end <= w.end;
}
