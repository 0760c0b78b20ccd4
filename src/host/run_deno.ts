/** What came of a subcommand of Deno's. */
export interface DenoResult {
  code: number;
  /** What ended it, if something did. */
  signal: Deno.Signal | null;
  stdout: string;
  /** What it complains of, without its own stack. */
  complaint: string;
}

/**
 * Runs a subcommand of the Deno that runs this, without colours and without anything to read.
 *
 * @param args its words
 * @param cwd the folder that its configuration is looked for from; this one where left out
 * @param signal ends it
 * @returns what came of it
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
    complaint: decoder.decode(stderr).split(/\n\s*Stack backtrace:/)[0]!,
  };
}
