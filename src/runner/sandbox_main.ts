/**
 * The program inside a sandbox (worker or process). It is evaluated before the agent's module,
 * hardens the realm, and holds the connection to the host. User code can reach neither the
 * connection nor its messages. Everything that is used while user code runs is either frozen
 * (freeze.ts) or bound here.
 */
import { describeAgent } from "../agent/describe_agent.ts";
import { MAX_TEXT, readAnswer } from "../check/answer.ts";
import { openState } from "../check/check_state.ts";
import { executeCheck, type OpenState } from "../check/execute.ts";
import { collectUndeclared } from "../check/process_environment.ts";
import { explainRefusal, refusalOf } from "../check/refusal.ts";
import { freezeRealm } from "./freeze.ts";
import { guardFinalizers } from "./harden_finalizers.ts";
import { hardenProcess, hardenWorker } from "./harden.ts";
import { withHostValues } from "./host_values.ts";
import { copyCommands } from "./own_commands.ts";
import type { FromSandbox, RealmFacts, ToSandbox } from "./messages.ts";
import { createVault } from "../check/vault.ts";
import { readSecret } from "./read_secret.ts";
import type { NewState } from "./state_store.ts";
import type { Print } from "./null_streams.ts";
import { BUNDLE_NAME } from "./bundle_name.ts";

/** The connection to the host of the sandbox. */
export interface Host {
  send(message: FromSandbox): void;
  listen(receive: (message: ToSandbox) => void): void;
  /** Removes from this realm the functions that user code must not use. */
  harden(print: Print, undeclared: (name: string) => void): void;
}

interface WorkerScope {
  postMessage(message: [token: string, message: FromSandbox]): void;
  addEventListener(
    type: "message",
    listener: (event: MessageEvent<unknown>) => void,
    options: { capture: true },
  ): void;
}

/**
 * Connects to the host of a worker. Its first message contains the token that all other messages
 * contain, in both directions.
 *
 * @returns the host, when the token has arrived
 */
export function workerHost(): Promise<Host> {
  const scope = globalThis as unknown as WorkerScope;
  const post = scope.postMessage.bind(scope);
  const host = Promise.withResolvers<Host>();
  let token: string | undefined;
  let receive: (message: ToSandbox) => void;

  // This listener is registered before any listener of user code. So user code never receives our
  // messages.
  scope.addEventListener("message", (event) => {
    const { data } = event;
    if (token === undefined) {
      const first = data as { token: string; facts: RealmFacts };
      token = first.token;
      event.stopImmediatePropagation();
      return host.resolve({
        send: (message) => post([token!, message]),
        listen: (to) => receive = to,
        harden: (print, undeclared) => hardenWorker(print, first.facts, undeclared),
      });
    }
    if (!Array.isArray(data) || data[0] !== token) return;
    event.stopImmediatePropagation();
    receive(data[1]);
  }, { capture: true });
  return host.promise;
}

/**
 * Connects to the host of a process over its standard streams. Output of user code goes to the log.
 *
 * @param input standard input after the line of code
 * @param rest the part of it that was already read
 * @param token distinguishes our messages from output of user code
 * @param facts data about this realm from the host
 */
export function streamHost(
  input: ReadableStreamDefaultReader<string>,
  rest: string,
  token: string,
  facts: RealmFacts,
): Host {
  const encoder = new TextEncoder();
  const encode = encoder.encode.bind(encoder);
  const write = Deno.stdout.writeSync.bind(Deno.stdout);
  const read = input.read.bind(input);
  const exit = Deno.exit;
  return {
    send(message) {
      // The text starts with a line break, so that an unfinished line of the runtime cannot hide
      // the message.
      const bytes = encode(`\n${token}${JSON.stringify(message)}\n`);
      for (let at = 0; at < bytes.length;) at += write(bytes.subarray(at));
    },
    async listen(receive) {
      for (let text = rest;;) {
        const lines = text.split("\n");
        text = lines.pop()!;
        for (const line of lines) receive(JSON.parse(line));
        const { value, done } = await read();
        if (done) exit(0);
        text += value;
      }
    },
    harden: (print, undeclared) => hardenProcess(print, facts, undeclared),
  };
}

/** The maximum number of log messages of one run, and the maximum length of each. */
const maxLogged = 64;
const maxLoggedCharacters = 4_096;

type RunMessage = ToSandbox & { type: "run" };

/**
 * Evaluates the agent's module and then serves the host's messages.
 *
 * @param load imports the module
 * @param host the connection to the host
 * @param module the URL of the module, which stacks contain
 */
