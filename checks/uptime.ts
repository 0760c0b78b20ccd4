import {
  alerts,
  type Check,
  type CheckResult,
  defineCheck,
  type Option,
  option,
  parseDuration,
  parseRange,
  type Range,
  type State,
} from "../src/mod.ts";
import { thresholds } from "./_thresholds.ts";

/** How {@linkcode presentUptime} judges and words. */
export interface UptimeSettings {
  /** The uptimes in seconds that are fine. */
  warning?: Range | undefined;
  /** The uptimes in seconds that are no emergency. */
  critical?: Range | undefined;
  /** Say the uptime in weeks, days and so on too. */
  for?: boolean;
  /** Say when the system started; the time now has to be told. */
  since?: Date | undefined;
  /** Say the uptime in days. */
  days?: boolean;
}

/** The options of {@linkcode uptime}. */
export type UptimeOptions = {
  /** The uptimes that are fine. */
  warning: Option<string, string, "optional">;
  /** The uptimes that are no emergency. */
  critical: Option<string, string, "optional">;
  /** Say the uptime in weeks, days and so on too. */
  for: Option<boolean, boolean, "default">;
  /** Say when the system started. */
  since: Option<boolean, boolean, "default">;
  /** Say the uptime in days. */
  days: Option<boolean, boolean, "default">;
};

const span = /\d+[smhdw]?/g;
const rangeOfSpans = new RegExp(`(?=.*\\d)@?(?:(?:${span.source}|~)?:)?(?:${span.source})?`);
const rangeExpected = "a range of seconds or spans such as 30m:, 30m:26w or 3600";

/**
 * Time since the system started, as `check_uptime` of monitoring-plugins says it. A lower bound
 * tells of a reboot, an upper one of updates that wait for one.
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
    warning: option.text({
      short: "w",
      description: "Warn outside this range of seconds, or of spans in s, m, h, d, w: 30m:26w",
      pattern: rangeOfSpans,
      expected: rangeExpected,
    }),
    critical: option.text({
      short: "c",
      description: "Critical outside this range of seconds, or of spans in s, m, h, d, w: 5m:52w",
      pattern: rangeOfSpans,
      expected: rangeExpected,
    }),
    for: option.flag({ short: "f", description: "Say the uptime in weeks, days and so on too" }),
    since: option.flag({ short: "s", description: "Say when the system started, in local time" }),
    days: option.flag({ short: "d", description: "Say the uptime in days instead of seconds" }),
  },
  permissions: { sys: ["osUptime"] },
  run: ({ warning, critical, since, ...words }) =>
    presentUptime(Deno.osUptime(), {
      ...words,
      warning: parseUptimeRange(warning),
      critical: parseUptimeRange(critical),
      since: since ? new Date() : undefined,
    }),
});

/**
 * Reads a range whose ends may be spans of time.
 *
 * @param text For example `5:`, `30m:26w` or `2d`
 * @returns The range in seconds; undefined where there is no text
 * @throws {SyntaxError} If the text is no such range
 */
export function parseUptimeRange(text: string | undefined): Range | undefined {
  return text === undefined
    ? undefined
    : parseRange(text.replace(span, (found) => String(parseDuration(found))));
}

/**
 * Judges and words an uptime. The perfdata's thresholds are the upper ends alone, as the plugin
 * prints them, or whole ranges where these have no upper end or alert inside.
 *
 * @param seconds How long the system has been up
 * @param settings What is fine, and what to say
 * @returns What `check_uptime` would say
 * @throws {RangeError} If the uptime is not a number, or a warning could never come first
 */
export function presentUptime(seconds: number, settings: UptimeSettings): CheckResult {
  if (!Number.isFinite(seconds)) {
    throw new RangeError(`Cannot judge an uptime of ${seconds} seconds`);
  }
  const { warning, critical, since } = settings;
  order(warning, critical);
  const whole = Math.floor(seconds);
  const met = (range: Range | undefined) => range !== undefined && alerts(range, whole);
  const state: State = met(critical) ? "CRITICAL" : met(warning) ? "WARNING" : "OK";
  const amount = settings.days ? `${Math.floor(whole / 86400)} days` : `${whole} seconds`;
  const sentences = [`${state}: Uptime is ${amount}.`];
  if (met(critical)) sentences.push(exceeded(critical!, whole, "crit"));
  else if (met(warning)) sentences.push(exceeded(warning!, whole, "warn"));
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

// As the plugin, which thereby catches bounds that were meant to be lower ones.
function order(warning: Range | undefined, critical: Range | undefined): void {
  if (warning === undefined || critical === undefined) return;
  if (warning.inside || critical.inside || warning.end <= critical.end) return;
  if (warning.end === Infinity) return;
  throw new RangeError(
    `Cannot warn above ${warning.end} s and be critical above ${critical.end} s: ` +
      "expected the warning first; for a lower bound write 30m:",
  );
}

function exceeded({ end, inside }: Range, seconds: number, name: string): string {
  const side = inside ? "" : seconds > end ? "upper " : "lower ";
  return `Exceeds ${side}${name} threshold.`;
}

function printed(range: Range | undefined): Range | number | undefined {
  return range === undefined || range.inside || range.end === Infinity ? range : range.end;
}

// The plugin goes over to the next unit late: 100 seconds, 100 minutes, 48 hours, 14 days.
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
