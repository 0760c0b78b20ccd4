import { formatFlags, type GrantedPermissions } from "../agent/granted_permissions.ts";
import { statusOfChild } from "../host/child_status.ts";
import { MARK_VARIABLE } from "../host/mark.ts";
import { NO_CACHE } from "../host/paths.ts";
import type { ProcessTree } from "../host/process_tree.ts";
import { decodeText } from "../nagios/text.ts";
import { type Bounds, startBounded } from "./bounded_command.ts";
import { importMap } from "./builtin_modules.ts";
import type { Channel, ChannelEvents, Modules } from "./channel.ts";
import { declaredEnvironment } from "./declared_environment.ts";
import { withoutSourceMap } from "./source_places.ts";
import { factsOf } from "./worker_channel.ts";

/** The maximum heap of a process sandbox. */
const heapMebibytes = 128;

/**
 * The private memory of a process sandbox, in MiB. The heap is bounded by a flag; buffers and the
 * memory of WebAssembly are not in it. Measured with Deno 2.9.6 on 2 cores: the runtime takes 544
 * MiB before any code runs (512 MiB are reserved address space), and the system counts all of it.
 * With 960 MiB, a check gets its heap and at least 256 MiB for buffers. A request for more throws a
 * RangeError in the check. Each core has a thread of the runtime with a stack of 8 MiB.
 */
const memoryMebibytes = 960 + 8 * navigator.hardwareConcurrency;

/** The longest message accepted from a process: several times the longest answer. */
const maxMessageCharacters = 4_194_304;

/** The number of characters kept from the end of a process's standard error. */
const maxStderrCharacters = 16_384;

/**
 * The first code of the process. It reads one line of code from standard input and imports the code
 * from memory. The program inside the sandbox is imported first. So the process needs no permission
 * to load code.
 */
const bootstrap = `
const input = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).getReader();
let text = "", end;
while ((end = text.indexOf("\\n")) < 0) {
  const { value, done } = await input.read();
  if (done) Deno.exit(0);
  text += value;
}
const { runtime, agent, token, facts } = JSON.parse(text.slice(0, end));
const url = (code) => URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
const { serveSandbox, streamHost } = await import(url(runtime));
const host = streamHost(input, text.slice(end + 1), token, facts);
const module = url(agent);
serveSandbox(() => import(module), host, module);
`;

const program = `data:text/javascript,${encodeURIComponent(bootstrap)}`;

/** Returns the import map of process sandboxes, as JSON. */
export function processImports(): string {
  return `${JSON.stringify(importMap(program))}\n`;
}

/**
 * Starts a process with exactly these permissions. Unlike a worker, a process can always be ended,
 * together with all processes that it started. It also has its own heap.
 *
 * @param code the code to run; the process starts while the code is still being built
 * @param imports the path of the import map
 * @param permissions its permissions
 * @param processes ends the processes that it starts
 * @param events receives its messages
 * @param env environment variables for the runtime
 * @param bounds its bounds, apart from the heap
 * @returns the channel
 */
export function openProcess(
  code: Modules | Promise<Modules>,
  imports: string,
  permissions: GrantedPermissions,
  processes: ProcessTree,
  events: ChannelEvents,
  env: Readonly<Record<string, string>> = {},
  bounds: Bounds = { memory: memoryMebibytes },
): Channel {
  const facts = factsOf(permissions, processes);
  const child = startBounded(
    Deno.execPath(),
    {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--no-config",
        "--no-remote",
        "--no-npm",
        `--v8-flags=--max-old-space-size=${heapMebibytes}`,
        ...formatFlags(permissions),
        `--import-map=${imports}`,
        program,
      ],
      clearEnv: true,
      env: {
        ...declaredEnvironment(permissions.env),
        NO_COLOR: "1",
        DENO_DIR: NO_CACHE,
        [MARK_VARIABLE]: facts.mark,
        ...env,
      },
      cwd: "/",
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    } as Deno.CommandOptions & { stdin: "piped" },
    bounds,
  );

  // Only lines with the token come from our own program; other lines were printed by user code.
  const token = crypto.randomUUID();
  const input = child.stdin.getWriter();
  const encoder = new TextEncoder();
  const send = (value: unknown) => {
    input.write(encoder.encode(`${JSON.stringify(value)}\n`)).catch(() => {});
  };
  let open = true;

  async function listen(): Promise<void> {
    let text = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const lines = text.split("\n");
      text = lines.pop()!;
      for (const line of lines) {
        if (line.startsWith(token)) events.message(JSON.parse(line.slice(token.length)));
      }
      if (text.length > maxMessageCharacters) {
        throw new Error("The sandbox sent a message that is too long");
      }
    }
  }

  async function watch(): Promise<void> {
    const lastOutput = lastOf(child.stderr);
    const reason = await listen().then(() => undefined, (error: Error) => error.message);
    if (open) terminate();
    const { code, signal } = await statusOfChild(child);
    const how = reason ?? `The sandbox's process ended (${signal ?? `exit code ${code}`})`;
    // V8 prints many lines when the heap is full; one of them contains the reason.
    const fatal = /(?:FATAL ERROR|Fatal JavaScript out of memory): .*/.exec(await lastOutput)?.[0];
    events.broken(fatal === undefined ? how : `${how}: ${fatal}`);
  }

  function terminate(): void {
    if (!open) return;
    open = false;
    input.close().catch(() => {});
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    if (permissions.run.length > 0) processes.endMarked(facts.mark);
  }

  // If the code cannot be built, its builder reports the error.
  Promise.resolve(code).then(
    ({ agent, runtime }) => send({ agent: withoutSourceMap(agent), runtime, token, facts }),
    terminate,
  );
  watch().catch((error: Error) => events.broken(error.message));
  return { post: (message) => open && send(message), terminate };
}

async function lastOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stream) text = (text + decodeText(chunk)).slice(-maxStderrCharacters);
  return text;
}
