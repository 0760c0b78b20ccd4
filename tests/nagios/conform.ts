import { assertEquals } from "@std/assert";

/** Rows of a conformance table that say otherwise than we do, and why we do. */
export interface Disagreement<Row> {
  /** What these rows expect, and what decides against it. */
  reason: string;
  /** Whether a row that does not hold is one of these. */
  covers: (row: Row) => boolean;
}

/**
 * Checks every row of a table. A row either passes or belongs to a named disagreement, and each
 * disagreement is there for at least one row, so none can hide a fault or outlive its cause.
 */
export function assertConforms<Row>(
  rows: readonly Row[],
  disagreements: readonly Disagreement<Row>[],
  check: (row: Row) => void,
): void {
  const faults: string[] = [];
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
        faults.push(`${JSON.stringify(row)}: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
  assertEquals(faults, []);
  assertEquals(passed + excused, rows.length);
  assertEquals(disagreements.filter((one) => !used.has(one)).map(({ reason }) => reason), []);
}
