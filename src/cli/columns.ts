/**
 * Aligns rows in columns, indented by two spaces.
 *
 * @param rows the cells of each row; rows may differ in length
 * @returns one line for each row
 */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const count = Math.max(0, ...rows.map(({ length }) => length));
  const widths = Array.from(
    { length: count },
    (_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)),
  );
  return rows.map((row) => {
    const cells = row.map((cell, index) => cell.padEnd(widths[index]!));
    // A column whose cells are all empty is omitted.
    return `  ${cells.filter((cell) => cell !== "").join("  ")}`.trimEnd();
  });
}
