import { formatNumber } from "./number.ts";
import type { Perfdata } from "./perfdata.ts";
import { formatRange, type Range } from "./range.ts";
import { quoteText } from "./text.ts";
import { thresholdRange } from "./threshold.ts";

/** What makes quotes around a label necessary: a blank, a quote, an equals sign. */
const NEEDS_QUOTES = /[ \t\v\f'"=]/;

/** What ends the line, or the text, on its way to the engine. */
const ENDS_LINE = /[\n\r\0]/;

/** What would not be read back as part of the unit. */
const NOT_OF_UNIT = /[\d\s\0;'"=.,:+~@|-]/;

/**
 * Writes perfdata, the reverse of {@linkcode parsePerfdata}: labels in quotes only where they must
 * be, thresholds in their shortest form, numbers without exponent or trailing zeros, no empty
 * fields at the end. An unknown value, `"U"`, has no unit.
 *
 * @param perfdata One value or several
 * @returns The text that follows the `|` of plugin output, on one line; empty where there is none
 * @throws {TypeError} If a label is empty or holds a line break or NUL, or a unit holds a digit, a
 * blank or another sign that would not be read back as part of it
 * @throws {RangeError} If a number is NaN or infinite, or a range has its start above its end
 * @throws {SyntaxError} If a threshold given as text is no range
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
  if (ENDS_LINE.test(label)) throw fault(label, "its label holds a line break or NUL");
  if (NOT_OF_UNIT.test(uom)) throw fault(label, `${quoteText(uom)} is not a unit`);
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
  throw new RangeError(`Cannot format perfdata ${quoteText(label)}: ${name} is ${value}`);
}

function fault(label: string, reason: string): TypeError {
  return new TypeError(`Cannot format perfdata ${quoteText(label)}: ${reason}`);
}
