/**
 * Separates programs that a check starts from the daemon. A child that inherits the daemon's
 * streams could read the launcher's messages to the daemon (they include the daemon's key) and
 * write to the log. Node's functions could also pass any open socket to the child by its number.
 * The child gets the environment of a plugin, with the mark of the sandbox. When the sandbox ends,
 * the child is found by this mark. (Node's functions add these variables to the daemon's
 * environment, because the runtime has no other way.)
 */
import { refuse } from "../check/refusal.ts";
import { cleanEnvironment } from "./clean_environment.ts";
import { MARK_VARIABLE } from "../host/mark.ts";
import { withFreeStack } from "./free_stack.ts";
import { protect, protectChain } from "./protect.ts";
import { protectStreams } from "./protect_deno.ts";
import { replaceFunction } from "./replace.ts";

/**
 * Replaces `Deno.Command` by a class whose child processes inherit nothing. The runtime loads the
 * original at its first use.
 *
 * @param mark the mark of the processes that are started here
 */
export function hardenCommand(mark: string): void {
  const { get } = Object.getOwnPropertyDescriptor(Deno, "Command")!;
  let made: unknown;
  Object.defineProperty(Deno, "Command", {
    get: () =>
      made ??= withFreeStack(() => protect(sandboxedCommand(mark, Reflect.apply(get!, Deno, [])))),
    configurable: false,
  });
}

function sandboxedCommand(mark: string, Command: typeof Deno.Command): unknown {
  const streams = ["stdin", "stdout", "stderr"] as const;

  // Not a subclass: a subclass would give access to the original class.
  class SandboxedCommand {
    #waiting: Deno.Command;
    #spawning: Deno.Command;
    #piped: ReadonlySet<string>;

    constructor(command: string | URL, options: Deno.CommandOptions = {}) {
      const given = {
        ...options,
        clearEnv: true,
        env: { ...cleanEnvironment, ...namedVariables(options.env), [MARK_VARIABLE]: mark },
      };
      // The runtime also accepts the number of any descriptor of the daemon.
      for (const name of streams) {
        if (given[name] !== undefined && given[name] !== "piped") given[name] = "null";
      }
      this.#piped = new Set(streams.filter((name) => given[name] === "piped"));
      this.#waiting = new Command(command, given);
      // spawn() inherits the streams that are not set, but output() does not.
      this.#spawning = new Command(command, {
        ...given,
        ...Object.fromEntries(streams.map((name) => [name, given[name] ?? "null"])),
      });
    }

    output(): Promise<Deno.CommandOutput> {
      return this.#waiting.output();
    }

    outputSync(): Deno.CommandOutput {
      return this.#waiting.outputSync();
    }

    spawn(): Deno.ChildProcess {
      const child = protectStreams(this.#spawning.spawn());
      for (const name of streams) if (this.#piped.has(name)) protectStreams(child[name]);
      return child;
    }
  }
  return SandboxedCommand;
}

/**
 * Replaces Node's functions that start processes, in the same way as `Deno.Command`.
 *
 * @param module `node:child_process`
 * @param mark the mark of the processes that are started here
 */
export function hardenChildProcess(module: object, mark: string): void {
  const { prototype } = Reflect.get(module, "ChildProcess") as { prototype: object };
  Object.defineProperty(prototype, "constructor", { value: Object, writable: false });
  protectChain(prototype);
  for (const name of ["spawn", "spawnSync", "exec", "execSync", "execFile", "execFileSync"]) {
    replaceFunction(module, name, (original) => (command, ...rest) => {
      // The rest may be arguments, options and a callback.
      const words = rest.filter((one) => Array.isArray(one));
      const options = rest.find((one) =>
        typeof one === "object" && one !== null && !Array.isArray(one)
      );
      const callback = rest.filter((one) => typeof one === "function");
      const result = original(command, ...words, boundOptions(options ?? {}, mark), ...callback);
      if (name === "spawnSync") explainSilence(result as SpawnResult, String(command));
      return result;
    });
  }
}

interface SpawnResult {
  status?: number | null;
  signal?: string | null;
  error?: Error;
}

// If the runtime refuses the program, the result of `spawnSync()` does not contain an error.
function explainSilence(result: SpawnResult, command: string): void {
  if ((result.status ?? result.signal ?? result.error ?? null) !== null) return;
  const message = `run ${
    JSON.stringify(command)
  }, or of its shell, is not among the declared permissions`;
  result.error = refuse(message, command);
}

// The runtime refuses variables such as LD_PRELOAD by their name, and if they have a value. But the
// system ends a name at the first "=". So the name `LD_PRELOAD=/x.so` would load a library.
function namedVariables(env: object | undefined): Record<string, string> {
  const given: Record<string, string> = { ...env };
  for (const name of Object.keys(given)) {
    if (!/^[^=\0]+$/.test(name)) {
      throw new TypeError(`Invalid name of a variable ${JSON.stringify(name)}: it contains "="`);
    }
  }
  return given;
}

function boundOptions(options: { stdio?: unknown; env?: object }, mark: string): object {
  const given = { ...options, env: { ...namedVariables(options.env), [MARK_VARIABLE]: mark } };
  if (given.stdio === undefined) return given;
  const stdio = Array.isArray(given.stdio) ? [...given.stdio] : [given.stdio];
  if (!stdio.every((one) => one === "pipe" || one === "ignore" || one === "overlapped")) {
    throw refuse('stdio of a check\'s child process must be "pipe" or "ignore"', "stdio");
  }
  return { ...given, stdio: Array.isArray(given.stdio) ? stdio : stdio[0] };
}
