import { type CheckResult, type Perfdata, type State, worst } from "../../src/mod.ts";
import type { FreeSpace } from "../_free_space.ts";
import { thresholds } from "../_thresholds.ts";
import type { DiskFault, DiskReading } from "./_read_disk.ts";

/** What `disk` judges by, and how it words it. */
export interface DiskSettings {
  /** So much free space or less is a warning. */
  warning?: FreeSpace | undefined;
  /** So much free space or less is critical. */
  critical?: FreeSpace | undefined;
  /** So many percent of the inodes free or fewer is a warning. */
  iwarning?: number | undefined;
  /** So many percent of the inodes free or fewer is critical. */
  icritical?: number | undefined;
  /** The unit that sizes are shown and rounded in. */
  units?: DiskUnit;
  /** Name only the file systems that are not OK. */
  errorsOnly?: boolean;
  /** Count the blocks kept for root neither as total nor as free. */
  freespaceIgnoreReserved?: boolean;
  /** Add the inodes to the perfdata. */
  iperfdata?: boolean;
}

/** How `-u` names the unit of sizes. All are powers of 1024, MB no less than MiB. */
export type DiskUnit = "bytes" | "kB" | "KiB" | "MB" | "MiB" | "GB" | "GiB" | "TB" | "TiB";

/** The units: how many bytes, and how the plugin writes them. */
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

/**
 * Judges and words file systems. Like the plugin, it rounds sizes down to whole units and the used
 * share up to a whole percent, as `df` does, before it judges; one path that can't be looked at is
 * critical for all. The perfdata holds what is used, in bytes, and its thresholds are what the
 * total leaves beside the free space asked for; the plugin's negative ones are 0 here.
 *
 * @param readings The file systems in the order in which they are named
 * @param settings When too little is free, and how to say it
 * @returns What `check_disk` would say
 */
export function presentDisk(
  readings: readonly (DiskReading | DiskFault)[],
  settings: DiskSettings,
): CheckResult {
  for (const reading of readings) {
    if (!("fault" in reading)) continue;
    const output = `DISK CRITICAL - ${reading.path} is not accessible: ${reading.fault}`;
    return { state: "CRITICAL", output };
  }
  // Pseudo file systems such as /proc have no size that could be judged.
  const sized = (readings as readonly DiskReading[]).filter(({ blocks }) => blocks > 0n);
  const judged = sized.map((reading) => judge(measure(reading, settings), settings));
  const state = judged.length === 0 ? "UNKNOWN" : worst(judged.map(({ state }) => state));
  const { errorsOnly = false } = settings;
  const named = judged.filter(({ state }) => !errorsOnly || state !== "OK");
  const heading = errorsOnly && state === "OK" ? "" : " - free space:";
  return {
    state,
    output: `DISK ${state}${heading}${named.map(({ words }) => ` ${words}`).join("")}`,
    longOutput: judged.length === 0 ? "No file system of any size is mounted there" : undefined,
    perfdata: judged.flatMap(({ perfdata }) => perfdata),
  };
}

interface Measured {
  path: string;
  /** Whole units of used, free and total space. */
  used: bigint;
  free: bigint;
  total: bigint;
  freePercent: number;
  inodes: bigint;
  inodesUsed: bigint;
  /** Undefined where inodes are not counted. */
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

function judge(
  measured: Measured,
  settings: DiskSettings,
): { state: State; words: string; perfdata: Perfdata[] } {
  const { path, used, free, total, freePercent, inodes, inodesUsed } = measured;
  const { size, shown } = units[settings.units ?? "MB"];
  const met = (space: FreeSpace | undefined, inodePercent: number | undefined) =>
    freePercent <= (space?.percent ?? -1) ||
    Number(free) <= (space?.bytes ?? -1) / Number(size) ||
    (measured.inodesFreePercent ?? 101) <= (inodePercent ?? -1);
  const { warning, critical, iwarning, icritical } = settings;
  const state = met(critical, icritical) ? "CRITICAL" : met(warning, iwarning) ? "WARNING" : "OK";

  const bytes = Number(total * size);
  const perfdata: Perfdata[] = [{
    label: path,
    value: Number(used * size),
    uom: "B",
    ...thresholds(highTide(warning, bytes), highTide(critical, bytes)),
    min: 0,
    max: bytes,
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

// The used space at which the first of the two thresholds is met.
function highTide(space: FreeSpace | undefined, total: number): number | undefined {
  const tides = [
    space?.bytes === undefined ? undefined : Math.trunc(total - space.bytes),
    share(space?.percent, total),
  ].filter((tide) => tide !== undefined);
  return tides.length === 0 ? undefined : Math.min(...tides);
}

// In this order of operations, since the plugin's rounding of 1 - 0.8 is in people's graphs.
function share(percent: number | undefined, total: number): number | undefined {
  return percent === undefined ? undefined : Math.trunc((1 - percent / 100) * total);
}
