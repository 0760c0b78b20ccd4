/** Compiles agents and starts what comes out, as an operator does. */
import { assertEquals } from "@std/assert";
import { run, type Served, started } from "../serving.ts";
import { outputOf } from "../waiting.ts";

/** What was compiled. */
export interface Deployed extends AsyncDisposable {
  /** The deployable. */
  folder: string;
  /** Where its daemon keeps what is its own. */
  state: string;
  /** Starts its launcher, and waits until it is ready. */
  start(...args: string[]): Promise<Served>;
  /** Runs its launcher to the end. */
  run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
}

/** Compiles an agent into a folder of its own. */
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

/** The launcher of a deployable, in an environment that holds nothing else. */
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
