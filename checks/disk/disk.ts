import {
  type Check,
  defineCheck,
  type Option,
  option,
  type OptionValues,
  unknown,
} from "../../src/mod.ts";
import { freeSpaceExpected, freeSpacePattern, isBeyond, parseFreeSpace } from "../_free_space.ts";
import { neverWarns } from "../_thresholds.ts";
import { type DiskUnit, presentDisk, units } from "./_present_disk.ts";
import { folderOf, normalizePath, readDisks } from "./_read_disk.ts";

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
  /** Whether each path must be a mount point. */
  exactMatch: Option<boolean, boolean, "default">;
  /** The time limit for each path in seconds. */
  timeout: Option<number, number | string, "default">;
};

/** Each threshold of `check_disk` applies to the paths after it. Here, it applies to all paths. */
const forAllPaths = { once: true } as const;

/**
 * Checks how much space and how many inodes are free on mounted file systems, like `check_disk` of
 * monitoring-plugins. Thresholds apply to all paths: use one command for each set of thresholds.
 *
 * If a folder should be a mount point, set `exactMatch`: otherwise the check shows the file system
 * that contains the folder. A bind mount from the same file system is not recognized as a mount
 * point.
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
      ...forAllPaths,
    }),
    critical: option.list({
      short: "c",
      description: "Critical if this much space or less is free: 10%, a size such as 5GB, a " +
        "number of units (see -u), or both: 10%,5GB",
      pattern: freeSpacePattern,
      expected: freeSpaceExpected,
      ...forAllPaths,
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
      ...forAllPaths,
    }),
    icritical: option.percent({
      short: "K",
      description: "Critical if this percentage of the inodes or less is free",
      ...forAllPaths,
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
  },
  permissions({ path, exactMatch }) {
    const paths = path.map(normalizePath);
    return {
      read: exactMatch ? [...paths, ...paths.map(folderOf)] : paths,
      sys: ["statfs"],
    };
  },
  inspect: (values, { acceptArguments }) => [
    ...(acceptArguments || canAlert(values)
      ? []
      : [`The command cannot alert: ${thresholdsExpected}, or accept arguments`]),
    ...(isBeyond(...limitsOf(values)) ? [neverWarns] : []),
    ...(isBeyond({ percent: values.iwarning }, { percent: values.icritical })
      ? [`Inodes: ${neverWarns}`]
      : []),
  ],
  async run({ path, timeout, exactMatch, ...settings }, { signal }) {
    if (!canAlert(settings)) return unknown(`Missing thresholds: ${thresholdsExpected}`);
    const limits = { timeout, exactMatch };
    const results = await readDisks(path.map(normalizePath), limits, signal);
    const [warning, critical] = limitsOf(settings);
    return presentDisk(results, { ...settings, warning, critical });
  },
});

type Values = OptionValues<DiskOptions>;

function limitsOf(
  { warning, critical, units: unit }: Pick<Values, "warning" | "critical" | "units">,
) {
  const size = Number(units[unit].size);
  return [parseFreeSpace(warning, size), parseFreeSpace(critical, size)] as const;
}

const thresholdsExpected = "set warning (-w), critical (-c), iwarning (-W) or icritical (-K)";

function canAlert(
  values: Pick<Values, "warning" | "critical" | "iwarning" | "icritical">,
): boolean {
  const { warning = [], critical = [], iwarning, icritical } = values;
  return [...warning, ...critical, iwarning, icritical].some((value) => value !== undefined);
}
