/**
 * Lays rows out in columns, indented by two.
 *
 * @param rows the cells of each row; a row may have fewer than others
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
    // A column that is empty everywhere takes no room.
    return `  ${cells.filter((cell) => cell !== "").join("  ")}`.trimEnd();
  });
}
