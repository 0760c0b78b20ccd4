import {
  type Check,
  type CheckContext,
  type CheckResult,
  defineCheck,
  isBeyond,
  judge,
  type Option,
  option,
  type OptionValues,
  type Perfdata,
  readProc,
  type Thresholds,
} from "../src/mod.ts";
import { fixed } from "./_fixed.ts";
import { hasThresholds, neverWarns, noThresholds, thresholds } from "./_thresholds.ts";

/** The memory of the host in bytes, from `Deno.systemMemoryInfo()`. */
export interface MemoryReading {
  /** The size of the memory. */
  total: number;
  /** Unused memory. */
  free: number;
  /** Memory for programs without swapping: unused memory, and memory that the kernel would free. */
  available: number;
  /** The ARC: the cache of ZFS, which `available` does not include; 0 without ZFS. */
  arc?: number;
}

/** The file with the size of the ARC, below /proc; it exists only on hosts with ZFS. */
const arcFile = "spl/kstat/zfs/arcstats";

/** Thresholds for the memory, and the value to compare with them. */
export type MemoryThresholds = Partial<Omit<OptionValues<MemoryOptions>, "used">>;

/** The options of {@linkcode memory}. */
export type MemoryOptions = {
  /** The warning threshold in percent. */
  warning: Option<number, number | string, "optional">;
  /** The critical threshold in percent. */
  critical: Option<number, number | string, "optional">;
  /** Whether the thresholds are for used memory. */
  used: Option<boolean, boolean, "default">;
  /** Whether the thresholds are for free memory. */
  free: Option<boolean, boolean, "default">;
  /** Whether caches count as free. */
  caches: Option<boolean, boolean, "default">;
};

/**
 * Checks how much memory is used or free, like the widespread plugin `check_mem.pl`.
 *
 * On a host with ZFS, set `procfs` of the agent: the check then counts the ARC as a cache.
 *
 * @example
 * ```ts
 * import { defineAgent } from "@checkwright/checkwright";
 * import { memory } from "@checkwright/checkwright/checks";
 *
 * export default defineAgent({
 *   commands: { check_mem: memory({ warning: 80, critical: 90, caches: true }) },
 * });
 * ```
 */
export const memory: Check<MemoryOptions> = defineCheck<MemoryOptions>({
  description: "Percentage of the memory that is used or free",
  options: {
    warning: option.percent({
      short: "w",
      description:
        "Warn if this percentage or more is used; with -f, if this percentage or less is free",
    }),
    critical: option.percent({
      short: "c",
      description:
        "Critical if this percentage or more is used; with -f, if this percentage or less is free",
    }),
    used: option.flag({
      short: "u",
      description: "Compare the used memory with the thresholds; this is the default",
    }),
    free: option.flag({ short: "f", description: "Compare the free memory with the thresholds" }),
    caches: option.flag({
      short: "C",
      description: "Count caches and buffers as free memory, because the kernel can free them",
    }),
  },
  permissions: { sys: ["systemMemoryInfo"], proc: [arcFile] },
  procIsOptional: true,
  inspect: ({ warning, critical, free }) =>
    isBeyond(limitsOf(warning, critical, free)) ? [neverWarns] : [],
  async run({ used, free, ...rest }, context) {
    if (!hasThresholds(rest)) return noThresholds;
    if (used && free) {
      throw new RangeError('Options "used" and "free" exclude each other: expected one of them');
    }
    const arc = await readArc(context);
    return presentMemory({ ...Deno.systemMemoryInfo(), arc }, { ...rest, free });
  },
});

async function readArc(context: CheckContext): Promise<number> {
  try {
    return parseArcSize(await readProc(context, arcFile));
  } catch (error) {
    // The host has no ZFS, or /proc is not bound.
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) return 0;
    throw error;
  }
}

/**
 * Parses the size of the ARC.
 *
 * @param text the content of /proc/spl/kstat/zfs/arcstats: a heading, then lines with name, type
 * and value
 * @returns the size in bytes; 0 if the text does not contain it
 */
export function parseArcSize(text: string): number {
  return Number(/^size\s+\d+\s+(\d+)\s*$/m.exec(text)?.[1] ?? 0);
}

/**
 * Compares the memory with its thresholds and formats the result. As in the plugin, the percentage
 * is rounded to one decimal first, a percentage equal to the threshold alerts, and the thresholds
 * in the perfdata are for USED.
 *
 * The size of the caches is the available memory minus the free memory, plus the ARC of ZFS. The
 * plugin adds them up from /proc/meminfo, which sandboxes cannot read.
 *
 * @param reading the memory in bytes
 * @param thresholds the thresholds, and the value to compare with them
 * @returns the result of `check_mem.pl`
 * @throws {RangeError} if the size of the memory is not positive, or the warning threshold is
 * beyond the critical threshold
 */
export function presentMemory(
  { total: all, free: unused, available, arc = 0 }: MemoryReading,
  { warning, critical, free: compareFree = false, caches: cachesAreFree = false }: MemoryThresholds,
): CheckResult {
  const total = kilobytes(all);
  const freeable = Math.max(0, kilobytes(available) - kilobytes(unused)) + kilobytes(arc);
  const caches = Math.min(freeable, total - kilobytes(unused));
  const free = kilobytes(unused) + (cachesAreFree ? caches : 0);
  const used = total - free;
  if (!(total > 0)) {
    throw new RangeError(`Invalid memory size ${all}: expected a positive number of bytes`);
  }
  const limits = limitsOf(warning, critical, compareFree);
  if (isBeyond(limits)) {
    throw new RangeError(
      `Invalid warning threshold ${warning}%: ` +
        `expected at ${compareFree ? "least" : "most"} the critical threshold ${critical}%`,
    );
  }

  const amount = compareFree ? free : used;
  const share = fixed(amount / total * 100, 1);
  const { state } = judge({ label: "share", value: Number(share), ...limits });
  const mark = state === "OK" ? "." : "!";
  // The thresholds in the perfdata are for used memory, also with `free`, as in the plugin.
  const ofUsed = (threshold: number | undefined) =>
    threshold === undefined
      ? undefined
      : Math.trunc(total * (compareFree ? 100 - threshold : threshold) / 100);
  const perfdata: Perfdata[] = [
    { label: "TOTAL", value: total, uom: "KB" },
    { label: "USED", value: used, uom: "KB", ...thresholds(ofUsed(warning), ofUsed(critical)) },
    { label: "FREE", value: free, uom: "KB" },
    { label: "CACHES", value: caches, uom: "KB" },
  ];
  const words = `${share}% (${amount} kB) ${compareFree ? "free" : "used"}${mark}`;
  return { state, output: `${state} - ${words}`, perfdata };
}

function kilobytes(bytes: number): number {
  return Math.round(bytes / 1024);
}

/** Returns the thresholds as `judge()` compares them: this percentage or less is free, or more used. */
function limitsOf(
  warning: number | undefined,
  critical: number | undefined,
  free: boolean,
): Thresholds {
  if (free) return { warning, critical, lessIsWorse: true };
  const orMore = (start: number | undefined) =>
    start === undefined ? undefined : { start, end: Infinity, inside: true };
  return { warning: orMore(warning), critical: orMore(critical) };
}
