import type { CheckState } from "./check_state.ts";
import type { Option, OptionPresence } from "./option.ts";
import type { Permissions } from "./declared_permissions.ts";
import type { CheckResult } from "./result.ts";

/** The options of a check, by name. */
// deno-lint-ignore no-explicit-any -- each option has types of its own
export type Options = Readonly<Record<string, Option<any, any, OptionPresence>>>;

/** The option values that `run` receives; optional ones without a default may be undefined. */
export type OptionValues<O extends Options> = {
  [Name in keyof O]: O[Name] extends Option<infer Value, infer _Input, infer Presence>
    ? Presence extends "optional" ? Value | undefined : Value
    : never;
};

/** Names of the options that must be set when a check is bound. */
export type RequiredOptions<O extends Options> = {
  [Name in keyof O]: O[Name] extends Option<infer _Value, infer _Input, "required"> ? Name : never;
}[keyof O];

/** Values that one option accepts when a check is bound. */
export type OptionInput<T> = T extends Option<infer _Value, infer Input, infer _Presence> ? Input
  : never;

/** Option values that a check is bound with. Each is a typed value or its text form. */
export type OptionInputs<O extends Options> = [keyof O] extends [never] ? Record<string, never>
  :
    & { [Name in RequiredOptions<O>]: OptionInput<O[Name]> }
    & { [Name in Exclude<keyof O, RequiredOptions<O>>]?: OptionInput<O[Name]> | undefined };

/**
 * The second argument of `run`: the deadline, facts about the host, the state between runs, and the
 * log.
 *
 * @example
 * ```ts
 * import { defineCheck, testCheck } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * const health = defineCheck({
 *   description: "Health of the shop",
 *   permissions: { net: ["127.0.0.1:8080"] },
 *   async run(_options, { signal, log }) {
 *     const response = await fetch("http://127.0.0.1:8080/health", { signal });
 *     log(`status ${response.status}`);
 *     return await response.text();
 *   },
 * });
 *
 * assertEquals((await testCheck(health, { net: { "127.0.0.1:8080": "up" } })).text, "up");
 * ```
 */
export interface CheckContext {
  /** The signal that is aborted at the deadline. */
  readonly signal: AbortSignal;
  /** The name of this host. */
  readonly hostname: string;
  /** Path where /proc is mounted for checks; `/proc` itself cannot be read inside a sandbox. */
  readonly procfs: string;
  /** The value that earlier runs of this command with the same option values have stored. */
  readonly state: CheckState;
  /** Writes one event to the daemon's log. The text is not sent to the engine. */
  log(message: string): void;
}

/** Settings that any command may have. */
export interface CommandSettings {
  /**
   * Duration after which the command is ended, such as `"5s"`; default: the timeout of the agent.
   */
  timeout?: string;
  /** Whether the engine may send arguments; default: the setting of the agent (`false`). */
  acceptArguments?: boolean;
  /** `worker`: permissions are limited. `process`: CPU time and memory are limited, too. */
  isolation?: "worker" | "process";
  /** Maximum number of runs of this command at the same time. */
  maxConcurrent?: number;
  /** Duration for which the last result is returned again, such as `"30s"`. */
  cache?: string;
  /**
   * Whether to omit the command if one of its programs is missing when the agent is loaded: the
   * executable of a plugin, or one of a check's `permissions.run`. One agent can thus serve hosts
   * that have different programs. A query for an omitted command is answered with UNKNOWN and the
   * reason. By default a missing program is an error of the agent.
   */
  optional?: boolean;
}

/** Settings of a check: the settings of any command, and its sandbox. */
export interface CheckSettings extends CommandSettings {
  /**
   * `shared`, the default: checks with the same permissions and the same isolation run in one warm
   * sandbox and share their module state. `own`: no other command runs in the sandbox of this
   * command.
   */
  sandbox?: "shared" | "own";
}

/** The settings of a command that `permissions` and `inspect` of a check receive. */
export interface InspectedCommand {
  /** Whether the command accepts arguments, which may set further option values. */
  readonly acceptArguments: boolean;
}

/** Definition of a check: description, options, permissions and the function to run. */
export interface CheckDefinition<O extends Options> {
  /** Description of the check, in one line. */
  description: string;
  /** The options of the check by name, in the order of positional arguments. */
  options?: O;
  /**
   * The permissions of the check; default: none. A function derives them from the option values. If
   * the command accepts arguments, it can add permissions for values that arguments may set.
   */
  permissions?:
    | Permissions
    | ((options: OptionValues<O>, command: InspectedCommand) => Permissions);
  /**
   * Whether the check also works without its `permissions.proc`. If not, `validate` warns if the
   * agent does not set `procfs`.
   */
  procIsOptional?: boolean;
  /**
   * Whether the check also alerts without a value of its options `warning` and `critical`, for
   * example because it sets the state itself. If not, `validate` warns of a command that can never
   * alert: the agent sets neither of them, and arguments cannot set them.
   */
  alertsWithoutThresholds?: boolean;
  /**
   * Returns warnings about the option values of a command, which `validate` reports: for example
   * that the command cannot alert. It is called when the agent is loaded, without permissions.
   */
  inspect?(options: OptionValues<O>, command: InspectedCommand): readonly string[];
  /** Measures and returns the result. A thrown error becomes UNKNOWN with its message. */
  run(
    options: OptionValues<O>,
    context: CheckContext,
  ): CheckResult | string | Promise<CheckResult | string>;
}

/** A check with option values and settings, ready to be used as a command. */
export interface CheckCommand {
  /** Kind of the command. */
  readonly kind: "check";
  /** Definition of the check. */
  // deno-lint-ignore no-explicit-any -- commands of different checks have one type
  readonly definition: CheckDefinition<any>;
  /** Option values, as they were written. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Settings of the command. */
  readonly settings: CheckSettings;
}

/** A check. Call it with option values and settings to get a command, or use it as a command. */
export interface Check<O extends Options = Options> extends CheckCommand {
  /**
   * Returns a command that runs the check with these option values and settings.
   *
   * @param values option values, typed or as text
   * @param settings settings of the command
   * @returns the command
   */
  (
    ...binding: [RequiredOptions<O>] extends [never]
      ? [values?: OptionInputs<O>, settings?: CheckSettings]
      : [values: OptionInputs<O>, settings?: CheckSettings]
  ): CheckCommand;
}

/**
 * Defines a check: a typed function with typed options and declared permissions.
 *
 * @param definition description, options, permissions and the function to run
 * @returns the check; call it to set option values, or use it as a command
 *
 * @example
 * ```ts
 * import { defineCheck, option, testCheck } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * const temperature = defineCheck({
 *   description: "Room temperature",
 *   options: {
 *     celsius: option.number({ description: "The reading", required: true }),
 *     warning: option.range({ short: "w", description: "Warn outside this range" }),
 *   },
 *   run: ({ celsius, warning }) => ({
 *     output: `${celsius} degrees`,
 *     perfdata: [{ label: "temperature", value: celsius, warning }],
 *   }),
 * });
 *
 * const { state, text } = await testCheck(temperature({ celsius: 31, warning: "18:26" }));
 * assertEquals(state, "WARNING");
 * assertEquals(text, "31 degrees|temperature=31;18:26");
 * ```
 */
export function defineCheck<const O extends Options = Record<never, never>>(
  definition: CheckDefinition<O>,
): Check<O> {
  const bind = (
    values: Record<string, unknown> = {},
    settings: CheckSettings = {},
  ): CheckCommand => ({
    kind: "check",
    definition,
    values,
    settings,
  });
  return Object.assign(bind, bind()) as Check<O>;
}
