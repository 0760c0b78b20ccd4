/** Maximum number of characters of a line that are shown. */
const widest = 96;

/**
 * Formats a line of code with a mark below one column.
 *
 * @param code the line of code
 * @param line its number, from 1
 * @param column the column to mark, in UTF-16 units from 1
 * @returns two lines; a long line of code is cut to the part around the mark
 */
export function codeFrame(code: string, line: number, column: number): string {
  const start = code.length <= widest
    ? 0
    : Math.max(0, Math.min(column - 1 - widest / 2, code.length - widest));
  // A tab would move the mark, and other control characters would act on the terminal.
  const shown = code.slice(start, start + widest).replaceAll(/[\p{Cc}\p{Cf}]/gu, " ");
  const number = `${line}`;
  return [
    `  ${number} | ${shown}`.trimEnd(),
    `  ${" ".repeat(number.length)} | ${" ".repeat(Math.max(0, column - 1 - start))}^`,
  ].join("\n");
}
