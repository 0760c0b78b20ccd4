import {
  type Check,
  defineCheck,
  type Option,
  option,
  type OptionValues,
  type PerItem,
  unknown,
} from "../../src/mod.ts";
import { freeSpaceExpected, freeSpacePattern } from "../_free_space.ts";
import { dfPath, isBelowDev } from "./_df.ts";
import {
  canAlert,
  type DiskLimits,
  type DiskUnit,
  limitsOf,
  unitOf,
  units,
} from "./_disk_limits.ts";
import { presentDisk } from "./_present_disk.ts";
import { folderOf, normalizePath, readDisks } from "./_read_disk.ts";

export type { DiskUnit };

/** The options of {@linkcode disk}. */
export type DiskOptions = {
  /** The warning threshold for free space, of all paths or by path. */
  warning: Option<PerItem<string[]>, FreeSpaceInput, "optional">;
  /** The critical threshold for free space, of all paths or by path. */
  critical: Option<PerItem<string[]>, FreeSpaceInput, "optional">;
  /** Absolute paths of mount points or devices. */
  path: Option<string[], string | readonly string[], "required">;
  /** The warning threshold for free inodes in percent, of all paths or by path. */
  iwarning: Option<PerItem<number>, PercentInput, "optional">;
  /** The critical threshold for free inodes in percent, of all paths or by path. */
  icritical: Option<PerItem<number>, PercentInput, "optional">;
  /** The unit of sizes. */
  units: Option<DiskUnit, DiskUnit, "default">;
  /** Whether to show only the file systems that are not OK. */
  errorsOnly: Option<boolean, boolean, "default">;
  /** Whether to exclude the space that is reserved for root from the total. */
  freespaceIgnoreReserved: Option<boolean, boolean, "default">;
  /** Whether to add the inodes to the perfdata. */
  iperfdata: Option<boolean, boolean, "default">;
  /** Whether each path must be a mount point. */
  exactMatch: Option<boolean, boolean, "default">;
  /** The time limit for each path in seconds. */
  timeout: Option<number, number | string, "default">;
  /** Whether the unit is kB. */
  kilobytes: Option<boolean, boolean, "default">;
  /** Whether the unit is MB. */
  megabytes: Option<boolean, boolean, "default">;
  /** In arguments: discards the thresholds up to here. */
  clear: Option<boolean, boolean, "default">;
};

/** A threshold for free space as it is written: for all paths, or by path. */
export type FreeSpaceInput =
  | string
  | readonly string[]
  | Readonly<Record<string, string | readonly string[]>>;

/** A threshold for free inodes as it is written: for all paths, or by path. */
export type PercentInput = number | string | Readonly<Record<string, number | string>>;

/**
 * Checks how much space and how many inodes are free on mounted file systems, like `check_disk` of
 * monitoring-plugins. A threshold applies to all paths, or it is a map by path, in which `"*"` stands
 * for all other paths. In arguments, a threshold applies to the paths after it:
 * `-w 20% -c 10% -p / -w 5% -p /srv`.
 *
 * If a folder should be a mount point, set `exactMatch`: otherwise the check shows the file system
 * that contains the folder. A bind mount from the same file system is not recognized as a mount
 * point.
 *
 * A path may be a device such as `/dev/sda1`. A sandbox cannot read below /dev, so the figures of
 * such paths come from `df`. A device that is not mounted is CRITICAL.
 *
 * @example
 * ```ts
 * import { defineAgent } from "@checkwright/checkwright";
 * import { disk } from "@checkwright/checkwright/checks";
 *
 * export default defineAgent({
 *   commands: {
 *     check_data: disk({ path: ["/srv", "/var"], warning: "20%", critical: "10%", iwarning: 10 }),
 *     check_large: disk({ path: ["/", "/srv"], critical: { "/": "10%", "/srv": "50GB" } }),
 *   },
 * });
 * ```
 */
