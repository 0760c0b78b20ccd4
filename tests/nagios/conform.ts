import { assertEquals } from "@std/assert";

/** Rows of a conformance table whose expected result differs from ours, with the reason. */
export interface Disagreement<Row> {
  /** The result that these rows expect, and the reason for another. */
  reason: string;
  /** Whether a row that fails is one of these rows. */
  covers: (row: Row) => boolean;
}

/**
 * Checks every row of a table. Each row must pass or be listed as a known difference. An unused
 * known difference is an error.
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
