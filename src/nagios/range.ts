import { formatNumber, readNumber } from "./number.ts";
import { quoteText } from "./text.ts";

/**
 * A threshold range: where a value may lie before it alerts (Monitoring Plugins guidelines,
 * "Threshold and Ranges"). Both ends belong to it.
 */
export interface Range {
  /** The lower end; -Infinity where there is none. */
  start: number;
  /** The upper end; Infinity where there is none. */
  end: number;
  /** Whether values inside the range alert (`@`), instead of those outside. */
  inside: boolean;
}

/**
 * Reads a range: `[@][start:][end]`. A start left out is 0, `~` is negative infinity, an end left
 * out is infinity, and `@` makes the inside alert.
 *
 * @param text For example `10`, `10:`, `~:10`, `10:20` or `@10:20`
 * @returns The range
 * @throws {SyntaxError} If the text is no range, or its start is above its end
 *
 * @example
 * ```ts
 * import { parseRange } from "@checkwright/checkwright";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(parseRange("@10:20"), { start: 10, end: 20, inside: true });
 * assertEquals(parseRange("~:5"), { start: -Infinity, end: 5, inside: false });
 * assertThrows(() => parseRange("10:5"), SyntaxError, "start is above end");
 * ```
 */
export function parseRange(text: string): Range {
  const inside = text.startsWith("@");
  const body = inside ? text.slice(1) : text;
  const colon = body.indexOf(":");
  const lower = body.slice(0, Math.max(colon, 0));
  const upper = body.slice(colon + 1);
  if (lower === "" && upper === "") throw fault(text, "it holds no number");
  const start = lower === "" ? 0 : lower === "~" ? -Infinity : readNumber(lower);
  const end = upper === "" ? Infinity : readNumber(upper);
  if (start === undefined) throw fault(text, `start ${quoteText(lower)} is not a number`);
  if (end === undefined) throw fault(text, `end ${quoteText(upper)} is not a number`);
  if (start > end) throw fault(text, "start is above end");
  return { start, end, inside };
}

/**
 * Writes a range in its shortest form; {@linkcode parseRange} gives the same range back.
 *
 * @param range The range
 * @returns For example `10` for 0 to 10, `10:` for 10 and above
 * @throws {RangeError} If no text stands for the range: start above end, or an end that is NaN
 *
 * @example
 * ```ts
 * import { formatRange } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatRange({ start: 0, end: 10, inside: true }), "@10");
 * assertEquals(formatRange({ start: 10, end: Infinity, inside: false }), "10:");
 * ```
 */
export function formatRange(range: Range): string {
  const { start, end, inside } = range;
  if (!(start <= end) || start === Infinity || end === -Infinity) {
    throw new RangeError(`Cannot format range: start is ${start} and end is ${end}`);
  }
  const upper = end === Infinity ? "" : formatNumber(end);
  const at = inside ? "@" : "";
  if (start === 0 && end !== Infinity) return at + upper;
  return `${at}${start === -Infinity ? "~" : formatNumber(start)}:${upper}`;
}

/**
 * Whether a value alerts: outside the range, or inside it where the range says so. The ends lie
 * inside; NaN lies outside of every range.
 *
 * @param range The range
 * @param value The value, in the unit that the range is meant in
 * @returns True where the value alerts
 *
 * @example
 * ```ts
 * import { alerts, parseRange } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(alerts(parseRange("10:20"), 20), false);
 * assertEquals(alerts(parseRange("@10:20"), 20), true);
 * ```
 */
export function alerts(range: Range, value: number): boolean {
  return (value >= range.start && value <= range.end) === range.inside;
}

function fault(text: string, reason: string): SyntaxError {
  return new SyntaxError(`Cannot parse range ${quoteText(text)}: ${reason}`);
}
