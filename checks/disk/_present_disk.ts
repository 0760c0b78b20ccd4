import { type CheckResult, judge, type Perfdata, type State, worst } from "../../src/mod.ts";
import { type FreeSpace, judgeFreeSpace } from "../_free_space.ts";
import { thresholds } from "../_thresholds.ts";
import { type DiskLimits, type DiskUnit, units } from "./_disk_limits.ts";
import type { DiskReading, DiskResult } from "./_disk_result.ts";

/** The format of the result. */
export interface DiskSettings {
  /** The unit in which sizes are rounded and shown (default: MB). */
  units?: DiskUnit;
  /** Whether to show only the file systems that are not OK. */
  errorsOnly?: boolean;
  /** Whether to exclude the blocks that are reserved for root from the total. */
  freespaceIgnoreReserved?: boolean;
  /** Whether to add the inodes to the perfdata. */
  iperfdata?: boolean;
}

/**
 * Compares file systems with their thresholds and formats the result.
 *
 * As in the plugin, sizes are first rounded down to whole units, and the used percentage is rounded
 * up to an integer, like in `df`. A path that cannot be read is CRITICAL; the others are shown, too.
 * The values in the perfdata are the used space in bytes. The thresholds there are the space that
 * users can use minus the required free space. The plugin subtracts from the total, also if a part
 * of it is reserved for root: then its threshold does not agree with its state. Here, a threshold is
 * never negative.
 *
 * @param results the file systems in the order of the paths
 * @param settings the format
 * @param limitsOf returns the thresholds of a path
 * @returns the result of `check_disk`
 */
export function presentDisk(
  results: readonly DiskResult[],
  settings: DiskSettings,
  limitsOf: (path: string) => DiskLimits,
): CheckResult {
  const problems = results.flatMap((result) =>
    "problem" in result ? [`${result.path} ${result.problem}`] : []
  );
  // Pseudo file systems such as /proc have no size.
  const sized = results.filter((result) => "blocks" in result && result.blocks > 0n);
  const judged = (sized as DiskReading[]).map((reading) =>
    judgeDisk(measure(reading, settings), settings, limitsOf(reading.asked ?? reading.path))
  );
  const state = problems.length > 0
    ? "CRITICAL"
    : judged.length === 0
    ? "UNKNOWN"
    : worst(judged.map(({ state }) => state));
  const { errorsOnly = false } = settings;
  const named = judged.filter(({ state }) => !errorsOnly || state !== "OK");
  const isShort = problems.length > 0 ? named.length === 0 : errorsOnly && state === "OK";
  const unreadable = problems.length === 0 ? "" : ` - ${problems.join(", ")}`;
  const heading = isShort ? "" : " - free space:";
  return {
    state,
    output: `DISK ${state}${unreadable}${heading}${named.map(({ words }) => ` ${words}`).join("")}`,
    longOutput: state === "UNKNOWN" ? "None of the file systems has a size" : undefined,
    perfdata: judged.flatMap(({ perfdata }) => perfdata),
  };
}

interface Measured {
  path: string;
  /** Whole units of used, free and total space, and of the total without the reserved space. */
  used: bigint;
  free: bigint;
  total: bigint;
  usable: bigint;
  freePercent: number;
  inodes: bigint;
  inodesUsed: bigint;
  /** The free inodes; undefined if the file system does not count inodes. */
  inodesFreePercent: number | undefined;
}

function measure(reading: DiskReading, settings: DiskSettings): Measured {
  const { path, blockSize, blocks, free, available, inodes, inodesFree } = reading;
  const { size } = units[settings.units ?? "MB"];
  const used = blocks - free;
  const reserved = settings.freespaceIgnoreReserved ? free - available : 0n;
  const inodesUsed = inodes - inodesFree;
  return {
    path,
    used: used * blockSize / size,
    free: available * blockSize / size,
    total: (blocks - reserved) * blockSize / size,
    usable: (used + available) * blockSize / size,
    freePercent: 100 - (percentUp(used, used + available) ?? 100),
    inodes,
    inodesUsed,
    inodesFreePercent: inodes > 0n ? 100 - percentUp(inodesUsed, inodes)! : undefined,
  };
}

function percentUp(part: bigint, whole: bigint): number | undefined {
  if (whole <= 0n) return undefined;
  return Number((part * 100n + whole - 1n) / whole);
}

function judgeDisk(
  measured: Measured,
  settings: DiskSettings,
  limits: DiskLimits,
): { state: State; words: string; perfdata: Perfdata[] } {
  const { path, used, free, total, usable, freePercent, inodes, inodesUsed } = measured;
  const { size, shown } = units[settings.units ?? "MB"];
  const { warning, critical, iwarning, icritical } = limits;
  const state = worst(
    judgeFreeSpace({ percent: freePercent, bytes: Number(free * size) }, warning, critical),
    judgeInodes(measured.inodesFreePercent, iwarning, icritical),
  );

  const usableBytes = Number(usable * size);
  const perfdata: Perfdata[] = [{
    label: path,
    value: Number(used * size),
    uom: "B",
    ...thresholds(usedLimit(warning, usableBytes), usedLimit(critical, usableBytes)),
    min: 0,
    max: Number(total * size),
  }];
  if (settings.iperfdata) {
    perfdata.push({
      label: `${path} (inodes)`,
      value: Number(inodesUsed),
      ...thresholds(share(iwarning, Number(inodes)), share(icritical, Number(inodes))),
      min: 0,
      max: Number(inodes),
    });
  }
  const inode = measured.inodesFreePercent === undefined ? "-" : `${measured.inodesFreePercent}%`;
  return { state, words: `${path} ${free}${shown} (${freePercent}% inode=${inode});`, perfdata };
}

function judgeInodes(
  value: number | undefined,
  warning: number | undefined,
  critical: number | undefined,
): State {
  if (value === undefined) return "OK";
  return judge({ label: "inodes", value, warning, critical, lessIsWorse: true }).state;
}

// Returns the smallest used space for which one of the two thresholds alerts.
function usedLimit(space: FreeSpace | undefined, usable: number): number | undefined {
  const limits = [
    space?.bytes === undefined ? undefined : Math.trunc(usable - space.bytes),
    share(space?.percent, usable),
  ].filter((limit) => limit !== undefined);
  return limits.length === 0 ? undefined : Math.min(...limits);
}

// Keeps the plugin's order of operations: its rounding error for 1 - 0.8 is visible in existing
// graphs.
function share(percent: number | undefined, total: number): number | undefined {
  return percent === undefined ? undefined : Math.trunc((1 - percent / 100) * total);
}
