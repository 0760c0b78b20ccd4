import type { PerItem } from "../../src/mod.ts";
import { type FreeSpace, parseFreeSpace } from "../_free_space.ts";

/** A unit of sizes, as the option `-u` names it. All are powers of 1024: MB is the same as MiB. */
export type DiskUnit = "bytes" | "kB" | "KiB" | "MB" | "MiB" | "GB" | "GiB" | "TB" | "TiB";

/** The size of each unit in bytes, and its name in the output of the plugin. */
export const units: Readonly<Record<DiskUnit, { size: bigint; shown: string }>> = {
  bytes: { size: 1n, shown: "B" },
  kB: { size: 1024n, shown: "kiB" },
  KiB: { size: 1024n, shown: "kiB" },
  MB: { size: 1024n ** 2n, shown: "MiB" },
  MiB: { size: 1024n ** 2n, shown: "MiB" },
  GB: { size: 1024n ** 3n, shown: "GiB" },
  GiB: { size: 1024n ** 3n, shown: "GiB" },
  TB: { size: 1024n ** 4n, shown: "TiB" },
  TiB: { size: 1024n ** 4n, shown: "TiB" },
};

/** Thresholds for a file system. */
export interface DiskLimits {
  /** WARNING if this much space or less is free. */
  warning?: FreeSpace | undefined;
  /** CRITICAL if this much space or less is free. */
  critical?: FreeSpace | undefined;
  /** WARNING if this percentage of the inodes or less is free. */
  iwarning?: number | undefined;
  /** CRITICAL if this percentage of the inodes or less is free. */
  icritical?: number | undefined;
}

/** The option values of `disk` that set thresholds. */
export interface DiskThresholds {
  /** The warning threshold for free space, by path. */
  warning?: PerItem<string[]> | undefined;
  /** The critical threshold for free space, by path. */
  critical?: PerItem<string[]> | undefined;
  /** The warning threshold for free inodes in percent, by path. */
  iwarning?: PerItem<number> | undefined;
  /** The critical threshold for free inodes in percent, by path. */
  icritical?: PerItem<number> | undefined;
}

/** The option values of `disk` that set the unit of sizes. */
export interface DiskUnits {
  /** The unit of sizes. */
  units: DiskUnit;
  /** Whether the unit is kB. */
  kilobytes: boolean;
  /** Whether the unit is MB. */
  megabytes: boolean;
}

/**
 * Returns the unit of sizes.
 *
 * @param values the option values
 */
export function unitOf({ units, kilobytes, megabytes }: DiskUnits): DiskUnit {
  return kilobytes ? "kB" : megabytes ? "MB" : units;
}

/**
 * Returns the thresholds of one path.
 *
 * @param values the option values
 * @param path the path as it was written
 * @throws {SyntaxError} if a percentage is above 100 %
 */
export function limitsOf(values: DiskThresholds & DiskUnits, path: string): DiskLimits {
  const unit = Number(units[unitOf(values)].size);
  const of = <T>(value: PerItem<T> | undefined): T | undefined =>
    value && (Object.hasOwn(value, path) ? value[path] : value["*"]);
  return {
    warning: parseFreeSpace(of(values.warning), unit),
    critical: parseFreeSpace(of(values.critical), unit),
    iwarning: of(values.iwarning),
    icritical: of(values.icritical),
  };
}

/**
 * Returns whether at least one threshold is set.
 *
 * @param limits the thresholds of one path
 */
export function canAlert({ warning, critical, iwarning, icritical }: DiskLimits): boolean {
  return [warning?.percent, warning?.bytes, critical?.percent, critical?.bytes, iwarning, icritical]
    .some((limit) => limit !== undefined);
}
