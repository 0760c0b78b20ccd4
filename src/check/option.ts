import type { Range } from "../nagios/range.ts";

/** The kinds of value that an option may have. */
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

/** What every option says of itself. */
export interface OptionSettings<Input> {
  /** What the option means, in one line, with its unit. */
  description: string;
  /** One letter, for `-w`. */
  short?: string;
  /** The value where none is given. */
  default?: Input;
  /** The command is faulty without it. */
  required?: boolean;
}

/** What a number may be. */
export interface NumberSettings extends OptionSettings<number | string> {
  /** The least value that is taken. */
  min?: number;
  /** The greatest value that is taken. */
  max?: number;
}

/** What a text may be. */
export interface TextSettings extends OptionSettings<string> {
  /** What the whole text must match. */
  pattern?: RegExp;
  /** What a text that matches is, in words, for the message where one does not: `a share or a size`. */
  expected?: string;
  /** The most characters that are taken; 1,024 where left out. */
  maxLength?: number;
}

/** An option as data, as it stands in the manifest. */
export interface OptionSpec {
  /** Which kind of value. */
  readonly kind: OptionKind;
  /** What it means. */
  readonly description: string;
  /** Its letter. */
  readonly short?: string;
  /** Its value where none is given, as it was written. */
  readonly default?: unknown;
  /** Whether it must be given. */
  readonly required?: boolean;
  /** The least number. */
  readonly min?: number;
  /** The greatest number. */
  readonly max?: number;
  /** The source of the pattern that a text must match as a whole. */
  readonly pattern?: string;
  /** What a text that matches is, in words. */
  readonly expected?: string;
  /** The most characters of a text. */
  readonly maxLength?: number;
  /** The texts that `oneOf` takes. */
  readonly values?: readonly string[];
}

/** An option with the types of the value that `run` sees and of the input that a binding takes. */
export interface Option<Value, Input, Presence extends OptionPresence> extends OptionSpec {
  /** Types only; absent at run time. */
  readonly types?: { readonly value: Value; readonly input: Input; readonly presence: Presence };
}

/** Whether a binding must give the option, and whether `run` can rely on a value. */
export type OptionPresence = "required" | "default" | "optional";

/** The presence that an option's settings stand for. */
export type PresenceOf<Settings> = Settings extends { required: true } ? "required"
  : Settings extends { default: unknown } ? "default"
  : "optional";

/** A threshold range, written out or as text in the guidelines' grammar. */
export type RangeInput = Range | string | number;

/** Settings, and none that the kind of option does not know: a misspelt name is an error. */
export type Exactly<Settings, Known> =
  & Settings
  & { readonly [Name in Exclude<keyof Settings, keyof Known>]: never };

/** The constructors of options, one a kind. */
export interface OptionKinds {
  /** A threshold range of the plugin guidelines: `10`, `10:`, `~:10`, `@10:20`. */
  range<const S extends OptionSettings<RangeInput>>(
    settings: Exactly<S, OptionSettings<RangeInput>>,
  ): Option<Range, RangeInput, PresenceOf<S>>;
  /** Ranges divided by commas, one for each value that is judged. */
  ranges<const S extends OptionSettings<string | number | readonly RangeInput[]>>(
    settings: Exactly<S, OptionSettings<string | number | readonly RangeInput[]>>,
  ): Option<Range[], string | number | readonly RangeInput[], PresenceOf<S>>;
  /** A number. */
  number<const S extends NumberSettings>(
    settings: Exactly<S, NumberSettings>,
  ): Option<number, number | string, PresenceOf<S>>;
  /** A whole number. */
  integer<const S extends NumberSettings>(
    settings: Exactly<S, NumberSettings>,
  ): Option<number, number | string, PresenceOf<S>>;
  /** A share from 0 to 100; a `%` behind it is taken. */
  percent<const S extends OptionSettings<number | string>>(
    settings: Exactly<S, OptionSettings<number | string>>,
  ): Option<number, number | string, PresenceOf<S>>;
  /** A size in bytes: `10GB` is 10,000,000,000, `512MiB` is 536,870,912. */
  bytes<const S extends OptionSettings<number | string>>(
    settings: Exactly<S, OptionSettings<number | string>>,
  ): Option<number, number | string, PresenceOf<S>>;
  /** A span of time in seconds: `90`, `5m`, `1h30m`, `250ms`. */
  duration<const S extends OptionSettings<number | string>>(
    settings: Exactly<S, OptionSettings<number | string>>,
  ): Option<number, number | string, PresenceOf<S>>;
  /** A text, bounded in length, with a pattern if one is given. */
  text<const S extends TextSettings>(
    settings: Exactly<S, TextSettings>,
  ): Option<string, string, PresenceOf<S>>;
  /** One text of several. */
  oneOf<
    const V extends string,
    const S extends OptionSettings<NoInfer<V>> & { values: readonly V[] },
  >(
    settings: Exactly<S, OptionSettings<V> & { values: readonly V[] }> & { values: readonly V[] },
  ): Option<V, V, PresenceOf<S>>;
  /** Yes or no; no where it is not given. */
  flag<const S extends OptionSettings<boolean>>(
    settings: Exactly<S, OptionSettings<boolean>>,
  ): Option<boolean, boolean, "default">;
  /** Several texts: given more than once, or divided by commas. */
  list<
    const S extends
      | TextSettings
      | (Omit<TextSettings, "default"> & { default?: readonly string[] }),
  >(
    settings: Exactly<S, TextSettings>,
  ): Option<string[], string | readonly string[], PresenceOf<S>>;
}

// deno-lint-ignore no-explicit-any -- one constructor serves every kind; OptionKinds types each
function kind(name: OptionKind, extra?: Partial<OptionSpec>): (settings: any) => any {
  return ({ pattern, ...settings }) => ({
    kind: name,
    ...extra,
    ...settings,
    ...(pattern && { pattern: sourceOf(pattern) }),
  });
}

// A manifest holds no flags: those that change what matches go into the source. What is no pattern
// in Unicode mode, in which values are matched, fails here and not at every value.
function sourceOf({ source, flags }: RegExp): string {
  const modifiers = flags.replaceAll(/[^ims]/g, "");
  return new RegExp(modifiers === "" ? source : `(?${modifiers}:${source})`, "u").source;
}

/**
 * Declares an option of a check. Values are checked when the agent loads, and again when they come
 * from the wire.
 *
 * @example
 * ```ts
 * import { defineCheck, option } from "@checkwright/checkwright";
 *
 * const age = defineCheck({
 *   description: "Age of the newest backup",
 *   options: {
 *     limit: option.duration({ short: "l", description: "The oldest that is fine", default: "26h" }),
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
