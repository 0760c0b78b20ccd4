import type { OptionKinds } from "./option_kinds.ts";
import type { OptionKind, OptionSpec, RangeKind, ThresholdSettings } from "./option_types.ts";

export type { OptionKinds } from "./option_kinds.ts";
export type * from "./option_types.ts";
export type { SecretSource } from "./vault.ts";

// deno-lint-ignore no-explicit-any -- makes all constructors; OptionKinds has their types
function kind(name: OptionKind, extra?: Partial<OptionSpec>): (settings: any) => any {
  return ({ pattern, ...settings }) => ({
    kind: name,
    ...extra,
    ...settings,
    ...(pattern && { pattern: sourceOf(pattern) }),
  });
}

// The manifest stores the source of a pattern without its flags, so that flags which change the
// match become part of the source. Values are matched in Unicode mode. If the pattern is invalid in
// that mode, this function throws, before any value is matched.
function sourceOf({ source, flags }: RegExp): string {
  const modifiers = flags.replaceAll(/[^ims]/g, "");
  return new RegExp(modifiers === "" ? source : `(?${modifiers}:${source})`, "u").source;
}

/** The form of a threshold of each kind, for descriptions. */
const forms: Readonly<Record<RangeKind, { plain: string; range: string }>> = {
  range: { plain: "number", range: "this range" },
  percentRange: { plain: "percentage", range: "this range of percentages, such as 80%" },
  bytesRange: { plain: "size", range: "this range of sizes, such as 1GB or 500MB:" },
  durationRange: { plain: "duration", range: "this range of durations, such as 10m or 30m:26w" },
};

function pair(what: string, settings: ThresholdSettings = {}): Record<string, OptionSpec> {
  const { kind = "range", warning, critical, ...shared } = settings;
  const { plain, range } = forms[kind];
  const condition = shared.lessIsWorse
    ? `${what} is at most this ${plain}, or outside a range such as 5:`
    : `${what} is outside ${range}`;
  const one = (short: string, verb: string, value: unknown): OptionSpec => ({
    kind,
    short,
    description: `${verb} if ${condition}`,
    ...shared,
    ...(value !== undefined && { default: value }),
  });
  return { warning: one("w", "Warn", warning), critical: one("c", "Critical", critical) };
}

/**
 * Declares the options of a check: `option.range()`, `option.duration()` and so on. Values are
 * checked when the agent is loaded. Values in arguments are checked at each query.
 *
 * @example
 * ```ts
 * import { defineCheck, option } from "@checkwright/checkwright";
 *
 * const age = defineCheck({
 *   description: "Age of the newest backup",
 *   options: {
 *     limit: option.duration({ short: "l", description: "Maximum age", default: "26h" }),
 *   },
 *   run({ limit }) {
 *     const seconds = 3600; // `limit` is a number of seconds here
 *     return { output: `newest backup is ${seconds} s old`, state: seconds > limit ? "CRITICAL" : "OK" };
 *   },
 * });
 *
 * age({ limit: "2d" });
 * ```
 */
export const option: OptionKinds = {
  range: kind("range"),
  ranges: kind("ranges"),
  percentRange: kind("percentRange"),
  bytesRange: kind("bytesRange"),
  durationRange: kind("durationRange"),
  thresholds: (what, settings) => pair(what, settings) as never,
  number: kind("number"),
  integer: kind("integer"),
  percent: kind("percent"),
  bytes: kind("bytes"),
  duration: kind("duration"),
  text: kind("text"),
  oneOf: kind("oneOf"),
  flag: kind("flag", { default: false }),
  list: kind("list"),
  secret: kind("secret"),
  per: (list, option) => ({ ...option, per: list } as never),
};
