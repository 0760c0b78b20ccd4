/**
 * The numbers of ranges and perfdata: a sign, digits with a point anywhere, an exponent. Hex, `nan`,
 * `inf`, blanks and digit separators are refused, although `Number()` or `strtod()` accepts them.
 */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * Numbers below this limit are written with an exponent. Some graphing tools cannot read an
 * exponent, so the limit is well below the rounding errors of everyday numbers (0.1 + 0.2 - 0.3 is
 * 5.6e-17).
 */
const SMALLEST_PLAIN = 1e-20;

/** `String()` writes numbers below this limit with an exponent. */
const SMALLEST_NATIVE = 1e-6;

/**
 * Reads a number of a range or of perfdata.
 *
 * @param text the number without other characters: `1.5`, `-.5`, `5.`, `+1e3`
 * @returns the number, never -0; undefined if the text is not a number or the number is too large
 */
export function readNumber(text: string): number | undefined {
  if (!NUMBER.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value + 0 : undefined;
}

/**
 * Writes a number in a form that all parsers of perfdata understand: a decimal point, no trailing
 * zeros, and no exponent from 1e-20 up to 1e21. `Number()` returns the same number for the text.
 *
 * @param value a finite number
 * @returns its shortest exact text, for example `0.0000001`
 * @throws {RangeError} if the value is NaN or infinite
 */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= SMALLEST_NATIVE && size !== Infinity || size === 0) return String(value);
  if (!Number.isFinite(value)) {
    throw new RangeError(`Cannot format number ${value}: expected a finite number`);
  }
  if (size < SMALLEST_PLAIN) return String(value);
  const [digits = "", exponent = ""] = String(size).split("e-");
  const zeros = "0".repeat(Number(exponent) - 1);
  return `${value < 0 ? "-" : ""}0.${zeros}${digits.replace(".", "")}`;
}
