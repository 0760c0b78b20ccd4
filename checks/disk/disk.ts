import { type Check, defineCheck, type OptionValues, unknown } from "../../src/mod.ts";
import { isSpaceBeyond } from "../_free_space.ts";
import { neverWarns } from "../_thresholds.ts";
import { dfPath, isBelowDev } from "./_df.ts";
import { canAlert, type DiskLimits, type DiskUnit, limitsOf, unitOf } from "./_disk_limits.ts";
import { type DiskOptions, diskOptions } from "./_disk_options.ts";
import { listDisks, listsAll } from "./_list_disks.ts";
import { presentDisk } from "./_present_disk.ts";
import { folderOf, joinDisks, normalizePath, readDisks } from "./_read_disk.ts";

export type { DiskOptions, DiskUnit };
export type { FreeSpaceInput, PercentInput } from "./_disk_options.ts";

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
 * Without a path, it checks all file systems that `df` lists: those with a size, each once. A path
 * may be a device such as `/dev/sda1`; a device that is not mounted is CRITICAL. A sandbox can read
 * neither the list of file systems nor paths below /dev, so their figures come from `df`. A check
 * without bound paths may run `df`, and reads the paths in arguments with it, too.
 *
 * @example
 * ```ts
 * import { defineAgent } from "@checkwright/checkwright";
 * import { disk } from "@checkwright/checkwright/checks";
 *
 * export default defineAgent({
 *   commands: {
 *     check_all: disk({ local: true, excludeType: "tmpfs", warning: "20%", critical: "10%" }),
 *     check_data: disk({ path: ["/srv", "/var"], warning: "20%", critical: "10%", iwarning: 10 }),
 *     check_large: disk({ path: ["/", "/srv"], critical: { "/": "10%", "/srv": "50GB" } }),
 *   },
 * });
 * ```
 */
export const disk: Check<DiskOptions> = defineCheck<DiskOptions>({
  description: "Free space and inodes of mounted file systems",
  options: diskOptions,
  permissions({ path = [], exactMatch, ...selection }) {
    const all = path.map(normalizePath);
    const paths = all.filter((path) => !isBelowDev(path));
    const needsDf = paths.length < all.length || listsAll({ path, ...selection });
    return {
      ...(paths.length > 0 && {
        read: exactMatch ? [...paths, ...paths.map(folderOf)] : paths,
        sys: ["statfs"],
      }),
      ...(needsDf && { run: [dfPath] }),
    };
  },
  // The thresholds may also be iwarning and icritical, and differ for each path.
  alertsWithoutThresholds: true,
  inspect: (values, { acceptArguments }) => [
    ...(acceptArguments ? [] : withoutThreshold(values)).map((path) =>
      `${path === undefined ? "The command" : `The path "${path}"`} can never alert: ` +
      `${thresholdsExpected}, or acceptArguments: true`
    ),
    ...new Set(targetsOf(values).flatMap((path) => withoutEffect(limitsOf(values, path)))),
  ],
  async run(options, { signal }) {
    const { path = [], timeout, exactMatch } = options;
    for (const path of withoutThreshold(options)) {
      const where = path === undefined ? "" : ` for "${path}"`;
      return unknown(`Missing thresholds${where}: ${thresholdsExpected}`);
    }
    const limits = new Map<string, DiskLimits>();
    for (const one of path.toReversed()) limits.set(normalizePath(one), limitsOf(options, one));
    const paths = path.map(normalizePath);
    const named = await readDisks(paths, { timeout, exactMatch }, signal);
    const disks = listsAll(options)
      ? joinDisks([...named, ...await listDisks(options, signal)])
      : named;
    return presentDisk(
      disks,
      { ...options, units: unitOf(options) },
      (path) => limits.get(path) ?? limitsOf(options, path),
    );
  },
});

type DiskValues = OptionValues<DiskOptions>;

const thresholdsExpected = "set warning (-w), critical (-c), iwarning (-W) or icritical (-K)";

/** Returns the paths with thresholds of their own; `"*"` stands for all other file systems. */
function targetsOf(values: DiskValues): string[] {
  return [...values.path ?? [], ...(listsAll(values) ? ["*"] : [])];
}

function withoutEffect({ warning, critical, iwarning, icritical }: DiskLimits): string[] {
  return [
    ...(isSpaceBeyond(warning, critical) ? [neverWarns] : []),
    ...(isSpaceBeyond({ percent: iwarning }, { percent: icritical })
      ? [`Inodes: ${neverWarns}`]
      : []),
  ];
}

/** Returns the paths without a threshold; undefined stands for the whole command. */
function withoutThreshold(values: DiskValues): (string | undefined)[] {
  const { warning, critical, iwarning, icritical } = values;
  const targets = targetsOf(values);
  const missing = targets.filter((path) => !canAlert(limitsOf(values, path)));
  const isUnset = [warning, critical, iwarning, icritical].every((value) => value === undefined);
  if (missing.length === 0) return [];
  return isUnset || targets.length < 2 ? [undefined] : missing;
}