export async function serveSandbox(
  load: () => Promise<{ default?: unknown }>,
  { send, listen, harden }: Host,
  module: string,
): Promise<void> {
  const named = (text: string) => text.replaceAll(module, BUNDLE_NAME);
  const running = new Map<number, { command: string; abort: AbortController }>();
  const vault = createVault(readSecret);
  const awaited = new Map<number, (json: string | null) => void>();
  let printed = 0;

  function log(command: string, count: number, message: unknown): void {
    if (count > maxLogged) return;
    const text = count === maxLogged
      ? `${maxLogged} messages were logged; further messages of this run are dropped`
      : vault.scrub(named(String(message))).slice(0, maxLoggedCharacters);
    send({ type: "log", command, message: text });
  }

  // All commands share the console. If exactly one command runs, the output is attributed to it.
  function print(text: string): void {
    const commands = [...running.values()].map(({ command }) => command);
    log(commands.length === 1 ? commands[0]! : "console", printed++, text);
  }

  const undeclared = collectUndeclared();
  const explainUndeclared = (log: Print) => {
    const line = undeclared.explain();
    if (line !== undefined) log(line);
  };

  harden(print, undeclared.add);
  surviveStrayErrors(print);
  freezeRealm();
  let agent: unknown;
  let commands: ReturnType<typeof copyCommands>;
  try {
    agent = (await load()).default;
    commands = copyCommands(agent);
    // All modules of the agent were evaluated, not only those of one check.
    undeclared.explain();
  } catch (error) {
    explainUndeclared(print);
    return send({ type: "unfit", reason: describeError(error) + named(firstPlace(error, module)) });
  }

  function askForState(id: number, options: string): Promise<string | null> {
    const { promise, resolve } = Promise.withResolvers<string | null>();
    awaited.set(id, resolve);
    send({ type: "state", id, options });
    return promise;
  }

  async function run({ id, command: name, args, context, stored }: RunMessage): Promise<void> {
    const abort = new AbortController();
    running.set(id, { command: name, abort });
    let logged = 0;
    printed = 0;
    const { values, namesVariables, ...shared } = context;
    const result: { newState?: NewState } = {};
    const open: OpenState = (options) => {
      const opened = (json: string | null) =>
        openState(json, (next) => result.newState = { options: options(), json: next });
      return stored ? askForState(id, options()).then(opened) : opened(null);
    };
    const answer = await executeCheck(
      withHostValues(commands.get(name)!, values),
      args,
      { ...shared, signal: abort.signal, log: (text) => log(name, logged++, text) },
      vault,
      open,
    );
    running.delete(id);
    // A variable that is not declared may be the reason. Most of those that libraries read are not.
    if (namesVariables || answer.output.state === "UNKNOWN") {
      explainUndeclared((text) => log(name, logged++, text));
    }
    const { reason, ...known } = readAnswer(answer)!;
    send({
      ...{ type: "done", id, ...known, ...result },
      ...(reason !== undefined && { reason: withoutOwnCalls(named(reason)) }),
    });
  }

  listen((message) => {
    if (message.type === "run") run(message);
    else if (message.type === "describe") {
      send({ type: "described", agent: describeAgent(agent, message.host) });
    } else if (message.type === "state") {
      awaited.get(message.id)?.(message.json);
      awaited.delete(message.id);
    } else if (message.type === "prove") send({ type: "free" });
    else {
      // This is sent before the check is notified. The host needs to know only that this thread
      // responds.
      send({ type: "aborted" });
      const reason = new DOMException("The deadline has passed", "TimeoutError");
      running.get(message.id)?.abort.abort(reason);
    }
  });
  send({ type: "ready" });
}

function describeError(error: unknown): string {
  try {
    const known = error instanceof Error ? error : new Error(String(error));
    const refusal = refusalOf(known);
    const text = refusal?.kind === "import"
      ? explainRefusal(refusal, known.message)
      : `${known.name}: ${known.message}`;
    return text.slice(0, MAX_TEXT);
  } catch {
    return "The thrown value cannot be shown";
  }
}

/** A line of a stack for a call in a module of this sandbox. */
const call = /^ {4}at (?:.*\()?blob:null\/[\w-]+:\d+:\d+\)?$/;

/** Returns the first line of the stack in the agent's module, after a line break. */
function firstPlace(error: unknown, module: string): string {
  try {
    const { stack } = error as Error;
    const line = String(stack).split("\n").find((line) => line.includes(module));
    return line === undefined ? "" : `\n${line}`;
  } catch {
    return "";
  }
}

/** Removes the calls of the program inside the sandbox, and everything below those of the agent. */
function withoutOwnCalls(stack: string): string {
  const lines = stack.split("\n");
  const end = lines.findLastIndex((line) => line.includes(BUNDLE_NAME));
  const kept = end < 0 ? lines : lines.slice(0, end + 1);
  return kept.filter((line) => !call.test(line)).join("\n");
}

// An error in a timer or in a promise that is not awaited would end the sandbox and every other
// check in it. It is logged instead. User code can run while the error is read, for example in a
// getter. So it is read later: if an error were reported while another one is reported, the runtime
// would end the sandbox.
function surviveStrayErrors(print: Print): void {
  const later = queueMicrotask;
  const report = (error: unknown) => later(() => print(`Uncaught error: ${describeError(error)}`));
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    report(event.error);
  }, { capture: true });
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    report(event.reason);
  }, { capture: true });
  Object.defineProperty(globalThis, "reportError", { value: (error: unknown) => report(error) });
  guardFinalizers(report);
}
