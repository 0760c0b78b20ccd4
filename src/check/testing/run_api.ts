import { explained } from "./explain_access.ts";
import type { RunFixture } from "./fixtures.ts";
import { requireAccess } from "../grants.ts";
import {
  findFixture,
  promised,
  runOutside,
  type Substitute,
  type Substitutes,
  type World,
} from "./world.ts";

/** Makes the substitute for a `Deno.Command`. The permission is required at the start. */
function createCommand(
  world: World,
  executable: unknown,
  options: Deno.CommandOptions,
  real: () => Deno.Command,
): Deno.Command {
  const path = executable instanceof URL
    ? decodeURIComponent(executable.pathname)
    : String(executable);

  /**
   * Returns the fixture of the program; undefined if the test has none and the real program is
   * started.
   */
  function start(): RunFixture | undefined {
    const located = locate(world, path);
    if (!world.grants.names.run.includes(located)) requireAccess(world.grants, "run", path);
    const unsafe = Object.keys(options.env ?? {}).find((name) => /^(LD|DYLD)_/.test(name));
    if (unsafe !== undefined) {
      throw new Deno.errors.NotCapable(
        `Requires --allow-run permissions to spawn subprocess with ${unsafe} environment variable. ` +
          "Alternatively, spawn with the environment variable unset.",
      );
    }
    const fixture = findFixture(world.run, [path, ...options.args ?? []].join(" "), path, located);
    return typeof fixture === "string" ? { stdout: fixture } : fixture;
  }

  function outputSync(): Deno.CommandOutput {
    const fixture = start();
    return fixture === undefined
      ? explained(() => real().outputSync())
      : createOutput(fixture, options, "piped");
  }

  async function output(): Promise<Deno.CommandOutput> {
    const fixture = start();
    return fixture === undefined
      ? await explained(() => real().output())
      : createOutput(fixture, options, "piped");
  }

  function spawn(): Deno.ChildProcess {
    const fixture = start();
    return fixture === undefined ? explained(() => real().spawn()) : createChild(fixture, options);
  }
  return { output, outputSync, spawn };
}

/** Finds a program by name as the runtime does: the first one in the PATH of the test. */
function locate(world: World, executable: string): string {
  if (executable.includes("/")) return executable;
  const folders = (attempt(() => Deno.env.get("PATH")) ?? "/usr/bin:/bin").split(":");
  const candidates = folders.map((folder) => `${folder}/${executable}`);
  return candidates.find((path) => Object.hasOwn(world.run, path) || isThere(path)) ?? executable;
}

function isThere(path: string): boolean {
  return attempt(() => Deno.statSync(path).isFile) ?? false;
}

/** Calls a function with the permissions of the test; returns undefined if it throws. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return runOutside(look);
  } catch {
    return undefined;
  }
}

function requirePiped(stream: "stdin" | "stdout" | "stderr", how: string): void {
  if (how !== "piped") throw new TypeError(`Cannot get '${stream}': '${stream}' is not piped`);
}

function statusOf({ code = 0 }: RunFixture): Deno.CommandStatus {
  return { success: code === 0, code, signal: null };
}

function createOutput(
  fixture: RunFixture,
  options: Deno.CommandOptions,
  unset: "piped" | "inherit",
): Deno.CommandOutput {
  const bytes = (stream: "stdout" | "stderr") => {
    requirePiped(stream, options[stream] ?? unset);
    return new TextEncoder().encode(fixture[stream]);
  };
  return {
    ...statusOf(fixture),
    get stdout() {
      return bytes("stdout");
    },
    get stderr() {
      return bytes("stderr");
    },
  };
}

function createStream(text = ""): Deno.SubprocessReadableStream {
  const stream = new Blob([text]).stream();
  const whole = () => new Response(stream);
  return Object.assign(stream, {
    text: () => whole().text(),
    json: () => whole().json(),
    bytes: () => whole().bytes(),
    arrayBuffer: () => whole().arrayBuffer(),
  });
}

function createChild(fixture: RunFixture, options: Deno.CommandOptions): Deno.ChildProcess {
  const streams = {
    // Standard input: written data is discarded.
    stdin: new WritableStream<Uint8Array>(),
    stdout: createStream(fixture.stdout),
    stderr: createStream(fixture.stderr),
  };
  const child = {
    pid: 0,
    status: Promise.resolve(statusOf(fixture)),
    output: () => Promise.try(createOutput, fixture, options, "inherit"),
    kill: () => {},
    ref: () => {},
    unref: () => {},
    [Symbol.asyncDispose]: () => Promise.resolve(),
    get stdin() {
      requirePiped("stdin", options.stdin ?? "null");
      return streams.stdin;
    },
    get stdout() {
      requirePiped("stdout", options.stdout ?? "inherit");
      return streams.stdout;
    },
    get stderr() {
      requirePiped("stderr", options.stderr ?? "inherit");
      return streams.stderr;
    },
  };
  return child as unknown as Deno.ChildProcess;
}

/** Makes `Deno.spawn(path, args?, options?)` and its variants from the guarded `Deno.Command`. */
function shorthand(method: "spawn" | "output" | "outputSync"): Substitute {
  return (_world, _real, [executable, second, third]) => {
    const options = Array.isArray(second)
      ? { ...third as Deno.CommandOptions, args: second }
      : second;
    return new Deno.Command(executable as string, options as Deno.CommandOptions)[method]();
  };
}

/** The functions of `Deno` that need `run`. */
export const runApi: Substitutes = {
  Command: (world, real, args) =>
    createCommand(
      world,
      args[0],
      (args[1] ?? {}) as Deno.CommandOptions,
      () => real(...args) as Deno.Command,
    ),
  spawn: shorthand("spawn"),
  spawnAndWait: promised(shorthand("output")),
  spawnAndWaitSync: shorthand("outputSync"),
  // Deno 2 removed this function from the types, but it still exists.
  run: (world, real, args) => {
    requireAccess(world.grants, "run", String((args[0] as { cmd: string[] }).cmd[0]));
    return real(...args);
  },
  // A signal to any process needs the permission to run all executables.
  kill: (world) => requireAccess(world.grants, "run"),
};
