import { formatNumber, readNumber } from "./number.ts";
import { readRange } from "./read_range.ts";

/**
 * A threshold range: values outside of it alert, or values inside of it if `inside` is true
 * (Monitoring Plugins guidelines, "Threshold and Ranges"). Both ends are inside.
 */
export interface Range {
  /** The lower end; -Infinity if the range has no lower end. */
  start: number;
  /** The upper end; Infinity if the range has no upper end. */
  end: number;
  /** Whether values inside the range alert (`@`), instead of values outside. */
  inside: boolean;
}

/**
 * Reads a threshold range: `[@][start:][end]`. Without a start, the range starts at 0; `~` is
 * negative infinity. Without an end, it ends at infinity. With `@`, values inside the range alert.
 *
 * @param text for example `10`, `10:`, `~:10`, `10:20` or `@10:20`
 * @returns the range
 * @throws {SyntaxError} if the text is not a range, or its start is above its end
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
  return readRange(text, readNumber, "a number");
}

/**
 * Writes a threshold range in its shortest form. {@linkcode parseRange} reads it back.
 *
 * @param range the range
 * @returns for example `10` for 0 to 10, `10:` for 10 and above
 * @throws {RangeError} if the range cannot be written: its start is above its end, or one is NaN
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
    throw new RangeError(
      `Cannot format range from ${start} to ${end}: expected a start that is not above the end`,
    );
  }
  const upper = end === Infinity ? "" : formatNumber(end);
  const at = inside ? "@" : "";
  if (start === 0 && end !== Infinity) return at + upper;
  return `${at}${start === -Infinity ? "~" : formatNumber(start)}:${upper}`;
}

/**
 * Returns whether a value alerts: outside of the range, or inside of it if `range.inside` is true.
 * Both ends are inside. NaN is outside of every range.
 *
 * @param range the range
 * @param value the value, in the unit of the range
 * @returns true if the value alerts
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
