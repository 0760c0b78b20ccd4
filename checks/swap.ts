import {
  type Check,
  type CheckResult,
  defineCheck,
  type Option,
  option,
  parseState,
  type State,
} from "../src/mod.ts";
import {
  type FreeSpace,
  freeSpaceExpected,
  freeSpacePattern,
  parseFreeSpace,
} from "./_free_space.ts";
import { thresholds } from "./_thresholds.ts";

/** The machine's swap space in bytes, as `Deno.systemMemoryInfo()` gives it. */
export interface SwapReading {
  /** All of it; 0 where there is none. */
  swapTotal: number;
  /** What is not in use. */
  swapFree: number;
}

/** What {@linkcode swap} judges by. */
export interface SwapThresholds {
  /** So much free or less is a warning. */
  warning?: FreeSpace | undefined;
  /** So much free or less is critical. */
  critical?: FreeSpace | undefined;
  /** The state where there is no swap, whatever the thresholds. */
  noSwap?: State;
}

/** The options of {@linkcode swap}. */
export type SwapOptions = {
  /** So much free or less is a warning. */
  warning: Option<string[], string | readonly string[], "optional">;
  /** So much free or less is critical. */
  critical: Option<string[], string | readonly string[], "optional">;
  /** The state where there is no swap. */
  noSwap: Option<NoSwap, NoSwap, "default">;
};

/** How `-n` says the state that having no swap means. */
export type NoSwap = "ok" | "warning" | "critical" | "unknown";

const mebibyte = 1024 * 1024;

/**
 * Free swap space, as `check_swap` of monitoring-plugins says it.
 *
 * @example
 * ```ts
 * import { defineAgent } from "@checkwright/checkwright";
 * import { swap } from "@checkwright/checkwright/checks";
 *
 * export default defineAgent({
 *   commands: { check_swap: swap({ warning: "20%", critical: "10%", noSwap: "ok" }) },
 * });
 * ```
 */
export const swap: Check<SwapOptions> = defineCheck<SwapOptions>({
  description: "Free swap space",
  options: {
    warning: option.list({
      short: "w",
      description: "Warn where so much or less is free: 20%, bytes, 500MiB, or a share and a size",
      pattern: freeSpacePattern,
      expected: freeSpaceExpected,
    }),
    critical: option.list({
      short: "c",
      description: "Critical where so much or less is free: 10%, bytes, 200MiB, or both",
      pattern: freeSpacePattern,
      expected: freeSpaceExpected,
    }),
    noSwap: option.oneOf({
      short: "n",
      description: "The state where there is no swap, whatever the thresholds",
      values: ["ok", "warning", "critical", "unknown"],
      default: "critical",
    }),
  },
  permissions: { sys: ["systemMemoryInfo"] },
  run: ({ warning, critical, noSwap }) =>
    presentSwap(Deno.systemMemoryInfo(), {
      warning: parseFreeSpace(warning, 1),
      critical: parseFreeSpace(critical, 1),
      noSwap: parseState(noSwap),
    }),
});

/**
 * Judges and words swap space. Like the plugin, it counts whole mebibytes and a whole percent; the
 * perfdata's value and thresholds are of what is free, in bytes, so that for their reader less than
 * the threshold is bad: they are no ranges to judge by.
 *
 * @param reading The swap space in bytes
 * @param thresholds When too little is free
 * @returns What `check_swap` would say
 * @throws {RangeError} If the warning threshold is below the critical one
 */
export function presentSwap(
  { swapTotal, swapFree }: SwapReading,
  { warning, critical, noSwap = "CRITICAL" }: SwapThresholds,
): CheckResult {
  if (isBelow(warning?.percent, critical?.percent) || isBelow(warning?.bytes, critical?.bytes)) {
    throw new RangeError("Warning should be more than critical: both are of what is free");
  }
  const total = Math.floor(swapTotal / mebibyte);
  const free = Math.floor(swapFree / mebibyte);
  const [size, bytes] = [total * mebibyte, free * mebibyte];
  const percent = total === 0 ? 0 : 100 - Math.trunc(100 * (total - free) / total);
  const met = (threshold: FreeSpace | undefined) =>
    !isBelow(threshold?.percent ?? -1, percent) || !isBelow(threshold?.bytes ?? -1, bytes);
  const state: State = total === 0
    ? noSwap
    : met(critical)
    ? "CRITICAL"
    : met(warning)
    ? "WARNING"
    : "OK";
  const none = total === 0 ? " - Swap is either disabled, not present, or of zero size." : "";
  return {
    state,
    output: `SWAP ${state} - ${percent}% free (${free}MB out of ${total}MB)${none}`,
    perfdata: [{
      label: "swap",
      value: bytes,
      uom: "B",
      ...thresholds(shown(warning, size), shown(critical, size)),
      min: 0,
      max: size,
    }],
  };
}

function isBelow(value: number | undefined, other: number | undefined): boolean {
  return value !== undefined && other !== undefined && value < other;
}

// A hundredth of the whole in full bytes times the percent: the plugin's arithmetic, kept so that
// graphs show no step at the change from one to the other.
function shown(threshold: FreeSpace | undefined, total: number): number | undefined {
  if (threshold === undefined) return undefined;
  const share = Math.trunc(Math.floor(total / 100) * (threshold.percent ?? 0));
  return Math.max(share, threshold.bytes ?? 0);
}
