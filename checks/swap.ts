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
  isPartBeyond,
  isSpaceBeyond,
  judgeFreeSpace,
  parseFreeSpace,
  spaceParts,
} from "./_free_space.ts";
import { hasThresholds, neverWarns, thresholds } from "./_thresholds.ts";

/** The swap space of the host in bytes, from `Deno.systemMemoryInfo()`. */
export interface SwapReading {
  /** The size of the swap space; 0 without swap. */
  swapTotal: number;
  /** Unused swap space. */
  swapFree: number;
}

/** Thresholds for the swap space. */
export interface SwapThresholds {
  /** WARNING if this much or less is free. */
  warning?: FreeSpace | undefined;
  /** CRITICAL if this much or less is free. */
  critical?: FreeSpace | undefined;
  /** The state of a host without swap, regardless of the thresholds (default: CRITICAL). */
  noSwap?: State;
}

/** The options of {@linkcode swap}. */
export type SwapOptions = {
  /** WARNING if this much or less is free. */
  warning: Option<string[], string | readonly string[], "optional">;
  /** CRITICAL if this much or less is free. */
  critical: Option<string[], string | readonly string[], "optional">;
  /** The state of a host without swap. */
  noSwap: Option<NoSwap, NoSwap, "default">;
};

/** The state of a host without swap, as the option `-n` of `check_swap` names it. */
export type NoSwap = "ok" | "warning" | "critical" | "unknown";

const mebibyte = 1024 * 1024;

/**
 * Checks how much swap space is free, like `check_swap` of monitoring-plugins.
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
      description:
        "Warn if this much or less is free: 20%, a number of bytes, 500MiB, or both: 20%,500MiB",
      pattern: freeSpacePattern,
      expected: freeSpaceExpected,
      once: true,
    }),
    critical: option.list({
      short: "c",
      description: "Critical if this much or less is free: 10%, a number of bytes, 200MiB, or both",
      pattern: freeSpacePattern,
      expected: freeSpaceExpected,
      once: true,
    }),
    noSwap: option.oneOf({
      short: "n",
      description: "State if the host has no swap, regardless of the thresholds",
      values: ["ok", "warning", "critical", "unknown"],
      default: "critical",
    }),
  },
  permissions: { sys: ["systemMemoryInfo"] },
  // Without thresholds, the check can still alert if the host has no swap.
  alertsWithoutThresholds: true,
  inspect: ({ warning, critical, noSwap }, { acceptArguments }) => [
    ...(noSwap === "ok" && !acceptArguments && !hasThresholds({ warning, critical })
      ? [
        'The command can never alert: set "warning", "critical" or "noSwap", or acceptArguments: true',
      ]
      : []),
    ...(isSpaceBeyond(parseFreeSpace(warning, 1), parseFreeSpace(critical, 1)) ? [neverWarns] : []),
  ],
  run: ({ warning, critical, noSwap }) =>
    presentSwap(Deno.systemMemoryInfo(), {
      warning: parseFreeSpace(warning, 1),
      critical: parseFreeSpace(critical, 1),
      noSwap: parseState(noSwap),
    }),
});

/**
 * Compares the swap space with its thresholds and formats the result. As in the plugin, sizes are
 * rounded down to whole mebibytes, and the percentage is an integer. The value and the thresholds
 * in the perfdata are the free space in bytes. A value below the threshold is bad, so these
 * thresholds must not be read as ranges.
 *
 * @param reading the swap space in bytes
 * @param thresholds the thresholds
 * @returns the result of `check_swap`
 * @throws {RangeError} if the warning threshold is below the critical threshold
 */
export function presentSwap(
  { swapTotal, swapFree }: SwapReading,
  { warning, critical, noSwap = "CRITICAL" }: SwapThresholds,
): CheckResult {
  if (spaceParts.some((part) => isPartBeyond(part, warning, critical))) {
    throw new RangeError(
      "Warning should be more than critical: both are thresholds for free space",
    );
  }
  const total = Math.floor(swapTotal / mebibyte);
  const free = Math.floor(swapFree / mebibyte);
  const [size, bytes] = [total * mebibyte, free * mebibyte];
  const percent = total === 0 ? 0 : 100 - Math.trunc(100 * (total - free) / total);
  const state = total === 0 ? noSwap : judgeFreeSpace({ percent, bytes }, warning, critical);
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

// The plugin's arithmetic: one percent of the total in whole bytes, times the percentage. It is
// kept so that the values in graphs do not change when this check replaces the plugin.
function shown(threshold: FreeSpace | undefined, total: number): number | undefined {
  if (threshold === undefined) return undefined;
  const share = Math.trunc(Math.floor(total / 100) * (threshold.percent ?? 0));
  return Math.max(share, threshold.bytes ?? 0);
}
