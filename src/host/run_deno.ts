/** The result of a subcommand of Deno. */
export interface DenoResult {
  code: number;
  /** The signal that ended the process; null if the process exited. */
  signal: Deno.Signal | null;
  stdout: string;
  /** The standard error of the process, without the stack of Deno itself. */
  stderr: string;
}

/**
 * Runs a subcommand of this Deno executable, without colours and without standard input.
 *
 * @param args the arguments
 * @param cwd the folder in which Deno looks for its configuration; default: the current folder
 * @param signal ends the process
 * @returns the result
 */
export async function runDeno(
  args: readonly string[],
  cwd?: string,
  signal?: AbortSignal,
): Promise<DenoResult> {
  const { stdout, stderr, ...end } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    ...(cwd !== undefined && { cwd }),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...(signal && { signal }),
  }).output();
  const decoder = new TextDecoder();
  return {
    code: end.code,
    signal: end.signal,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr).split(/\n\s*Stack backtrace:/)[0]!,
  };
}
