import { type Check, defineCheck, type Option, option } from "../../src/mod.ts";
import { freeSpaceExpected, freeSpacePattern, parseFreeSpace } from "../_free_space.ts";
import { type DiskUnit, presentDisk, units } from "./_present_disk.ts";
import { readDisk } from "./_read_disk.ts";

export type { DiskUnit };

/** The options of {@linkcode disk}. */
export type DiskOptions = {
  /** So much free space or less is a warning. */
  warning: Option<string[], string | readonly string[], "optional">;
  /** So much free space or less is critical. */
  critical: Option<string[], string | readonly string[], "optional">;
  /** The mount points. */
  path: Option<string[], string | readonly string[], "required">;
  /** So few free inodes are a warning. */
  iwarning: Option<number, number | string, "optional">;
  /** So few free inodes are critical. */
  icritical: Option<number, number | string, "optional">;
  /** The unit of sizes. */
  units: Option<DiskUnit, DiskUnit, "default">;
  /** Name only what is not OK. */
  errorsOnly: Option<boolean, boolean, "default">;
  /** Leave out what is kept for root. */
  freespaceIgnoreReserved: Option<boolean, boolean, "default">;
  /** Add the inodes to the perfdata. */
  iperfdata: Option<boolean, boolean, "default">;
};

/**
 * Free space and inodes of mounted file systems, as `check_disk` of monitoring-plugins says them.
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
      description: "Warn where so much or less is free: 20%, a size such as 10GB, or a number " +
        "of units; a share and a size divided by a comma are both looked at",
      pattern: freeSpacePattern,
      expected: freeSpaceExpected,
    }),
    critical: option.list({
      short: "c",
      description: "Critical where so much or less is free: 10%, a size such as 5GB, or a number " +
        "of units",
      pattern: freeSpacePattern,
      expected: freeSpaceExpected,
    }),
    path: option.list({
      short: "p",
      description: "Mount points, absolute; the check may read below them",
      pattern: /\/.*/,
      expected: "an absolute path",
      required: true,
    }),
    iwarning: option.percent({
      short: "W",
      description: "Warn where so many percent of the inodes or fewer are free",
    }),
    icritical: option.percent({
      short: "K",
      description: "Critical where so many percent of the inodes or fewer are free",
    }),
    units: option.oneOf({
      short: "u",
      description: "The unit that sizes are shown, rounded and compared in; powers of 1024",
      values: Object.keys(units) as DiskUnit[],
      default: "MB",
    }),
    errorsOnly: option.flag({ short: "e", description: "Name only file systems that are not OK" }),
    freespaceIgnoreReserved: option.flag({
      short: "f",
      description: "Leave the space kept for root out of the total in the perfdata",
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
