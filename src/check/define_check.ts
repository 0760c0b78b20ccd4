import type { Option, OptionPresence } from "./option.ts";
import type { Permissions } from "./declared_permissions.ts";
import type { CheckResult } from "./result.ts";

/** The options of a check, by name. */
// deno-lint-ignore no-explicit-any -- each option has types of its own
export type Options = Readonly<Record<string, Option<any, any, OptionPresence>>>;

/** What `run` sees: each option's typed value; undefined where it may be left out. */
export type OptionValues<O extends Options> = {
  [Name in keyof O]: O[Name] extends Option<infer Value, infer _Input, infer Presence>
    ? Presence extends "optional" ? Value | undefined : Value
    : never;
};

/** The names of the options that a binding must give. */
export type RequiredOptions<O extends Options> = {
  [Name in keyof O]: O[Name] extends Option<infer _Value, infer _Input, "required"> ? Name : never;
}[keyof O];

/** What a binding may give for one option. */
export type OptionInput<T> = T extends Option<infer _Value, infer Input, infer _Presence> ? Input
  : never;

/** What a binding takes: each option typed, or the text that a person would type. */
export type OptionInputs<O extends Options> = [keyof O] extends [never] ? Record<string, never>
  :
    & { [Name in RequiredOptions<O>]: OptionInput<O[Name]> }
    & { [Name in Exclude<keyof O, RequiredOptions<O>>]?: OptionInput<O[Name]> | undefined };

/** What a check is given beside its options. */
export interface CheckContext {
  /** Aborted at the deadline. */
  readonly signal: AbortSignal;
  /** The name of this host. */
  readonly hostname: string;
  /** Where the files of /proc are; `/proc` itself can't be read inside a sandbox. */
  readonly procfs: string;
  /** Writes one event to the daemon's log, never to the wire. */
  log(message: string): void;
}

/** Settings that any command may have. */
export interface CommandSettings {
  /** After this long the command is ended: `"5s"`. The agent's where left out. */
  timeout?: string;
  /** Whether arguments from the wire are taken; no, where neither this nor the agent says so. */
  acceptArguments?: boolean;
  /** `worker`: permissions are bounded. `process`: CPU and memory too, in a child of its own. */
  isolation?: "worker" | "process";
  /** How many may run at once. */
  maxConcurrent?: number;
  /** How long the last result answers for the next: `"30s"`. */
  cache?: string;
  /**
   * Omit the command if a program that it starts is missing when the agent is loaded: the executable
   * of a plugin, one of a check's `permissions.run`. So one agent serves hosts that have different
   * programs. A query for an omitted command is answered with UNKNOWN and the reason. Without it, a
   * missing program is an error of the agent.
   */
  optional?: boolean;
}

/** Settings that a check may have beside those of any command. */
export interface CheckSettings extends CommandSettings {
  /**
   * `shared`: checks that declare the same permissions and have the same isolation run in one warm
   * sandbox, and see each other's module state; so where left out. `own`: this command has a sandbox
   * that no other command runs in.
   */
  sandbox?: "shared" | "own";
}

/** What {@linkcode defineCheck} takes. */
export interface CheckDefinition<O extends Options> {
  /** What the check watches, in one line. */
  description: string;
  /** Its options by name, in the order that positional arguments have. */
  options?: O;
  /** What it may touch; nothing where left out. */
  permissions?: Permissions | ((options: OptionValues<O>) => Permissions);
  /** Acquires, and says what it found; a throw is UNKNOWN with the message. */
  run(
    options: OptionValues<O>,
    context: CheckContext,
  ): CheckResult | string | Promise<CheckResult | string>;
}

/** A check bound to option values: a command as data. */
export interface CheckCommand {
  /** What kind of command this is. */
  readonly kind: "check";
  /** The check. */
  // deno-lint-ignore no-explicit-any -- commands of all checks stand side by side
  readonly definition: CheckDefinition<any>;
  /** The option values of this binding, as written. */
  readonly values: Readonly<Record<string, unknown>>;
  /** How it is run. */
  readonly settings: CheckSettings;
}

/** A check: call it with option values and settings for a command; unbound it is one already. */
export interface Check<O extends Options = Options> extends CheckCommand {
  /**
   * Binds the check.
   *
   * @param values option values, typed or as text
   * @param settings how the command is run
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
 * @param definition what it watches, takes, touches and does
 * @returns the check; call it to bind option values, or use it as a command as it is
 *
 * @example
 * ```ts
 * import { defineCheck, option, testCheck } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * const temperature = defineCheck({
 *   description: "Temperature of the room",
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
