import type { Range } from "../nagios/range.ts";
import type {
  Exactly,
  FlagSettings,
  FlagValue,
  ListSettings,
  NumberSettings,
  Option,
  OptionPresence,
  OptionSettings,
  PerItem,
  PresenceOf,
  RangeInput,
  RangeSettings,
  RangeValue,
  RangeValueInput,
  SecretSettings,
  TextSettings,
  ThresholdPair,
  ThresholdSettings,
} from "./option_types.ts";
import type { SecretSource } from "./vault.ts";

/** The constructors of options, one for each kind. */
export interface OptionKinds {
  /**
   * A threshold range of the plugin guidelines; `run` receives a {@linkcode Range}.
   *
   * `10` alerts outside 0 to 10, `10:` below 10, `~:10` above 10, `10:20` outside 10 to 20, and
   * `@10:20` inside 10 to 20. Both ends belong to the range.
   *
   * With `labels`, each label may have a range of its own: `-w jobs=100,mail=5`. A range without a
   * label applies to all others. `run` receives a map of ranges by label, which `judge()` accepts.
   *
   * @example
   * ```ts
   * import { option } from "@checkwright/checkwright";
   *
   * option.range({ short: "w", description: "Warn outside this range, in bits", default: "200:" });
   * ```
   */
  range<const S extends RangeSettings>(
    settings: Exactly<S, RangeSettings>,
  ): Option<RangeValue<S>, RangeValueInput<S>, PresenceOf<S>>;
  /**
   * A threshold range of percentages from 0% to 100%, such as `80%`, `80%:` or `10:20%`. The `%` may
   * be omitted. `run` receives a {@linkcode Range} in percent. It may have `labels`, as `range` has.
   *
   * @example
   * ```ts
   * import { defineCheck, judge, option, testCheck } from "@checkwright/checkwright";
   * import { assertEquals } from "@std/assert";
   *
   * const disk = defineCheck({
   *   description: "Used space and inodes",
   *   options: {
   *     warning: option.percentRange({
   *       short: "w",
   *       description: "Warn outside this range",
   *       labels: ["space", "inodes"],
   *     }),
   *   },
   *   run: ({ warning }) => ({
   *     output: "disk",
   *     ...judge([
   *       { label: "space", value: 85, uom: "%", warning },
   *       { label: "inodes", value: 85, uom: "%", warning },
   *     ]),
   *   }),
   * });
   * const { text } = await testCheck(disk, { args: ["-w", "90%", "-w", "space=80%"] });
   * assertEquals(text, "disk|space=85%;80 inodes=85%;90");
   * ```
   */
  percentRange<const S extends RangeSettings>(
    settings: Exactly<S, RangeSettings>,
  ): Option<RangeValue<S>, RangeValueInput<S>, PresenceOf<S>>;
  /**
   * A threshold range of sizes, such as `10GB`, `500M:` or `1G:2GiB`; `run` receives a
   * {@linkcode Range} in bytes. The units are those of `bytes`. It may have `labels`, as `range`
   * has.
   *
   * @example
   * ```ts
   * import { option } from "@checkwright/checkwright";
   *
   * option.bytesRange({ short: "w", description: "Warn outside this size", default: "1kB:10MB" });
   * ```
   */
  bytesRange<const S extends RangeSettings>(
    settings: Exactly<S, RangeSettings>,
  ): Option<RangeValue<S>, RangeValueInput<S>, PresenceOf<S>>;
  /**
   * A threshold range of durations, such as `10m`, `1h30m:` or `~:2h`; `run` receives a
   * {@linkcode Range} in seconds. The units are those of `duration`. It may have `labels`, as
   * `range` has.
   *
   * @example
   * ```ts
   * import { option } from "@checkwright/checkwright";
   *
   * option.durationRange({ short: "w", description: "Warn outside this age", default: "26h" });
   * ```
   */
  durationRange<const S extends RangeSettings>(
    settings: Exactly<S, RangeSettings>,
  ): Option<RangeValue<S>, RangeValueInput<S>, PresenceOf<S>>;
  /**
   * The usual pair of options: `warning` (`-w`) and `critical` (`-c`), both threshold ranges.
   * `validate` warns of a command that can never alert because neither of them is set, and of a
   * warning that has no effect because the critical threshold alerts first.
   *
   * @param what the value that is compared, for the descriptions: `the number of users`
   * @param settings the kind and the defaults of both options, and their further settings
   * @returns both options
   *
   * @example
   * ```ts
   * import { defineCheck, judge, option, testCheck } from "@checkwright/checkwright";
   * import { assertEquals } from "@std/assert";
   *
   * const backup = defineCheck({
   *   description: "Age of the newest backup",
   *   options: option.thresholds("the age", { kind: "durationRange", warning: "26h" }),
   *   permissions: { read: ["/var/backups/newest.tar"] },
   *   async run({ warning, critical }) {
   *     const { mtime } = await Deno.stat("/var/backups/newest.tar");
   *     const value = (Date.now() - mtime!.getTime()) / 1000;
   *     return { output: "backup", ...judge({ label: "age", value, uom: "s", warning, critical }) };
   *   },
   * });
   *
   * const now = "2026-03-01T12:00:00Z";
   * const read = { "/var/backups/newest.tar": { mtime: new Date("2026-03-01T10:00:00Z") } };
   * assertEquals(await testCheck(backup, { args: ["-c", "90m"], read, now }), {
   *   state: "CRITICAL",
   *   text: "backup|age=7200s;93600;5400",
   * });
   * ```
   */
  thresholds<const S extends ThresholdSettings = Record<never, never>>(
    what: string,
    settings?: Exactly<S, ThresholdSettings>,
  ): ThresholdPair<S>;
  /**
   * Several threshold ranges, separated by commas; `run` receives a list of at most 256.
   *
   * @example
   * ```ts
   * import { option } from "@checkwright/checkwright";
   *
   * option.ranges({ short: "w", description: "Warn outside, for 1, 5, 15 minutes", default: "5,4,3" });
   * ```
   */
  ranges<const S extends OptionSettings<string | number | readonly RangeInput[]>>(
    settings: Exactly<S, OptionSettings<string | number | readonly RangeInput[]>>,
  ): Option<Range[], string | number | readonly RangeInput[], PresenceOf<S>>;
  /**
   * A number, such as `-1.5` or `1e3`, from `min` to `max` if they are set.
   *
   * @example
   * ```ts
   * import { option } from "@checkwright/checkwright";
   *
   * option.number({ description: "Factor of the forecast", min: 0, default: 1.5 });
   * ```
   */
  number<const S extends NumberSettings>(
    settings: Exactly<S, NumberSettings>,
  ): Option<number, number | string, PresenceOf<S>>;
  /**
   * A whole number, from `min` to `max` if they are set.
   *
   * @example
   * ```ts
   * import { option } from "@checkwright/checkwright";
   *
   * option.integer({ description: "Number of attempts", min: 1, max: 10, default: 3 });
   * ```
   */
  integer<const S extends NumberSettings>(
    settings: Exactly<S, NumberSettings>,
  ): Option<number, number | string, PresenceOf<S>>;
  /**
   * A percentage, such as `20%` or `20`; `run` receives a number from 0 to 100.
   *
   * @example
   * ```ts
   * import { option } from "@checkwright/checkwright";
   *
   * option.percent({ short: "f", description: "Minimum of free space, in percent", default: "10%" });
   * ```
   */
  percent<const S extends OptionSettings<number | string>>(
    settings: Exactly<S, OptionSettings<number | string>>,
  ): Option<number, number | string, PresenceOf<S>>;
  /**
   * A size, such as `10GB` (10,000,000,000) or `512MiB` (536,870,912); `run` receives bytes.
   *
   * @example
   * ```ts
   * import { option } from "@checkwright/checkwright";
   *
   * option.bytes({ description: "Maximum size of the log", default: "512MiB" });
   * ```
   */
  bytes<const S extends OptionSettings<number | string>>(
    settings: Exactly<S, OptionSettings<number | string>>,
  ): Option<number, number | string, PresenceOf<S>>;
  /**
   * A duration, such as `90`, `5m`, `1h30m` or `250ms`; `run` receives seconds.
   *
   * @example
   * ```ts
   * import { option } from "@checkwright/checkwright";
   *
   * option.duration({ short: "w", description: "Warn above this age", default: "26h" });
   * ```
   */
  duration<const S extends OptionSettings<number | string>>(
    settings: Exactly<S, OptionSettings<number | string>>,
  ): Option<number, number | string, PresenceOf<S>>;
  /**
   * A string of at most `maxLength` characters (default: 1,024), which matches `pattern` if it is
   * set.
   *
   * @throws {SyntaxError} if the pattern is invalid in Unicode mode
   *
   * @example
   * ```ts
   * import { option } from "@checkwright/checkwright";
   *
   * option.text({ short: "u", description: "Name of the unit", pattern: /[\w.@-]+/, required: true });
   * ```
   */
  text<const S extends TextSettings>(
    settings: Exactly<S, TextSettings>,
  ): Option<string, string, PresenceOf<S>>;
  /**
   * One of several strings; `run` receives their union type.
   *
   * @example
   * ```ts
   * import { option } from "@checkwright/checkwright";
   *
   * option.oneOf({ description: "Expected state", values: ["up", "down"], default: "up" });
   * ```
   */
  oneOf<
    const V extends string,
    const S extends OptionSettings<NoInfer<V>> & { values: readonly V[] },
  >(
    settings: Exactly<S, OptionSettings<V> & { values: readonly V[] }> & { values: readonly V[] },
  ): Option<V, V, PresenceOf<S>>;
  /**
   * A switch; `run` receives `true` or `false`, by default `false`.
   *
   * As an argument it needs no value: `-v`, `--verbose`, `--verbose=no`. With `values`, it may also
   * have one of these strings as its value, without a space: `-S1.2`, `--ssl=1.2`.
   *
   * @example
   * ```ts
   * import { option } from "@checkwright/checkwright";
   *
   * option.flag({ short: "v", description: "Show every file" });
   * ```
   */
  flag<const S extends FlagSettings>(
    settings: Exactly<S, FlagSettings>,
  ): Option<boolean | FlagValue<S>, boolean | FlagValue<S>, "default">;
  /**
   * Several strings, at most 256: `a,b`, or an option that is repeated, `-x a -x b`. With
   * `split: false` a comma is part of a string, and only a repeated option sets several.
   *
   * @example
   * ```ts
   * import { option } from "@checkwright/checkwright";
   *
   * option.list({ short: "x", description: "Files to ignore", default: ["lost+found"] });
   * ```
   */
  list<const S extends ListSettings>(
    settings: Exactly<S, ListSettings>,
  ): Option<string[], string | readonly string[], PresenceOf<S>>;
  /**
   * A password, a token or a key; `run` receives the value as a string. The agent or a settings file
   * contains only its place: `{ file: "/absolute/path" }`, or `{ env: "NAME" }` for an environment
   * variable. The value is read at each run, without a line break at its end, and must have 4 to
   * 16,384 characters. The check may read this file or variable and need not declare it. Arguments
   * cannot set a secret. In its answer and its log messages, the value is replaced by `***`.
   *
   * @example
   * ```ts
   * import { defineCheck, ok, option, testCheck } from "@checkwright/checkwright";
   * import { assertEquals } from "@std/assert";
   *
   * const login = defineCheck({
   *   description: "Login to the shop",
   *   options: { password: option.secret({ description: "Its password", required: true }) },
   *   run: ({ password }) => ok(`logged in with ${password}`),
   * });
   * const bound = login({ password: { file: "/etc/checkwright/shop-password" } });
   *
   * const { text } = await testCheck(bound, { secrets: { password: "correct horse" } });
   * assertEquals(text, "logged in with ***");
   * ```
   */
  secret<const S extends SecretSettings>(
    settings: Exactly<S, SecretSettings>,
  ): Option<string, SecretSource, PresenceOf<S>>;
  /**
   * An option with a value for each item of a list. In code, the value may be a map by items, in
   * which `"*"` stands for all other items: `{ "*": "20%", "/srv": "5%" }`. In arguments, a value
   * applies to the items that follow it: `-w 20% -p / -w 5% -p /srv`. Arguments without items apply
   * to all items. `run` receives a {@linkcode PerItem}.
   *
   * @param list the name of the list, an option of the same check
   * @param option the option
   * @returns the option with a value for each item
   *
   * @example
   * ```ts
   * import { option } from "@checkwright/checkwright";
   *
   * const options = {
   *   path: option.list({ short: "p", description: "Folders", required: true }),
   *   warning: option.per("path", option.percent({ short: "w", description: "Minimum of space" })),
   * };
   * ```
   */
  per<Value, Input, Presence extends OptionPresence>(
    list: string,
    option: Option<Value, Input, Presence>,
  ): Option<PerItem<Value>, Input | Readonly<Record<string, Input>>, Presence>;
}
