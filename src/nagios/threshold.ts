import { parseRange, type Range } from "./range.ts";

/**
 * Returns the range of a threshold of perfdata. As in the text form of perfdata, an empty string
 * means that the threshold is not set.
 *
 * @param threshold a range, or its text
 * @returns the range; undefined if the threshold is not set
 * @throws {SyntaxError} if the text is not a range
 */
export function thresholdRange(threshold: Range | string | undefined): Range | undefined {
  if (threshold === undefined || threshold === "") return undefined;
  return typeof threshold === "string" ? parseRange(threshold) : threshold;
}
