import type { CheckCommand } from "../check/define_check.ts";
import type { BareFunction } from "../check/execute.ts";

/**
 * Puts the host's option values over those that a check is bound to.
 *
 * @param command the command as the agent has it
 * @param values the host's option values; undefined where it says none
 * @returns the command to run
 */
export function withHostValues(
  command: CheckCommand | BareFunction,
  values: Readonly<Record<string, unknown>> | undefined,
): CheckCommand | BareFunction {
  if (values === undefined || !("kind" in command)) return command;
  const { kind, definition, settings } = command;
  return { kind, definition, settings, values: { ...command.values, ...values } };
}
