import { parseRange, type Range } from "./range.ts";

/**
 * The range of a threshold as perfdata carries it. An empty text is a threshold that is not set, as
 * in the perfdata field that it stands for.
 *
 * @param threshold A range, or its text
 * @returns The range; undefined where no threshold is set
 * @throws {SyntaxError} If the text is no range
 */
export function thresholdRange(threshold: Range | string | undefined): Range | undefined {
  if (threshold === undefined || threshold === "") return undefined;
  return typeof threshold === "string" ? parseRange(threshold) : threshold;
}
