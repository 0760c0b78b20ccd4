import type { PluginOutput } from "../nagios/plugin_output.ts";
import { parseArguments } from "./arguments.ts";
import type { CheckCommand, CheckContext } from "./define_check.ts";
import { parseOptions } from "./parse_option.ts";
import { explainRefusal } from "./refusal.ts";
import { type CheckResult, presentResult } from "./result.ts";

/** A function that is a command without options and permissions. */
export type BareFunction = (args: string[]) => CheckResult | string | Promise<CheckResult | string>;

/** What went wrong inside a check, for the log: never for the wire. */
export interface CheckFailure {
  /** The answer, with the reason on its first line. */
  output: PluginOutput;
  /** The stack of what was thrown. */
  stack?: string;
}

/**
 * Runs a check or a bare function here, in this realm, with whatever this realm may do. The one
 * place where failure becomes UNKNOWN.
 *
 * @param command the check, bound, or the function
 * @param args arguments from the wire or the command line
 * @param context what the check is given beside its options
 * @returns what the check says, or why it could not
 */
export async function executeCheck(
  command: CheckCommand | BareFunction,
  args: readonly string[],
  context: CheckContext,
): Promise<CheckFailure> {
  try {
    if (!("kind" in command)) return { output: presentResult(await command([...args])) };
    const { definition, values: bound } = command;
    const specs = definition.options ?? {};
    const given = parseArguments(args, specs);
    const { values, faults } = parseOptions(specs, { ...bound, ...given.values });
    const messages = [
      ...given.faults,
      ...faults.map(({ option, message }) => `Option "${option}": ${message}`),
    ];
    if (messages.length > 0) return unknown(messages.join("\n"));
    return { output: presentResult(await definition.run(values, context)) };
  } catch (error) {
    try {
      return failure(error);
    } catch {
      // What was thrown throws when it is looked at.
      return unknown("Threw an error that cannot be read");
    }
  }
}

function failure(error: unknown): CheckFailure {
  if (!(error instanceof Error)) return unknown(`Threw ${describe(error)}`);
  const message = explainRefusal(error) ?? (error.message || error.name);
  return { ...unknown(describe(message)), ...(error.stack && { stack: describe(error.stack) }) };
}

// A value that cannot be written would throw once more, past the one place that answers for it.
function describe(value: unknown): string {
  try {
    return String(value);
  } catch {
    return typeof value;
  }
}

function unknown(message: string): CheckFailure {
  const [output = "", ...rest] = message.split("\n");
  return { output: presentResult({ state: "UNKNOWN", output, longOutput: rest.join("\n") }) };
}
