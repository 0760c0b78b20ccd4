import { isBeyond, judge, parseBytes, type State } from "../src/mod.ts";

/** The pattern of one percentage or one size; `option.list` has split the list at its commas. */
export const freeSpacePattern = /\d+(?:\.\d*)?(?:%|(?:[kKmMgGtTpPeE]i?)?[bB]?)/;

/** A description of {@linkcode freeSpacePattern} for error messages. */
export const freeSpaceExpected = "a percentage such as 20%, a size such as 10GB, or both: 20%,10GB";

/** A threshold for free space: a percentage, a size, or both. With both, either one alerts. */
export interface FreeSpace {
  /** Percent of the total. */
  percent?: number | undefined;
  /** The size in bytes. */
  bytes?: number | undefined;
}

/**
 * Parses a threshold for free space in the format of `check_disk` and `check_swap`: `20%` and
 * `10GB` alert if this much or less is free. The format differs from the threshold ranges of the
 * plugin guidelines.
 *
 * @param items for example `["20%"]`, or `["20%", "10GB"]` for both
 * @param unit the unit of a number without a unit, in bytes
 * @returns the threshold; undefined if `items` is undefined
 * @throws {SyntaxError} if an item is neither a percentage nor a size
 */
export function parseFreeSpace(
  items: readonly string[] | undefined,
  unit: number,
): FreeSpace | undefined {
  if (items === undefined) return undefined;
  const threshold: FreeSpace = {};
  for (const item of items) {
    if (item.endsWith("%")) threshold.percent = parsePercentage(item);
    else threshold.bytes = /^[\d.]+$/.test(item) ? Number(item) * unit : parseBytes(item);
  }
  return threshold;
}

/** The parts of a threshold for free space. */
export const spaceParts = ["percent", "bytes"] as const;

/**
 * Compares free space with its thresholds: each part alerts if this much or less is free.
 *
 * @param free the free space in percent and in bytes
 * @param warning the threshold for WARNING
 * @param critical the threshold for CRITICAL
 * @returns the state
 */
export function judgeFreeSpace(
  free: { percent: number; bytes: number },
  warning: FreeSpace | undefined,
  critical: FreeSpace | undefined,
): State {
  return judge(spaceParts.map((part) => ({
    label: part,
    value: free[part],
    warning: warning?.[part],
    critical: critical?.[part],
    lessIsWorse: true,
  }))).state;
}

/**
 * Returns whether a part of a threshold for WARNING is below the same part of the one for CRITICAL.
 *
 * @param part the part to compare
 * @param warning the threshold for WARNING
 * @param critical the threshold for CRITICAL
 * @returns false if one of them has no such part
 */
export function isPartBeyond(
  part: keyof FreeSpace,
  warning: FreeSpace = {},
  critical: FreeSpace = {},
): boolean {
  return isBeyond({ warning: warning[part], critical: critical[part], lessIsWorse: true });
}

/**
 * Returns whether a threshold for WARNING never applies, because the one for CRITICAL alerts on the
 * same values and more.
 *
 * @param warning the threshold for WARNING
 * @param critical the threshold for CRITICAL
 * @returns false if one of them is undefined, or if they are equal
 */
export function isSpaceBeyond(warning: FreeSpace = {}, critical: FreeSpace = {}): boolean {
  const parts = spaceParts.filter((part) => warning[part] !== undefined);
  return parts.length > 0 && parts.every((part) => isPartBeyond(part, warning, critical));
}

function parsePercentage(item: string): number {
  const percent = Number(item.slice(0, -1));
  if (percent >= 0 && percent <= 100) return percent;
  throw new SyntaxError(`Invalid value "${item}": expected a percentage from 0% to 100%`);
}
