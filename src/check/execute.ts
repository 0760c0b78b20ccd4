import { type Answer, failure } from "./answer.ts";
import { parseArguments } from "./arguments.ts";
import type { CheckCommand, CheckContext } from "./define_check.ts";
import { parseOptions } from "./parse_option.ts";
import { explainRefusal, refusalOf } from "./refusal.ts";
import { type CheckResult, presentResult, unknown } from "./result.ts";

/** A function that is a command without options and permissions. */
export type BareFunction = (args: string[]) => CheckResult | string | Promise<CheckResult | string>;

/**
 * Runs a check or a bare function here, in this realm, with whatever this realm may do. The one
 * place where failure becomes UNKNOWN.
 *
 * @param command the check, bound, or the function
 * @param args arguments from the wire or the command line
 * @param context what the check is given beside its options
 * @returns the result of the check, or UNKNOWN with the error; the reason is the stack
 */
export async function executeCheck(
  command: CheckCommand | BareFunction,
  args: readonly string[],
  context: CheckContext,
): Promise<Answer> {
  try {
    return { output: presentResult(await start(command, args, context)), outcome: "done" };
  } catch (error) {
    try {
      return failureOf(error);
    } catch {
      // What was thrown throws when it is looked at.
      return failure("done", "Threw an error that cannot be read");
    }
  }
}

function start(
  command: CheckCommand | BareFunction,
  args: readonly string[],
  context: CheckContext,
): ReturnType<BareFunction> {
  if (!("kind" in command)) return command([...args]);
  const { definition, values: bound } = command;
  const specs = definition.options ?? {};
  const given = parseArguments(args, specs);
  const { values, faults } = parseOptions(specs, { ...bound, ...given.values });
  const messages = [
    ...given.faults,
    ...faults.map(({ option, message }) => `Option "${option}": ${message}`),
  ];
  // Without a stack: the arguments are wrong, not the code.
  if (messages.length > 0) return unknown(messages.join("\n"));
  return definition.run(values, context);
}

function failureOf(error: unknown): Answer {
  if (!(error instanceof Error)) return failure("done", `Threw ${describe(error)}`);
  const refusal = refusalOf(error);
  const message = refusal ? explainRefusal(refusal, error.message) : error.message || error.name;
  return failure("done", describe(message), undefined, {
    reason: error.stack && describe(error.stack),
    refusal,
  });
}

// A value that cannot be written would throw once more, past the one place that answers for it.
function describe(value: unknown): string {
  try {
    return String(value);
  } catch {
    return typeof value;
  }
}
