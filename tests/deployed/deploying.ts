/** Compiles agents and starts the deployables, as an operator does. */
import { assertEquals } from "@std/assert";
import { run, type Served, started } from "../serving.ts";
import { outputOf } from "../waiting.ts";

/** A deployable in a temporary folder. */
export interface Deployed extends AsyncDisposable {
  /** The folder of the deployable. */
  folder: string;
  /** The state directory of the daemon. */
  state: string;
  /** Starts its launcher, and waits until the daemon is ready. */
  start(...args: string[]): Promise<Served>;
  /** Runs its launcher, and waits until it exits. */
  run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
}

/** Compiles an agent into a temporary folder. */
export async function compile(agent: string, ...args: string[]): Promise<Deployed> {
  const root = await Deno.makeTempDir({ prefix: "checkwright deployed " });
  const folder = `${root}/agent`;
  const compiled = await run("compile", agent, "--out", folder, ...args);
  assertEquals([compiled.code, compiled.stderr], [0, ""]);
  const state = `${root}/state`;
  return {
    folder,
    state,
    start: (...args) => started(command(folder, state, {}, args)),
    async run(...args) {
      const { code, stdout, stderr } = await outputOf(
        command(folder, state, {}, args).spawn(),
        `the launcher with ${args.join(" ")}`,
      );
      const decoder = new TextDecoder();
      return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    },
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

/** Returns the command that starts the launcher of a deployable, with a minimal environment. */
export function command(
  folder: string,
  state: string,
  env: Record<string, string>,
  args: readonly string[],
): Deno.Command {
  return new Deno.Command(`${folder}/checkwright`, {
    args: [...args],
    clearEnv: true,
    env: {
      PATH: "/usr/bin:/bin",
      CHECKWRIGHT_DENO: Deno.execPath(),
      STATE_DIRECTORY: state,
      NO_COLOR: "1",
      ...env,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}
