/**
 * The program inside a sandbox, be it a worker or a process. It is evaluated before the agent's
 * module, hardens the realm, and holds the way to the host: user code finds neither the way nor the
 * messages. What is in use once user code runs is either frozen (freeze.ts) or bound here.
 */
import type { Agent } from "../agent/define_agent.ts";
import { describeAgent } from "../agent/describe_agent.ts";
import { MAX_TEXT, readAnswer } from "../check/answer.ts";
import { type BareFunction, executeCheck } from "../check/execute.ts";
import type { CheckCommand } from "../check/define_check.ts";
import { explainRefusal, refusalOf } from "../check/refusal.ts";
import { freezeRealm } from "./freeze.ts";
import { hardenProcess, hardenWorker, type Print } from "./harden.ts";
import { withHostValues } from "./host_values.ts";
import type { FromSandbox, RealmFacts, ToSandbox } from "./messages.ts";

/** The way to whoever started the sandbox. */
export interface Host {
  send(message: FromSandbox): void;
  listen(receive: (message: ToSandbox) => void): void;
  /** Takes from this realm what user code must not find. */
  harden(print: Print): void;
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
 * The host of a worker. Its first message holds the token that all others carry, in both directions.
 *
 * @returns the host, when the token is there
 */
export function workerHost(): Promise<Host> {
  const scope = globalThis as unknown as WorkerScope;
  const post = scope.postMessage.bind(scope);
  const host = Promise.withResolvers<Host>();
  let token: string | undefined;
  let receive: (message: ToSandbox) => void;

  // Before any listener of user code, which hears nothing of what is not for it.
  scope.addEventListener("message", (event) => {
    const { data } = event;
    if (token === undefined) {
      const first = data as { token: string; facts: RealmFacts };
      token = first.token;
      event.stopImmediatePropagation();
      return host.resolve({
        send: (message) => post([token!, message]),
        listen: (to) => receive = to,
        harden: (print) => hardenWorker(print, first.facts),
      });
    }
    if (!Array.isArray(data) || data[0] !== token) return;
    event.stopImmediatePropagation();
    receive(data[1]);
  }, { capture: true });
  return host.promise;
}

/**
 * The host of a process, over its standard streams. What user code prints goes to the log.
 *
 * @param input standard input behind the code
 * @param rest what was read of it already
 * @param token tells our messages from what user code may print
 * @param facts what the host says of this realm
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
      const bytes = encode(`${token}${JSON.stringify(message)}\n`);
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
    harden: (print) => hardenProcess(print, facts),
  };
}

/** How many messages a command may log in one run, and how long each is. */
const maxLogged = 64;
const maxLoggedCharacters = 4_096;

type RunMessage = ToSandbox & { type: "run" };

/**
 * Evaluates the agent's module, and answers the host from then on.
 *
 * @param load imports the module
 * @param host who asks
 */
export async function serveSandbox(
  load: () => Promise<{ default?: unknown }>,
  { send, listen, harden }: Host,
): Promise<void> {
  const running = new Map<number, { command: string; abort: AbortController }>();
  let printed = 0;

  function log(command: string, count: number, message: unknown): void {
    if (count > maxLogged) return;
    const text = count === maxLogged
      ? `It has logged ${maxLogged} messages; the rest is dropped`
      : String(message).slice(0, maxLoggedCharacters);
    send({ type: "log", command, message: text });
  }

  // The console belongs to all; where one command runs, it is that one's.
  function print(text: string): void {
    const commands = [...running.values()].map(({ command }) => command);
    log(commands.length === 1 ? commands[0]! : "console", printed++, text);
  }

  harden(print);
  surviveStrayErrors(print);
  freezeRealm();
  let agent: unknown;
  try {
    agent = (await load()).default;
  } catch (error) {
    return send({ type: "unfit", reason: describeFault(error) });
  }

  async function run({ id, command: name, args, context }: RunMessage): Promise<void> {
    const abort = new AbortController();
    running.set(id, { command: name, abort });
    let logged = 0;
    printed = 0;
    const { values, ...told } = context;
    const own = (agent as Agent).commands[name] as CheckCommand | BareFunction;
    const answer = await executeCheck(withHostValues(own, values), args, {
      ...told,
      signal: abort.signal,
      log: (text) => log(name, logged++, text),
    });
    running.delete(id);
    send({ type: "done", id, ...readAnswer(answer)! });
  }

  listen((message) => {
    if (message.type === "run") run(message);
    else if (message.type === "describe") {
      send({ type: "described", agent: describeAgent(agent, message.host) });
    } else {
      // Said before the check hears of it: that this thread listens at all is what the host asks.
      send({ type: "aborted" });
      const reason = new DOMException("The deadline has passed", "TimeoutError");
      running.get(message.id)?.abort.abort(reason);
    }
  });
  send({ type: "ready" });
}

function describeFault(error: unknown): string {
  try {
    const known = error instanceof Error ? error : new Error(String(error));
    const refusal = refusalOf(known);
    const text = refusal?.kind === "import"
      ? explainRefusal(refusal, known.message)
      : `${known.name}: ${known.message}`;
    return text.slice(0, MAX_TEXT);
  } catch {
    return "It threw something that cannot be shown";
  }
}

// What goes wrong behind a check's back, in a timer or a promise that nobody awaits, would end the
// sandbox and every other check in it. It is said in the log instead.
function surviveStrayErrors(print: Print): void {
  const say = (error: unknown) => print(`Nobody caught ${describeFault(error)}`);
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    say(event.error);
  }, { capture: true });
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    say(event.reason);
  }, { capture: true });
}
