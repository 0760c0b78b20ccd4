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
 * The variables that Deno itself uses: folders, proxies, certificates, registries and their tokens.
 * The `.npmrc` of a project can put any variable into the address of a registry, so that a hostile
 * project would receive the others.
 */
const used = new RegExp(
  `^(?:${
    [
      "PATH|HOME|USER|LOGNAME|TERM|LANG|LC_\\w+|TZ|TMPDIR|TMP|TEMP|XDG_\\w+|LD_LIBRARY_PATH",
      "DENO_(?!DEPLOY_TOKEN)\\w+|DENORT_BIN|JSR_URL|NPM_\\w+|NODE_AUTH_TOKEN|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR)",
      "(?:HTTPS?|ALL|NO)_PROXY",
    ].join("|")
  })$`,
  "i",
);

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Deno.env.toObject()).filter(([name]) => used.test(name)),
  );
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
    clearEnv: true,
    env: { ...environment(), NO_COLOR: "1" },
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
