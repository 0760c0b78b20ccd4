import { assertEquals } from "@std/assert";

/** Rows of a conformance table whose expected result differs from ours, with the reason. */
export interface Disagreement<Row> {
  /** The result that these rows expect, and the reason for another. */
  reason: string;
  /** Whether a row that fails is one of these rows. */
  covers: (row: Row) => boolean;
}

/**
 * Checks every row of a table. A row passes, or it belongs to a named disagreement. A disagreement
 * that no row needs is an error, too, so that outdated ones are removed from the list.
 */
export function assertConforms<Row>(
  rows: readonly Row[],
  disagreements: readonly Disagreement<Row>[],
  check: (row: Row) => void,
): void {
  const errors: string[] = [];
  const used = new Set<Disagreement<Row>>();
  let passed = 0;
  let excused = 0;
  for (const row of rows) {
    try {
      check(row);
      passed++;
    } catch (error) {
      const disagreement = disagreements.find(({ covers }) => covers(row));
      if (disagreement) {
        used.add(disagreement);
        excused++;
      } else {
        errors.push(`${JSON.stringify(row)}: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
  assertEquals(errors, []);
  assertEquals(passed + excused, rows.length);
  assertEquals(disagreements.filter((one) => !used.has(one)).map(({ reason }) => reason), []);
}
