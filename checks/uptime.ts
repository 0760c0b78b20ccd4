import {
  type Check,
  type CheckResult,
  defineCheck,
  isBeyond,
  judge,
  type Option,
  option,
  type Range,
  type RangeInput,
} from "../src/mod.ts";
import { hasThresholds, noThresholds, thresholds } from "./_thresholds.ts";

/** Thresholds and texts for {@linkcode presentUptime}. */
export interface UptimeSettings {
  /** WARNING outside this range of seconds. */
  warning?: Range | undefined;
  /** CRITICAL outside this range of seconds. */
  critical?: Range | undefined;
  /** Whether to add the uptime in weeks, days, hours, minutes and seconds. */
  for?: boolean;
  /** The current time; if it is set, the text contains the time when the system started. */
  since?: Date | undefined;
  /** Whether to show the uptime in days instead of seconds. */
  days?: boolean;
}

/** The options of {@linkcode uptime}. */
export type UptimeOptions = {
  /** The warning threshold in seconds. */
  warning: Option<Range, RangeInput, "optional">;
  /** The critical threshold in seconds. */
  critical: Option<Range, RangeInput, "optional">;
  /** Whether to add the uptime in weeks, days, hours, minutes and seconds. */
  for: Option<boolean, boolean, "default">;
  /** Whether to add the time when the system started. */
  since: Option<boolean, boolean, "default">;
  /** Whether to show the uptime in days instead of seconds. */
  days: Option<boolean, boolean, "default">;
};

/**
 * Checks the time since the system started, like `check_uptime` of monitoring-plugins. A lower
 * bound reports a recent reboot. An upper bound reports that a reboot for updates is overdue.
 *
 * @example
 * ```ts
 * import { defineAgent } from "@checkwright/checkwright";
 * import { uptime } from "@checkwright/checkwright/checks";
 *
 * export default defineAgent({
 *   commands: { check_uptime: uptime({ warning: "30m:26w", critical: "5m:52w" }) },
 * });
 * ```
 */
export const uptime: Check<UptimeOptions> = defineCheck<UptimeOptions>({
  description: "Time since the system started",
  options: {
    ...option.thresholds("the uptime", { kind: "durationRange" }),
    for: option.flag({
      short: "f",
      description: "Add the uptime in weeks, days, hours, minutes and seconds",
    }),
    since: option.flag({
      short: "s",
      description: "Add the time when the system started, in local time",
    }),
    days: option.flag({ short: "d", description: "Show the uptime in days instead of seconds" }),
  },
  permissions: { sys: ["osUptime"] },
  run({ warning, critical, since, ...words }) {
    if (!hasThresholds({ warning, critical })) return noThresholds;
    return presentUptime(Deno.osUptime(), {
      ...words,
      warning,
      critical,
      since: since ? new Date() : undefined,
    });
  },
});

/**
 * Compares an uptime with its thresholds and formats the result. As in the plugin, the perfdata
 * contains only the upper ends of the thresholds. It contains the whole range if the range has no
 * upper end or alerts inside.
 *
 * @param seconds the uptime in seconds
 * @param settings the thresholds and texts
 * @returns the result of `check_uptime`
 * @throws {RangeError} if the uptime is not a finite number, or the upper end of the warning range
 * is above that of the critical range
 */
export function presentUptime(seconds: number, settings: UptimeSettings): CheckResult {
  if (!Number.isFinite(seconds)) {
    throw new RangeError(`Invalid uptime ${seconds}: expected a number of seconds`);
  }
  const { warning, critical, since } = settings;
  requireOrder(warning, critical);
  const whole = Math.floor(seconds);
  const { state } = judge({ label: "uptime", value: whole, warning, critical });
  const amount = settings.days ? `${Math.floor(whole / 86400)} days` : `${whole} seconds`;
  const sentences = [`${state}: Uptime is ${amount}.`];
  if (state === "CRITICAL") sentences.push(exceeded(critical!, whole, "crit"));
  if (state === "WARNING") sentences.push(exceeded(warning!, whole, "warn"));
  if (settings.for) sentences.push(`Running for ${inWords(whole)}.`);
  if (since) {
    sentences.push(`Running since ${localTime(new Date(since.getTime() - whole * 1000))}.`);
  }
  return {
    state,
    output: sentences.join(" "),
    perfdata: [{
      label: "uptime",
      value: whole,
      uom: "s",
      ...thresholds(printed(warning), printed(critical)),
      min: 0,
    }],
  };
}

// The plugin has the same rule, which detects upper bounds that were intended as lower bounds.
function requireOrder(warning: Range | undefined, critical: Range | undefined): void {
  if (warning === undefined || critical === undefined) return;
  if (warning.inside || critical.inside || warning.end === Infinity) return;
  const upper = ({ end }: Range): Range => ({ start: 0, end, inside: false });
  if (!isBeyond({ warning: upper(warning), critical: upper(critical) })) return;
  throw new RangeError(
    `Invalid warning threshold ${warning.end} s: expected at most the critical threshold ` +
      `${critical.end} s; a lower bound is written 30m:`,
  );
}

function exceeded({ end, inside }: Range, seconds: number, name: string): string {
  const side = inside ? "" : seconds > end ? "upper " : "lower ";
  return `Exceeds ${side}${name} threshold.`;
}

function printed(range: Range | undefined): Range | number | undefined {
  return range === undefined || range.inside || range.end === Infinity ? range : range.end;
}

// As in the plugin, the next unit starts late: above 100 seconds, 100 minutes, 48 hours, 14 days.
function inWords(seconds: number): string {
  const carry = (amount: number, size: number, above: number) =>
    amount > above ? [Math.floor(amount / size), amount % size] as const : [0, amount] as const;
  const [minutesUp, second] = carry(seconds, 60, 100);
  const [hoursUp, minute] = carry(minutesUp, 60, 100);
  const [daysUp, hour] = carry(hoursUp, 24, 48);
  const [week, day] = carry(daysUp, 7, 14);
  const parts = [
    count(week, "week"),
    count(day, "day"),
    count(hour, "hour"),
    count(minute, "minute"),
  ]
    .filter((part) => !part.startsWith("0 "));
  const last = count(second, "second");
  return parts.length === 0 ? last : `${parts.join(", ")} and ${last}`;
}

function count(amount: number, unit: string): string {
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}

function localTime(time: Date): string {
  const two = (part: number) => String(part).padStart(2, "0");
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("-");
  return `${date} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":")}`;
}
