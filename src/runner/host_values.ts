import type { CheckCommand } from "../check/define_check.ts";
import type { BareFunction } from "../check/execute.ts";

/**
 * Overrides the option values of a command with the option values of the host.
 *
 * @param command the command of the agent
 * @param values the host's option values; undefined if the host sets none
 * @returns the command with the merged values
 */
export function withHostValues(
  command: CheckCommand | BareFunction,
  values: Readonly<Record<string, unknown>> | undefined,
): CheckCommand | BareFunction {
  if (values === undefined || !("kind" in command)) return command;
  const { kind, definition, settings } = command;
  return { kind, definition, settings, values: { ...command.values, ...values } };
}