export const disk: Check<DiskOptions> = defineCheck<DiskOptions>({
  description: "Free space and inodes of mounted file systems",
  options: {
    warning: option.per(
      "path",
      option.list({
        short: "w",
        description:
          "Warn if this much space or less is free: 20%, a size such as 10GB, a number of " +
          "units (see -u), or both a percentage and a size: 20%,10GB",
        pattern: freeSpacePattern,
        expected: freeSpaceExpected,
      }),
    ),
    critical: option.per(
      "path",
      option.list({
        short: "c",
        description: "Critical if this much space or less is free: 10%, a size such as 5GB, a " +
          "number of units (see -u), or both: 10%,5GB",
        pattern: freeSpacePattern,
        expected: freeSpaceExpected,
      }),
    ),
    path: option.list({
      short: "p",
      description: "Absolute paths of the mount points or devices; the check may read below them",
      pattern: /\/.*/,
      expected: "an absolute path",
      required: true,
    }),
    iwarning: option.per(
      "path",
      option.percent({
        short: "W",
        description: "Warn if this percentage of the inodes or less is free",
      }),
    ),
    icritical: option.per(
      "path",
      option.percent({
        short: "K",
        description: "Critical if this percentage of the inodes or less is free",
      }),
    ),
    units: option.oneOf({
      short: "u",
      description: "Unit in which sizes are rounded, compared and shown; all are powers of 1024",
      values: Object.keys(units) as DiskUnit[],
      default: "MB",
    }),
    errorsOnly: option.flag({
      short: "e",
      description: "Show only the file systems that are not OK",
    }),
    freespaceIgnoreReserved: option.flag({
      short: "f",
      description: "Exclude the space that is reserved for root from the total in the perfdata",
    }),
    iperfdata: option.flag({ short: "P", description: "Add the inodes to the perfdata" }),
    exactMatch: option.flag({
      short: "E",
      description:
        "Critical if a path is not a mount point; the check may then read the folder that " +
        "contains it",
    }),
    timeout: option.duration({
      short: "t",
      description: "Time limit for each path in seconds",
      default: 5,
    }),
    kilobytes: option.flag({ short: "k", description: "The same as --units=kB" }),
    megabytes: option.flag({ short: "m", description: "The same as --units=MB" }),
    clear: option.flag({
      short: "C",
      description: "In arguments: discard the thresholds up to here",
      clears: ["warning", "critical", "iwarning", "icritical"],
    }),
  },
  permissions({ path, exactMatch }) {
    const all = path.map(normalizePath);
    const paths = all.filter((path) => !isBelowDev(path));
    return {
      read: exactMatch ? [...paths, ...paths.map(folderOf)] : paths,
      sys: ["statfs"],
      ...(paths.length < all.length && { run: [dfPath] }),
    };
  },
  inspect: (values, { acceptArguments }) =>
    acceptArguments ? [] : values.path.flatMap((path) => {
      if (canAlert(limitsOf(values, path))) return [];
      const what = isOnlyPath(values) ? "The command" : `The path "${path}"`;
      return [`${what} cannot alert: ${thresholdsExpected}, or accept arguments`];
    }),
  async run(options, { signal }) {
    const { path, timeout, exactMatch } = options;
    const limits = new Map<string, DiskLimits>();
    for (const one of path) {
      const limit = limitsOf(options, one);
      if (!canAlert(limit)) {
        const where = isOnlyPath(options) ? "" : ` for "${one}"`;
        return unknown(`Missing thresholds${where}: ${thresholdsExpected}`);
      }
      const normal = normalizePath(one);
      if (!limits.has(normal)) limits.set(normal, limit);
    }
    const disks = await readDisks([...limits.keys()], { timeout, exactMatch }, signal);
    return presentDisk(disks, { ...options, units: unitOf(options) }, (path) => limits.get(path)!);
  },
});

type DiskValues = OptionValues<DiskOptions>;

const thresholdsExpected = "set warning (-w), critical (-c), iwarning (-W) or icritical (-K)";

// A threshold that is set for some paths only is missing for the others.
function isOnlyPath({ path, warning, critical, iwarning, icritical }: DiskValues): boolean {
  return path.length === 1 ||
    [warning, critical, iwarning, icritical].every((values) => values === undefined);
}
