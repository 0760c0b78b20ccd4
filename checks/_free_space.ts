import { parseBytes } from "../src/mod.ts";

/** A share or a size, or both divided by a comma, as `option.list` splits them. */
export const freeSpacePattern = /\d+(?:\.\d*)?(?:%|(?:[kKmMgGtTpPeE]i?)?[bB]?)/;

/** What {@linkcode freeSpacePattern} matches, in words. */
export const freeSpaceExpected = "a share such as 20% or a size such as 10GB, or both: 20%,10GB";

/** When too little is free: a share, a size, or both, of which either alerts. */
export interface FreeSpace {
  /** Percent of the whole. */
  percent?: number;
  /** A size in bytes. */
  bytes?: number;
}

/**
 * Reads when too little is free, as `check_disk` and `check_swap` take it: `20%` and `10GB` alert
 * where so much or less is free. It is no range of the guidelines.
 *
 * @param items For example `["20%"]`, or `["20%", "10GB"]` for both
 * @param unit What a number without a unit counts, in bytes
 * @returns The threshold; undefined where there are no items
 * @throws {SyntaxError} If an item is neither a share nor a size
 */
export function parseFreeSpace(
  items: readonly string[] | undefined,
  unit: number,
): FreeSpace | undefined {
  if (items === undefined) return undefined;
  const threshold: FreeSpace = {};
  for (const item of items) {
    if (item.endsWith("%")) threshold.percent = parseShare(item);
    else threshold.bytes = /^[\d.]+$/.test(item) ? Number(item) * unit : parseBytes(item);
  }
  return threshold;
}

function parseShare(item: string): number {
  const percent = Number(item.slice(0, -1));
  if (percent >= 0 && percent <= 100) return percent;
  throw new SyntaxError(`Invalid value "${item}": expected a share from 0% to 100%`);
}
