import { quoteText } from "./text.ts";

/**
 * Reads the text of a threshold range, `[@][start:][end]`, whose ends may have any form. Without a
 * start, the range starts at 0; `~` is negative infinity. Without an end, it ends at infinity.
 *
 * @param text the range
 * @param readEnd reads one end; returns undefined if the end is malformed
 * @param what the expected form of an end for the error message, such as `a number`
 * @returns the fields of the range
 * @throws {SyntaxError} if the text is not a range, or its start is above its end
 */
export function readRange(
  text: string,
  readEnd: (text: string) => number | undefined,
  what: string,
): { start: number; end: number; inside: boolean } {
  const inside = text.startsWith("@");
  const body = inside ? text.slice(1) : text;
  const colon = body.indexOf(":");
  const lower = body.slice(0, Math.max(colon, 0));
  const upper = body.slice(colon + 1);
  if (lower === "" && upper === "") throw rangeError(text, "it contains no number");
  const start = lower === "" ? 0 : lower === "~" ? -Infinity : readEnd(lower);
  const end = upper === "" ? Infinity : readEnd(upper);
  if (start === undefined) throw rangeError(text, `start ${quoteText(lower)} is not ${what}`);
  if (end === undefined) throw rangeError(text, `end ${quoteText(upper)} is not ${what}`);
  if (start > end) throw rangeError(text, "start is above end");
  return { start, end, inside };
}

function rangeError(text: string, reason: string): SyntaxError {
  return new SyntaxError(`Cannot parse range ${quoteText(text)}: ${reason}`);
}
