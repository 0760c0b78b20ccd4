/** The widest piece of a line that is shown, in characters. */
const widest = 96;

/**
 * Shows a line of code, and a place in it.
 *
 * @param code the line
 * @param line its number, from 1
 * @param column the place, in UTF-16 units from 1
 * @returns two lines; of a longer line of code the part around the place
 */
export function codeFrame(code: string, line: number, column: number): string {
  const start = code.length <= widest
    ? 0
    : Math.max(0, Math.min(column - 1 - widest / 2, code.length - widest));
  // Tabs would move what is below, and other controls act on a terminal.
  const shown = code.slice(start, start + widest).replaceAll(/[\p{Cc}\p{Cf}]/gu, " ");
  const number = `${line}`;
  return [
    `  ${number} | ${shown}`.trimEnd(),
    `  ${" ".repeat(number.length)} | ${" ".repeat(Math.max(0, column - 1 - start))}^`,
  ].join("\n");
}
