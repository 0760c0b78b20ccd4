import { type Option, option, type PerItem } from "../../src/mod.ts";
import { freeSpaceExpected, freeSpacePattern } from "../_free_space.ts";
import { type DiskUnit, units } from "./_disk_limits.ts";

/** The options of {@linkcode disk}. */
export type DiskOptions = {
  /** The warning threshold for free space, of all paths or by path. */
  warning: Option<PerItem<string[]>, FreeSpaceInput, "optional">;
  /** The critical threshold for free space, of all paths or by path. */
  critical: Option<PerItem<string[]>, FreeSpaceInput, "optional">;
  /** Absolute paths of mount points or devices; default: all file systems. */
  path: Option<string[], string | readonly string[], "optional">;
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
  /** Whether to check all file systems, also if paths are set. */
  all: Option<boolean, boolean, "default">;
  /** Whether to omit file systems that are not on this host. */
  local: Option<boolean, boolean, "default">;
  /** Devices or mount points to omit from all file systems. */
  excludeDevice: Option<string[], string | readonly string[], "default">;
  /** Types to omit from all file systems. */
  excludeType: Option<string[], string | readonly string[], "default">;
  /** Types to which all file systems are limited. */
  includeType: Option<string[], string | readonly string[], "default">;
  /** Patterns for the mount points or devices of all file systems. */
  eregPath: Option<string[], string | readonly string[], "default">;
  /** As `eregPath`, but upper and lower case are the same. */
  eregiPath: Option<string[], string | readonly string[], "default">;
  /** Patterns for mount points or devices to omit from all file systems. */
  ignoreEregPath: Option<string[], string | readonly string[], "default">;
  /** As `ignoreEregPath`, but upper and lower case are the same. */
  ignoreEregiPath: Option<string[], string | readonly string[], "default">;
};

/** A threshold for free space as it is written: for all paths, or by path. */
export type FreeSpaceInput =
  | string
  | readonly string[]
  | Readonly<Record<string, string | readonly string[]>>;

/** A threshold for free inodes as it is written: for all paths, or by path. */
export type PercentInput = number | string | Readonly<Record<string, number | string>>;

const listOf = (short: string, description: string) =>
  option.list({ short, description, split: false, default: [] });

// `df` receives the types in its arguments.
const typesOf = (short: string, description: string) =>
  option.list({
    short,
    description,
    default: [],
    pattern: /\w[\w.-]*/,
    expected: "a type such as ext4",
  });

/** The specifications of {@linkcode DiskOptions}. */
export const diskOptions: DiskOptions = {
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
    description: "Absolute paths of mount points or devices; the check may read below them " +
      "(default: all file systems)",
    pattern: /\/.*/,
    expected: "an absolute path",
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
  all: option.flag({ short: "A", description: "Check all file systems, also if paths are set" }),
  local: option.flag({ short: "l", description: "Of all file systems: local ones only" }),
  excludeDevice: listOf("x", "Of all file systems: omit this device or mount point"),
  excludeType: typesOf("X", "Of all file systems: omit these types, such as tmpfs"),
  includeType: typesOf("N", "Of all file systems: these types only, such as ext4"),
  eregPath: listOf("r", "All file systems whose mount point or device matches this pattern"),
  eregiPath: listOf("R", "The same as -r, but ignore upper and lower case"),
  ignoreEregPath: listOf("i", "Of all file systems: omit mount points or devices that match"),
  ignoreEregiPath: listOf("I", "The same as -i, but ignore upper and lower case"),
};
