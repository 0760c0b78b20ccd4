import { statusOfChild } from "../host/child_status.ts";

/** Options of {@linkcode runProgram}: signal, environment and output limit. */
export interface ProgramOptions {
  /** Kills the program when it aborts; usually `context.signal`. */
  readonly signal?: AbortSignal | undefined;
  /** Environment variables in addition to `LC_ALL=C`; the program gets only these. */
  readonly env?: Readonly<Record<string, string>>;
  /** Maximum output of the program, both streams together, in bytes; default: 1 MiB. */
  readonly maxBytes?: number;
}

/** Result of {@linkcode runProgram}: exit code and output. */
export interface ProgramResult {
  /** The exit code of the program; 128 plus the signal number if a signal ended the program. */
  readonly code: number;
  /** The standard output of the program, as UTF-8. */
  readonly stdout: string;
  /** The standard error of the program, as UTF-8. */
  readonly stderr: string;
}

/**
 * Runs a program and returns its output. It does not use a shell, and standard input
 * is empty. Needs `run` permission for the path.
 *
 * @param path absolute path of the program
 * @param args its arguments
 * @param options signal, environment and output limit
 * @returns exit code and output; an exit code other than 0 is not an error
 * @throws {TypeError} if the path is not absolute
 * @throws {Deno.errors.NotFound} if the program does not exist
 * @throws {Deno.errors.NotCapable} without permission
 * @throws {RangeError} if the program writes more than `maxBytes`; the program is killed then
 * @throws the reason of the signal if it aborts
 *
 * @example
 * ```ts
 * import { defineCheck, runProgram, testCheck } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * const mailq = defineCheck({
 *   description: "Length of the mail queue",
 *   permissions: { run: ["/usr/bin/mailq"] },
 *   async run(_options, { signal }) {
 *     const { code, stdout } = await runProgram("/usr/bin/mailq", ["-j"], { signal });
 *     const mails = stdout.split("\n").length - 1;
 *     return { state: code === 0 ? "OK" : "UNKNOWN", output: `${mails} mails` };
 *   },
 * });
 *
 * const { text } = await testCheck(mailq, { run: { "/usr/bin/mailq": "{}\n{}\n" } });
 * assertEquals(text, "2 mails");
 * ```
 */
export async function runProgram(
  path: string,
  args: readonly string[] = [],
  { signal, env = {}, maxBytes = 1_048_576 }: ProgramOptions = {},
): Promise<ProgramResult> {
  signal?.throwIfAborted();
  const child = start(path, args, env);
  const readers = [child.stdout.getReader(), child.stderr.getReader()];
  // The streams are cancelled and not awaited, because a child of the program may keep them open.
  const kill = () => {
    for (const reader of readers) reader.cancel().catch(() => {});
    try {
      child.kill("SIGKILL");
    } catch {
      // The program has already ended.
    }
  };
  let left = maxBytes;
  const readText = async (reader: ReadableStreamDefaultReader<Uint8Array>) => {
    const decoder = new TextDecoder();
    let text = "";
    for (let chunk; !(chunk = await reader.read()).done;) {
      left -= chunk.value.length;
      if (left < 0) kill();
      else text += decoder.decode(chunk.value, { stream: true });
    }
    return text + decoder.decode();
  };
  signal?.addEventListener("abort", kill);
  try {
    const [{ code }, stdout = "", stderr = ""] = await Promise.all([
      statusOfChild(child),
      ...readers.map(readText),
    ]);
    signal?.throwIfAborted();
    if (left < 0) {
      throw new RangeError(`Cannot run "${path}": it wrote more than ${maxBytes} bytes`);
    }
    return { code, stdout, stderr };
  } finally {
    signal?.removeEventListener("abort", kill);
  }
}

function start(
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Deno.ChildProcess {
  if (!path.startsWith("/")) {
    throw new TypeError(`Cannot run "${path}": expected an absolute path`);
  }
  try {
    return new Deno.Command(path, {
      args: [...args],
      clearEnv: true,
      env: { LC_ALL: "C", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`Cannot run "${path}": the program does not exist`);
  }
}
