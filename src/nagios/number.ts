/**
 * The numbers of ranges and perfdata: a sign, digits with a point anywhere, an exponent. Hex, `nan`,
 * `inf`, blanks and digit separators are not numbers here, though `Number()` or `strtod()` take them.
 */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * Below this, the exponent stays. It is well under the noise that arithmetic leaves on everyday
 * numbers (0.1 + 0.2 - 0.3 is 5.6e-17), which graphing tools that know no exponent must survive.
 */
const SMALLEST_PLAIN = 1e-20;

/** Below this, JavaScript writes an exponent of its own accord. */
const SMALLEST_NATIVE = 1e-6;

/**
 * Reads a number as ranges and perfdata write it.
 *
 * @param text The whole number, nothing around it: `1.5`, `-.5`, `5.`, `+1e3`
 * @returns The number, never -0; undefined where the text is no number or too large for one
 */
export function readNumber(text: string): number | undefined {
  if (!NUMBER.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value + 0 : undefined;
}

/**
 * Writes a number the way every reader of perfdata understands: a decimal point, no trailing zeros,
 * and no exponent from 1e-20 up to 1e21. `Number()` gives the same number back.
 *
 * @param value A finite number
 * @returns Its shortest exact text, for example `0.0000001`
 * @throws {RangeError} If the value is NaN or infinite
 */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= SMALLEST_NATIVE && size !== Infinity || size === 0) return String(value);
  if (!Number.isFinite(value)) throw new RangeError(`Cannot format number: it is ${value}`);
  if (size < SMALLEST_PLAIN) return String(value);
  const [digits = "", exponent = ""] = String(size).split("e-");
  const zeros = "0".repeat(Number(exponent) - 1);
  return `${value < 0 ? "-" : ""}0.${zeros}${digits.replace(".", "")}`;
}
