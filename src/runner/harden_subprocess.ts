/**
 * Keeps what a check starts away from the daemon's own handles. A child that inherits them would
 * read what the launcher tells the daemon (its key is among that), and write into its log; and
 * Node's functions would hand on any open socket by its number.
 */

type Stream = "piped" | "null";

/** Puts a command in the place of `Deno.Command` whose children inherit nothing. */
export function hardenCommand(): void {
  const { Command } = Deno;
  const streams = ["stdin", "stdout", "stderr"] as const;

  // Not a subclass: the class it replaces could be reached through one.
  class SandboxedCommand {
    #waiting: Deno.Command;
    #spawning: Deno.Command;

    constructor(command: string | URL, options: Deno.CommandOptions = {}) {
      const given = { ...options };
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
 */
export function hardenChildProcess(module: object): void {
  const { prototype } = Reflect.get(module, "ChildProcess") as { prototype: object };
  Object.defineProperty(prototype, "constructor", { value: Object, writable: false });
  for (const name of ["spawn", "spawnSync", "exec", "execSync", "execFile", "execFileSync"]) {
    const original = Reflect.get(module, name) as (...args: unknown[]) => unknown;
    const value = (...args: unknown[]) => original(...args.map(withoutInheritance));
    Object.defineProperty(module, name, { value, writable: false, configurable: false });
  }
}

function withoutInheritance(argument: unknown): unknown {
  if (typeof argument !== "object" || argument === null || Array.isArray(argument)) return argument;
  const options = { ...argument as { stdio?: unknown } };
  if (options.stdio === undefined) return options;
  const stdio = Array.isArray(options.stdio) ? [...options.stdio] : [options.stdio];
  if (!stdio.every((one) => one === "pipe" || one === "ignore" || one === "overlapped")) {
    throw new Deno.errors.NotCapable('stdio of a check\'s child can be "pipe" or "ignore" only');
  }
  return { ...options, stdio: Array.isArray(options.stdio) ? stdio : stdio[0] };
}
