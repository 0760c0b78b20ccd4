/** How {@linkcode runProgram} runs a program. */
export interface ProgramOptions {
  /** Kills the program when it aborts; usually `context.signal`. */
  readonly signal?: AbortSignal | undefined;
  /** Environment variables beside `LC_ALL=C`; no others are passed. */
  readonly env?: Readonly<Record<string, string>>;
  /** Limit of what the program may write, in bytes; default: 1 MiB. */
  readonly maxBytes?: number;
}

/** Result of a program. */
export interface ProgramResult {
  /** Its exit code; 128 plus the number of the signal if one ended it. */
  readonly code: number;
  /** Its standard output, as UTF-8. */
  readonly stdout: string;
  /** Its standard error, as UTF-8. */
  readonly stderr: string;
}

/**
 * Runs a program to its end, without a shell and without input. Needs `run` permission for the path.
 *
 * @param path absolute path of the program
 * @param args its arguments
 * @param options the signal, the environment and the limit
 * @returns exit code and output; an exit code other than 0 is not an error
 * @throws {TypeError} if the path is not absolute
 * @throws {Deno.errors.NotFound} if there is no such program
 * @throws {Deno.errors.NotCapable} without permission
 * @throws {RangeError} if the program writes more than `maxBytes`; it is killed
 * @throws the signal's reason if it aborts
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
  // A program of the program may hold the streams open: they are not waited for.
  const kill = () => {
    for (const reader of readers) reader.cancel().catch(() => {});
    try {
      child.kill("SIGKILL");
    } catch {
      // It ended by itself.
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
      child.status,
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
    throw new Deno.errors.NotFound(`Cannot run "${path}": there is no such program`);
  }
}
