import { escapeText } from "../nagios/text.ts";

/**
 * Returns text of an agent or a check for a terminal. Line breaks, tabs and backslashes stay. Other
 * control characters are escaped, because they could move the cursor or reorder the text.
 *
 * @param text any text
 * @returns the text for the terminal
 */
export function printable(text: string): string {
  return text.split(/([\n\t\\])/).map((part, at) => at % 2 === 1 ? part : escapeText(part)).join(
    "",
  );
}
