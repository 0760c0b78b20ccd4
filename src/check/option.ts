import type { Range } from "../nagios/range.ts";

/** Kinds of option; each kind has a constructor in {@linkcode option}. */
export type OptionKind =
  | "range"
  | "ranges"
  | "number"
  | "integer"
  | "percent"
  | "bytes"
  | "duration"
  | "text"
  | "oneOf"
  | "flag"
  | "list";

/** Settings that every kind of option accepts. */
export interface OptionSettings<Input> {
  /** Meaning of the option, in one line, with its unit. */
  description: string;
  /** One letter: `"w"` for `-w`. */
  short?: string;
  /** The value that applies if the option is omitted. */
  default?: Input;
  /** Whether a missing value is an error. */
  required?: boolean;
}

/** Settings of a numeric option: its limits. */
export interface NumberSettings extends OptionSettings<number | string> {
  /** Minimum value. */
  min?: number;
  /** Maximum value. */
  max?: number;
}

/** Settings of a string option: its pattern and maximum length. */
export interface TextSettings extends OptionSettings<string> {
  /** Pattern that the whole string must match. */
  pattern?: RegExp;
  /** Description of the pattern for the error message, such as `a percentage or a size`. */
  expected?: string;
  /** Maximum number of characters; default: 1,024. */
  maxLength?: number;
}

/** An option as plain data, as it is in the manifest. */
export interface OptionSpec {
  /** Kind of the option. */
  readonly kind: OptionKind;
  /** Meaning of the option. */
  readonly description: string;
  /** Its letter, for `-w`. */
  readonly short?: string;
  /** Its default value, as it was written. */
  readonly default?: unknown;
  /** Whether a missing value is an error. */
  readonly required?: boolean;
  /** Minimum of a number. */
  readonly min?: number;
  /** Maximum of a number. */
  readonly max?: number;
  /** Source of the pattern that the whole string must match. */
  readonly pattern?: string;
  /** Description of the pattern for the error message. */
  readonly expected?: string;
  /** Maximum number of characters of a string. */
  readonly maxLength?: number;
  /** The strings that `oneOf` accepts. */
  readonly values?: readonly string[];
}

/** An option with two types: of the value in `run`, and of the input when a check is bound. */
export interface Option<Value, Input, Presence extends OptionPresence> extends OptionSpec {
  /** For the compiler only; undefined at run time. */
  readonly types?: { readonly value: Value; readonly input: Input; readonly presence: Presence };
}

/** Whether an option must be set, has a default, or may be undefined in `run`. */
export type OptionPresence = "required" | "default" | "optional";

/** The {@linkcode OptionPresence} that follows from the settings of an option. */
export type PresenceOf<Settings> = Settings extends { required: true } ? "required"
  : Settings extends { default: unknown } ? "default"
  : "optional";

/** A threshold range: an object, a number, or a string such as `"@10:20"`. */
export type RangeInput = Range | string | number;

/** Settings without unknown keys, so that a misspelt name is a compile error. */
export type Exactly<Settings, Known> =
  & Settings
  & { readonly [Name in Exclude<keyof Settings, keyof Known>]: never };

/** The constructors of options, one for each kind. */
export interface OptionKinds {
  /** A threshold range of the plugin guidelines: `10`, `10:`, `~:10`, `@10:20`. */
  range<const S extends OptionSettings<RangeInput>>(
    settings: Exactly<S, OptionSettings<RangeInput>>,
  ): Option<Range, RangeInput, PresenceOf<S>>;
  /** Several ranges, separated by commas: `5,4,3`. */
  ranges<const S extends OptionSettings<string | number | readonly RangeInput[]>>(
    settings: Exactly<S, OptionSettings<string | number | readonly RangeInput[]>>,
  ): Option<Range[], string | number | readonly RangeInput[], PresenceOf<S>>;
  /** A number, with `min` and `max` if they are set. */
  number<const S extends NumberSettings>(
    settings: Exactly<S, NumberSettings>,
  ): Option<number, number | string, PresenceOf<S>>;
  /** A whole number, with `min` and `max` if they are set. */
  integer<const S extends NumberSettings>(
    settings: Exactly<S, NumberSettings>,
  ): Option<number, number | string, PresenceOf<S>>;
  /** A percentage from 0 to 100, with or without `%`: `20%`. */
  percent<const S extends OptionSettings<number | string>>(
    settings: Exactly<S, OptionSettings<number | string>>,
  ): Option<number, number | string, PresenceOf<S>>;
  /** A size in bytes: `10GB` is 10,000,000,000 and `512MiB` is 536,870,912. */
  bytes<const S extends OptionSettings<number | string>>(
    settings: Exactly<S, OptionSettings<number | string>>,
  ): Option<number, number | string, PresenceOf<S>>;
  /** A duration in seconds: `90`, `5m`, `1h30m`, `250ms`. */
  duration<const S extends OptionSettings<number | string>>(
    settings: Exactly<S, OptionSettings<number | string>>,
  ): Option<number, number | string, PresenceOf<S>>;
  /** A string with a maximum length, and with a pattern if one is set. */
  text<const S extends TextSettings>(
    settings: Exactly<S, TextSettings>,
  ): Option<string, string, PresenceOf<S>>;
  /** One of several strings. */
  oneOf<
    const V extends string,
    const S extends OptionSettings<NoInfer<V>> & { values: readonly V[] },
  >(
    settings: Exactly<S, OptionSettings<V> & { values: readonly V[] }> & { values: readonly V[] },
  ): Option<V, V, PresenceOf<S>>;
  /** `true` or `false`; default: `false`. */
  flag<const S extends OptionSettings<boolean>>(
    settings: Exactly<S, OptionSettings<boolean>>,
  ): Option<boolean, boolean, "default">;
  /** Several strings: the option is repeated, or its values are separated by commas. */
  list<
    const S extends
      | TextSettings
      | (Omit<TextSettings, "default"> & { default?: readonly string[] }),
  >(
    settings: Exactly<S, TextSettings>,
  ): Option<string[], string | readonly string[], PresenceOf<S>>;
}

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
// match become part of the source. Values are matched in Unicode mode: a pattern that is invalid in
// that mode throws here and not at each value.
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
};
