/**
 * The program inside a sandbox, be it a worker or a process. It is evaluated before the agent's
 * module, so that it holds the way to the host before user code can touch it.
 */
import type { Agent } from "../agent/define.ts";
import { describeAgent } from "../agent/describe.ts";
import { type BareFunction, executeCheck } from "../check/execute.ts";
import type { CheckCommand } from "../check/define.ts";
import { type FromSandbox, maxText, type ToSandbox } from "./messages.ts";

/** The way to whoever started the sandbox. */
export interface Host {
  send(message: FromSandbox): void;
  listen(receive: (message: ToSandbox) => void): void;
}

interface WorkerScope {
  postMessage(message: FromSandbox): void;
  addEventListener(type: "message", listener: (event: MessageEvent<ToSandbox>) => void): void;
}

const scope = globalThis as unknown as WorkerScope;
const addListener = scope.addEventListener?.bind(scope);

/** The host of a worker. */
export const workerHost: Host = {
  send: scope.postMessage?.bind(scope),
  listen: (receive) => addListener("message", ({ data }) => receive(data)),
};

/**
 * The host of a process, over its standard streams. What user code prints goes to standard error.
 *
 * @param input standard input behind the code
 * @param rest what was read of it already
 * @param token tells our messages from what user code may print
 */
export function streamHost(
  input: ReadableStreamDefaultReader<string>,
  rest: string,
  token: string,
): Host {
  const encoder = new TextEncoder();
  const write = Deno.stdout.writeSync.bind(Deno.stdout);
  const print = console.error;
  for (const name of ["log", "info", "debug", "table", "dir"] as const) console[name] = print;
  return {
    send(message) {
      const bytes = encoder.encode(`${token}${JSON.stringify(message)}\n`);
      for (let at = 0; at < bytes.length;) at += write(bytes.subarray(at));
    },
    async listen(receive) {
      for (let text = rest;;) {
        const lines = text.split("\n");
        text = lines.pop()!;
        for (const line of lines) receive(JSON.parse(line));
        const { value, done } = await input.read();
        if (done) Deno.exit(0);
        text += value;
      }
    },
  };
}

/**
 * Evaluates the agent's module, and answers the host from then on.
 *
 * @param load imports the module
 * @param host who asks
 */
export async function serveSandbox(
  load: () => Promise<{ default?: unknown }>,
  { send, listen }: Host,
): Promise<void> {
  let agent: unknown;
  try {
    agent = (await load()).default;
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return send({ type: "unfit", reason: `${name}: ${message}` });
  }
  const running = new Map<number, AbortController>();

  async function run(message: ToSandbox & { type: "run" }): Promise<void> {
    const { id, command: name, args, context } = message;
    const abort = new AbortController();
    running.set(id, abort);
    const command = (agent as Agent).commands[name] as CheckCommand | BareFunction;
    const log = (text: string) =>
      send({ type: "log", command: name, message: String(text).slice(0, 4096) });
    const { output, stack } = await executeCheck(command, args, {
      ...context,
      signal: abort.signal,
      log,
    });
    running.delete(id);
    const text = output.text.slice(0, maxText);
    send({ type: "done", id, output: { ...output, text }, ...(stack !== undefined && { stack }) });
  }

  listen((message) => {
    if (message.type === "run") run(message);
    else if (message.type === "describe") {
      send({ type: "described", agent: describeAgent(agent, message.host) });
    } else {
      // Said before the check hears of it: that this thread listens at all is what the host asks.
      send({ type: "aborted" });
      running.get(message.id)?.abort(new DOMException("The deadline has passed", "TimeoutError"));
    }
  });
  send({ type: "ready" });
}
