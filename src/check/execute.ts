import { type Answer, failure } from "./answer.ts";
import { parseArguments } from "./arguments.ts";
import type { CheckCommand, CheckContext } from "./define_check.ts";
import { parseOptions } from "./parse_option.ts";
import { overrideValues } from "./per_item.ts";
import { explainRefusal, refusalOf } from "./refusal.ts";
import { type CheckResult, presentResult, unknown } from "./result.ts";
import { NO_VAULT, type SecretSource, type Vault } from "./vault.ts";

/** A function as a command. It has no options and no permissions. */
export type BareFunction = (args: string[]) => CheckResult | string | Promise<CheckResult | string>;

/**
 * Runs a check or a bare function in the current realm, with the permissions of that realm. This is
 * the only place that turns an error of a check into UNKNOWN.
 *
 * @param command the bound check or the function
 * @param args arguments from the wire or the command line
 * @param context the second argument of `run`
 * @param vault reads the secrets of the check
 * @returns the result of the check, or UNKNOWN with the error; its property `reason` is the stack. It
 * contains no secret that the vault has read
 */
export async function executeCheck(
  command: CheckCommand | BareFunction,
  args: readonly string[],
  context: CheckContext,
  vault: Vault = NO_VAULT,
): Promise<Answer> {
  return withoutSecrets(await execute(command, args, context, vault), vault);
}

async function execute(
  command: CheckCommand | BareFunction,
  args: readonly string[],
  context: CheckContext,
  vault: Vault,
): Promise<Answer> {
  try {
    return { output: presentResult(await start(command, args, context, vault)), outcome: "done" };
  } catch (error) {
    try {
      return failureOf(error);
    } catch {
      // Reading the thrown value has thrown another error.
      return failure("done", "The check threw a value that cannot be read");
    }
  }
}

function withoutSecrets({ output, reason, refusal, ...answer }: Answer, vault: Vault): Answer {
  const target = refusal?.target;
  return {
    ...answer,
    output: { state: output.state, text: vault.scrub(output.text) },
    ...(reason !== undefined && { reason: vault.scrub(reason) }),
    ...(refusal !== undefined && {
      refusal: { ...refusal, ...(target !== undefined && { target: vault.scrub(target) }) },
    }),
  };
}

function start(
  command: CheckCommand | BareFunction,
  args: readonly string[],
  context: CheckContext,
  vault: Vault,
): ReturnType<BareFunction> {
  if (!("kind" in command)) return command([...args]);
  const { definition, values: bound } = command;
  const specs = definition.options ?? {};
  const given = parseArguments(args, specs);
  const { values, errors } = parseOptions(specs, overrideValues(bound, given.values));
  const messages = [
    ...given.errors,
    ...errors.map(({ option, message }) => `Option "${option}": ${message}`),
  ];
  // The error is returned and not thrown, so that its stack is not logged: the arguments are wrong,
  // not the code.
  if (messages.length > 0) return unknown(messages.join("\n"));
  const secrets = Object.keys(values).filter((name) => specs[name]!.kind === "secret");
  return secrets.length === 0
    ? definition.run(values, context)
    : readSecrets(values, secrets, vault).then((complete) => definition.run(complete, context));
}

// Replaces the places of secrets by their values.
async function readSecrets(
  values: Readonly<Record<string, unknown>>,
  names: readonly string[],
  vault: Vault,
): Promise<Record<string, unknown>> {
  const complete = { ...values };
  for (const name of names) {
    try {
      complete[name] = await vault.read(values[name] as SecretSource);
    } catch (error) {
      if (!(error instanceof Error) || refusalOf(error) !== undefined) throw error;
      throw new Error(`Option "${name}": ${error.message}`);
    }
  }
  return complete;
}

function failureOf(error: unknown): Answer {
  if (!(error instanceof Error)) return failure("done", `Threw ${describe(error)}`);
  const refusal = refusalOf(error);
  const message = refusal ? explainRefusal(refusal, error.message) : error.message || error.name;
  // The runtime adds the number of a system error to its text: "Permission denied (os error 13)".
  const text = describe(message).replaceAll(/ \(os error \d+\)/g, "");
  return failure("done", text, undefined, {
    reason: error.stack && withoutAdvice(describe(error.stack)),
    refusal,
  });
}

// A check gets permissions by its declaration, not by flags of the runtime.
function withoutAdvice(stack: string): string {
  return stack.replace(/, run again with the --allow-\w+ flag/, "");
}

// A value that cannot be converted to a string would throw again, outside the error handling above.
function describe(value: unknown): string {
  try {
    return String(value);
  } catch {
    return typeof value;
  }
}
