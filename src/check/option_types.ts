import type { Range } from "../nagios/range.ts";
import type { SecretSource } from "./vault.ts";

/** Kinds of option; each kind has a constructor in {@linkcode option}. */
export type OptionKind =
  | "range"
  | "ranges"
  | "percentRange"
  | "bytesRange"
  | "durationRange"
  | "number"
  | "integer"
  | "percent"
  | "bytes"
  | "duration"
  | "text"
  | "oneOf"
  | "flag"
  | "list"
  | "secret";

/** Settings that every kind of option accepts. */
export interface OptionSettings<Input> {
  /** Meaning of the option, in one line, with its unit. */
  description: string;
  /** One letter or digit: `"w"` for `-w`. */
  short?: string;
  /** The value that applies if the option is omitted. */
  default?: Input;
  /** Whether a missing value is an error. */
  required?: boolean;
  /**
   * Whether arguments that set different values are an error; default: `false`, which collects the
   * values of a list and otherwise uses the last value.
   */
  once?: boolean;
}

/** Kinds of option whose value is one threshold range. */
export type RangeKind = "range" | "percentRange" | "bytesRange" | "durationRange";

/** Settings of a threshold range. */
export interface RangeSettings extends OptionSettings<RangeInput | LabelledInput> {
  /**
   * Names that may each have a value of their own: `-w used=80%`. A value without a name applies to
   * all others. Each name is usually the label of a value in the perfdata. It must not contain `=`
   * or a comma.
   */
  labels?: readonly string[];
  /**
   * Whether a plain number alerts at this value or less: `20` is the same as `@~:20`. Other ranges
   * keep their meaning. Default: `false`, a plain number alerts above.
   */
  lessIsWorse?: boolean;
}

/** Settings of the pair of options that `option.thresholds()` makes. */
export interface ThresholdSettings {
  /** Kind of both options; default: `range`. */
  kind?: RangeKind;
  /** Default of the option `warning`; by default it has none. */
  warning?: RangeInput | LabelledInput;
  /** Default of the option `critical`; by default it has none. */
  critical?: RangeInput | LabelledInput;
  /** Names that may each have a value of their own, see {@linkcode RangeSettings}. */
  labels?: readonly string[];
  /** Whether a plain number alerts at this value or less, see {@linkcode RangeSettings}. */
  lessIsWorse?: boolean;
}

/** The pair of options that `option.thresholds()` makes. */
export type ThresholdPair<Settings> = {
  /** The option `warning`, `-w`. */
  warning: Option<
    RangeValue<Settings>,
    RangeValueInput<Settings>,
    Settings extends { warning: unknown } ? "default" : "optional"
  >;
  /** The option `critical`, `-c`. */
  critical: Option<
    RangeValue<Settings>,
    RangeValueInput<Settings>,
    Settings extends { critical: unknown } ? "default" : "optional"
  >;
};

/** The value in `run` of a threshold range: a range, or a range for each label. */
export type RangeValue<Settings> = Settings extends
  { labels: readonly (infer Label extends string)[] } ? PerLabel<Label> : Range;

/** The values that a threshold range with these settings accepts when a check is bound. */
export type RangeValueInput<Settings> = Settings extends
  { labels: readonly (infer Label extends string)[] } ? RangeInput | LabelledInput<Label | "*">
  : RangeInput;

/** Threshold ranges by label. A label without a range is missing. */
export type PerLabel<Label extends string = string> = { readonly [Name in Label]?: Range };

/** Input of threshold ranges by label; the one of `"*"` applies to all other labels. */
export type LabelledInput<Label extends string = string> = {
  readonly [Name in Label]?: RangeInput;
};

/** Settings of a numeric option: its limits. */
export interface NumberSettings extends OptionSettings<number | string> {
  /** Minimum value. */
  min?: number;
  /** Maximum value. */
  max?: number;
}

/** Settings of a flag: strings that it accepts as its value. */
export interface FlagSettings extends OptionSettings<boolean> {
  /** Strings that the flag accepts in addition to yes and no. */
  values?: readonly string[];
  /** Description of the values for the error message; default: yes, no and all `values`. */
  expected?: string;
  /** Names of the options whose values in earlier arguments this flag discards. */
  clears?: readonly string[];
}

/** The strings that a flag with these settings accepts. */
export type FlagValue<Settings> = Settings extends { values: readonly (infer V extends string)[] }
  ? V
  : never;

/** Settings of a string option: its pattern and maximum length. */
export interface TextSettings extends OptionSettings<string> {
  /** Pattern that the whole string must match. */
  pattern?: RegExp;
  /** Description of the pattern for the error message, such as `a percentage or a size`. */
  expected?: string;
  /** Maximum number of characters; default: 1,024. */
  maxLength?: number;
}

/** Settings of a list: the settings of its strings, and how arguments set it. */
export interface ListSettings extends Omit<TextSettings, "default"> {
  /** The value that applies if the option is omitted. */
  default?: string | readonly string[];
  /**
   * Whether a string is split at its commas; default: `true`. With `false`, arguments set several
   * strings by repeating the option.
   */
  split?: boolean;
}

/** Settings of a secret. Arguments cannot set it, so it has no letter. */
export type SecretSettings = Omit<OptionSettings<SecretSource>, "short" | "once">;

/** An option as plain data, as it is in the manifest. */
export interface OptionSpec {
  /** Kind of the option. */
  readonly kind: OptionKind;
  /** Meaning of the option. */
  readonly description: string;
  /** The letter or digit of the option, as in `-w`. */
  readonly short?: string;
  /** The default value, as it was written. */
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
  /** The strings that `oneOf` or a flag accepts. */
  readonly values?: readonly string[];
  /** Whether a string is split at its commas into a list; default: `true`. */
  readonly split?: boolean;
  /** Whether arguments that set different values are an error; default: `false`. */
  readonly once?: boolean;
  /** Name of the list for whose items the option has a value each, see {@linkcode PerItem}. */
  readonly per?: string;
  /** Names of the options whose values in earlier arguments this flag discards. */
  readonly clears?: readonly string[];
  /** Names that may each have a value of their own, see {@linkcode RangeSettings}. */
  readonly labels?: readonly string[];
  /** Whether a plain number alerts at this value or less, see {@linkcode RangeSettings}. */
  readonly lessIsWorse?: boolean;
}

/**
 * Values of an option by the items of a list. The value of `"*"` applies to all items that have no
 * value of their own; it is missing if the option is not set for them.
 */
export type PerItem<Value> = Readonly<Record<string, Value>>;

/** An option with two types: of the value in `run`, and of the input when a check is bound. */
export interface Option<Value, Input, Presence extends OptionPresence> extends OptionSpec {
  /** Types for the compiler; undefined at run time. */
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
