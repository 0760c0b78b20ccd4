/**
 * Keeps what a check starts away from what is the daemon's own. A child that inherits its handles
 * would read what the launcher tells the daemon (its key is among that), and write into its log, and
 * Node's functions would hand on any open socket by its number. Its environment is a plugin's, with
 * the mark of the sandbox, by which it is found when that ends. (Node's functions add to what the
 * daemon has: the runtime gives them no other way.)
 */
import { refuse } from "../check/refusal.ts";
import { cleanEnvironment } from "./clean_environment.ts";
import { MARK_VARIABLE } from "../host/mark.ts";
import { replaceFunction } from "./replace.ts";

type Stream = "piped" | "null";

/**
 * Puts a command in the place of `Deno.Command` whose children inherit nothing.
 *
 * @param mark the mark of what is started here
 */
export function hardenCommand(mark: string): void {
  const { Command } = Deno;
  const streams = ["stdin", "stdout", "stderr"] as const;

  // Not a subclass: the class it replaces could be reached through one.
  class SandboxedCommand {
    #waiting: Deno.Command;
    #spawning: Deno.Command;

    constructor(command: string | URL, options: Deno.CommandOptions = {}) {
      const given = {
        ...options,
        clearEnv: true,
        env: { ...cleanEnvironment, ...options.env, [MARK_VARIABLE]: mark },
      };
      for (const name of streams) {
        if (given[name] === "inherit") given[name] = "null" satisfies Stream;
      }
      this.#waiting = new Command(command, given);
      // What is left out is inherited by spawn(), unlike by output().
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
      return this.#spawning.spawn();
    }
  }
  Object.defineProperty(Deno, "Command", {
    value: SandboxedCommand,
    writable: false,
    configurable: false,
  });
}

/**
 * Does the same for Node's functions.
 *
 * @param module `node:child_process`
 * @param mark the mark of what is started here
 */
export function hardenChildProcess(module: object, mark: string): void {
  const { prototype } = Reflect.get(module, "ChildProcess") as { prototype: object };
  Object.defineProperty(prototype, "constructor", { value: Object, writable: false });
  for (const name of ["spawn", "spawnSync", "exec", "execSync", "execFile", "execFileSync"]) {
    replaceFunction(module, name, (original) => (command, ...rest) => {
      // What may follow: words, options, a callback.
      const words = rest.filter((one) => Array.isArray(one));
      const options = rest.find((one) =>
        typeof one === "object" && one !== null && !Array.isArray(one)
      );
      const callback = rest.filter((one) => typeof one === "function");
      return original(command, ...words, boundOptions(options ?? {}, mark), ...callback);
    });
  }
}

function boundOptions(options: { stdio?: unknown; env?: object }, mark: string): object {
  const given = { ...options, env: { ...options.env, [MARK_VARIABLE]: mark } };
  if (given.stdio === undefined) return given;
  const stdio = Array.isArray(given.stdio) ? [...given.stdio] : [given.stdio];
  if (!stdio.every((one) => one === "pipe" || one === "ignore" || one === "overlapped")) {
    throw refuse('stdio of a check\'s child can be "pipe" or "ignore" only', "stdio");
  }
  return { ...given, stdio: Array.isArray(given.stdio) ? stdio : stdio[0] };
}
