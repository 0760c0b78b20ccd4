import { type Answer, failure } from "./answer.ts";
import { parseArguments } from "./arguments.ts";
import { canonicalOptions } from "./canonical_options.ts";
import type { OpenedState } from "./check_state.ts";
import type { CheckCommand, CheckContext } from "./define_check.ts";
import { parseOptions } from "./parse_option.ts";
import { overrideValues } from "./per_item.ts";
import { explainRefusal, refusalOf } from "./refusal.ts";
import { type CheckResult, presentResult, unknown } from "./result.ts";
import { NO_VAULT, type SecretSource, type Vault } from "./vault.ts";

/** A function as a command. It has no options and no permissions. */
export type BareFunction = (args: string[]) => CheckResult | string | Promise<CheckResult | string>;

/** The context of a check, without its state. */
export type StatelessContext = Omit<CheckContext, "state">;

/**
 * Opens the state of a run.
 *
 * @param options returns the text that identifies the state of a command, see
 * {@linkcode canonicalOptions}
 */
export type OpenState = (options: () => string) => OpenedState | Promise<OpenedState>;

/**
 * Runs a check or a bare function in the current realm, with the permissions of that realm. This is
 * the only place that turns an error of a check into UNKNOWN.
 *
 * @param command the bound check or the function
 * @param args arguments from the wire or the command line
 * @param context the second argument of `run`, without the state
 * @param vault reads the secrets of the check
 * @param open opens the state; without it, the context has no state
 * @returns the result of the check, or UNKNOWN with the error; its property `reason` is the stack. It
 * contains no secret that the vault has read
 */
export async function executeCheck(
  command: CheckCommand | BareFunction,
  args: readonly string[],
  context: StatelessContext,
  vault: Vault = NO_VAULT,
  open?: OpenState,
): Promise<Answer> {
  return withoutSecrets(await execute(command, args, context, vault, open), vault);
}

async function execute(
  command: CheckCommand | BareFunction,
  args: readonly string[],
  context: StatelessContext,
  vault: Vault,
  open: OpenState | undefined,
): Promise<Answer> {
  const run: { opened?: OpenedState } = {};
  try {
    const result = start(command, args, context, vault, open, (opened) => run.opened = opened);
    const output = presentResult(await result);
    // An error in the check or in its result must not change the state.
    run.opened?.commit((json) => requireNoSecret(json, vault));
    return { output, outcome: "done" };
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
  context: StatelessContext,
  vault: Vault,
  open: OpenState | undefined,
  keep: (state: OpenedState) => void,
): ReturnType<BareFunction> {
  if (!("kind" in command)) return command([...args]);
  const { definition, values: bound } = command;
  const specs = definition.options ?? {};
  const given = parseArguments(args, specs);
  const parse = () => parseOptions(specs, overrideValues(bound, given.values));
  const { values, errors } = parse();
  const messages = [
    ...given.errors,
    ...errors.map(({ option, message }) => `Option "${option}": ${message}`),
  ];
  // The error is returned and not thrown, so that its stack is not logged: the arguments are wrong,
  // not the code.
  if (messages.length > 0) return unknown(messages.join("\n"));
  const secrets = Object.keys(values).filter((name) => specs[name]!.kind === "secret");

  function run(context: CheckContext): ReturnType<BareFunction> {
    return secrets.length === 0
      ? definition.run(values, context)
      : readSecrets(values, secrets, vault).then((complete) => definition.run(complete, context));
  }
  function runWith(opened: OpenedState): ReturnType<BareFunction> {
    keep(opened);
    return run({ ...context, state: opened.state });
  }
  if (open === undefined) return run(context as CheckContext);
  // The check may change the values that it receives. So they are parsed again, when they are needed.
  // They contain the place of a secret, not the secret.
  const opening = open(() => canonicalOptions(parse().values));
  return opening instanceof Promise ? opening.then(runWith) : runWith(opening);
}

function requireNoSecret(json: string, vault: Vault): void {
  if (vault.scrub(json) !== json) throw new Error("Cannot store a state that contains a secret");
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
