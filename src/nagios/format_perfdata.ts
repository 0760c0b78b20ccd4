import { formatNumber } from "./number.ts";
import type { Perfdata } from "./perfdata.ts";
import { formatRange, type Range } from "./range.ts";
import { quoteText } from "./text.ts";
import { thresholdRange } from "./threshold.ts";

/** A label that contains one of these must be quoted: a blank, a quote, an equals sign. */
const NEEDS_QUOTES = /[ \t\v\f'"=]/;

/** Characters that would end the line or the text before it reaches the engine. */
const ENDS_LINE = /[\n\r\0]/;

/** Characters that a parser would not read as part of the unit. */
const NOT_OF_UNIT = /[\d\s\0;'"=.,:+~@|-]/;

/**
 * Writes performance data as text, the reverse of {@linkcode parsePerfdata}. Labels are quoted only
 * if necessary, thresholds have their shortest form, numbers have no exponent and no trailing
 * zeros, and empty fields at the end are omitted. An unknown value, `"U"`, is written without a
 * unit.
 *
 * @param perfdata one value or a list
 * @returns the text that follows the `|` of plugin output, on one line; empty for an empty list
 * @throws {TypeError} if a label is empty or contains a line break or NUL, or if a unit contains a
 * digit, a blank or another character that a parser would not read as part of the unit
 * @throws {RangeError} if a number is NaN or infinite, or if the start of a range is above its end
 * @throws {SyntaxError} if a threshold is a string and not a valid range
 *
 * @example
 * ```ts
 * import { formatPerfdata } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   formatPerfdata([
 *     { label: "load1", value: 0.5, warning: "0:4", critical: "0:8", min: 0 },
 *     { label: "it's up", value: 1 },
 *   ]),
 *   "load1=0.5;4;8;0 'it''s up'=1",
 * );
 * ```
 */
export function formatPerfdata(perfdata: Perfdata | readonly Perfdata[]): string {
  if ("label" in perfdata) return formatItem(perfdata);
  let text = "";
  for (const item of perfdata) text += text === "" ? formatItem(item) : ` ${formatItem(item)}`;
  return text;
}

function formatItem(item: Perfdata): string {
  const { label, value, uom = "", warning, critical, min, max } = item;
  if (label === "") throw new TypeError("Cannot format perfdata: a label is empty");
  if (ENDS_LINE.test(label)) throw perfdataError(label, "the label contains a line break or NUL");
  if (NOT_OF_UNIT.test(uom)) throw perfdataError(label, `${quoteText(uom)} is not a unit`);
  const name = NEEDS_QUOTES.test(label) ? `'${label.replaceAll("'", "''")}'` : label;
  const text = `${name}=${value === "U" ? value : finite(label, "value", value) + uom}`;
  const warn = threshold(warning);
  const crit = threshold(critical);
  const least = min === undefined ? "" : finite(label, "min", min);
  const most = max === undefined ? "" : finite(label, "max", max);
  if (most !== "") return `${text};${warn};${crit};${least};${most}`;
  if (least !== "") return `${text};${warn};${crit};${least}`;
  if (crit !== "") return `${text};${warn};${crit}`;
  return warn === "" ? text : `${text};${warn}`;
}

function threshold(range: Range | string | undefined): string {
  const parsed = thresholdRange(range);
  return parsed ? formatRange(parsed) : "";
}

function finite(label: string, name: string, value: number): string {
  if (Number.isFinite(value)) return formatNumber(value);
  throw new RangeError(
    `Cannot format perfdata ${quoteText(label)}: ${name} is ${value}, expected a finite number`,
  );
}

function perfdataError(label: string, reason: string): TypeError {
  return new TypeError(`Cannot format perfdata ${quoteText(label)}: ${reason}`);
}
