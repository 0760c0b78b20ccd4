import { type Check, defineCheck, type Option, option } from "../../src/mod.ts";
import { freeSpaceExpected, freeSpacePattern, parseFreeSpace } from "../_free_space.ts";
import { type DiskUnit, presentDisk, units } from "./_present_disk.ts";
import { readDisk } from "./_read_disk.ts";

export type { DiskUnit };

/** The options of {@linkcode disk}. */
export type DiskOptions = {
  /** The warning threshold for free space. */
  warning: Option<string[], string | readonly string[], "optional">;
  /** The critical threshold for free space. */
  critical: Option<string[], string | readonly string[], "optional">;
  /** Absolute paths of mount points. */
  path: Option<string[], string | readonly string[], "required">;
  /** The warning threshold for free inodes in percent. */
  iwarning: Option<number, number | string, "optional">;
  /** The critical threshold for free inodes in percent. */
  icritical: Option<number, number | string, "optional">;
  /** The unit of sizes. */
  units: Option<DiskUnit, DiskUnit, "default">;
  /** Whether to show only the file systems that are not OK. */
  errorsOnly: Option<boolean, boolean, "default">;
  /** Whether to exclude the space that is reserved for root from the total. */
  freespaceIgnoreReserved: Option<boolean, boolean, "default">;
  /** Whether to add the inodes to the perfdata. */
  iperfdata: Option<boolean, boolean, "default">;
};

/**
 * Checks how much space and how many inodes are free on mounted file systems, like `check_disk` of
 * monitoring-plugins.
 *
 * @example
 * ```ts
 * import { defineAgent } from "@checkwright/checkwright";
 * import { disk } from "@checkwright/checkwright/checks";
 *
 * export default defineAgent({
 *   commands: {
 *     check_data: disk({ path: ["/srv", "/var"], warning: "20%", critical: "10%", iwarning: 10 }),
 *   },
 * });
 * ```
 */
export const disk: Check<DiskOptions> = defineCheck<DiskOptions>({
  description: "Free space and inodes of mounted file systems",
  options: {
    warning: option.list({
      short: "w",
      description:
        "Warn if this much space or less is free: 20%, a size such as 10GB, a number of " +
        "units (see -u), or both a percentage and a size: 20%,10GB",
      pattern: freeSpacePattern,
      expected: freeSpaceExpected,
    }),
    critical: option.list({
      short: "c",
      description: "Critical if this much space or less is free: 10%, a size such as 5GB, a " +
        "number of units (see -u), or both: 10%,5GB",
      pattern: freeSpacePattern,
      expected: freeSpaceExpected,
    }),
    path: option.list({
      short: "p",
      description: "Absolute paths of the mount points; the check may read below them",
      pattern: /\/.*/,
      expected: "an absolute path",
      required: true,
    }),
    iwarning: option.percent({
      short: "W",
      description: "Warn if this percentage of the inodes or less is free",
    }),
    icritical: option.percent({
      short: "K",
      description: "Critical if this percentage of the inodes or less is free",
    }),
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
  },
  permissions: ({ path }) => ({ read: path, sys: ["statfs"] }),
  async run({ path, warning, critical, ...settings }) {
    const unit = Number(units[settings.units].size);
    const readings = await Promise.all([...new Set(path)].map(readDisk));
    return presentDisk(readings, {
      ...settings,
      warning: parseFreeSpace(warning, unit),
      critical: parseFreeSpace(critical, unit),
    });
  },
});
