import type { OptionKinds } from "./option_kinds.ts";
import type { OptionKind, OptionSpec } from "./option_types.ts";

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
