/**
 * Threshold ranges whose ends have units. Each range of the plugin guidelines is also a range of
 * durations and of sizes: a number without a unit is in seconds or in bytes.
 *
 * @module
 */
import { readNumber } from "./number.ts";
import type { Range } from "./range.ts";
import { readRange } from "./read_range.ts";
import { parseBytes, parseDuration, parsePercent } from "./units.ts";

/**
 * Reads a threshold range whose ends are durations: `30m:`, `~:2h` or `1h30m:26w`.
 *
 * @param text the range
 * @returns the range in seconds
 * @throws {SyntaxError} if the text is not a range of durations, or its start is above its end
 */
export function parseDurationRange(text: string): Range {
  return readRange(text, end(parseDuration), 'a duration such as "1h30m"');
}

/**
 * Reads a threshold range whose ends are sizes: `500M:` or `1G:2GiB`.
 *
 * @param text the range
 * @returns the range in bytes
 * @throws {SyntaxError} if the text is not a range of sizes, or its start is above its end
 */
export function parseBytesRange(text: string): Range {
  return readRange(text, end(parseBytes), 'a size such as "512MiB"');
}

/**
 * Reads a threshold range whose ends are percentages: `80%`, `80%:` or `10:20%`. The `%` may be
 * omitted.
 *
 * @param text the range
 * @returns the range in percent
 * @throws {SyntaxError} if the text is not a range of percentages from 0% to 100%, or its start is
 * above its end
 */
export function parsePercentRange(text: string): Range {
  return readRange(text, attempt(parsePercent), "a percentage from 0% to 100%");
}

/** Makes a reader of an end that may also be any number: negative, or with an exponent. */
function end(parse: (text: string) => number): (text: string) => number | undefined {
  const read = attempt(parse);
  return (text) => readNumber(text) ?? read(text);
}

function attempt(parse: (text: string) => number): (text: string) => number | undefined {
  return (text) => {
    try {
      return parse(text);
    } catch {
      return undefined;
    }
  };
}
