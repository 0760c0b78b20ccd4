/** Where `ps` is on every Linux: where /bin is a link, it leads to where else it may be. */
export const psPath = "/bin/ps";

/** The most that is read: any user of the host may run processes with arguments of any length. */
const MOST = 32 * 1024 * 1024;

/**
 * Runs `ps`.
 *
 * @param args Its arguments
 * @param signal Ends it when it aborts
 * @returns What it wrote
 * @throws {Error} If there is no `ps`, it fails, or it writes more than 32 MiB
 */
export async function readProcesses(
  args: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted();
  const child = start(args);
  const kill = () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It ended by itself just now.
    }
  };
  signal.addEventListener("abort", kill);
  try {
    const [stdout, stderr, { success, code }] = await Promise.all([
      readText(child.stdout, MOST, kill),
      readText(child.stderr, 4096, kill),
      child.status,
    ]);
    signal.throwIfAborted();
    if (stdout === undefined || stderr === undefined) {
      throw new RangeError(`Cannot list processes: ps wrote more than ${MOST} bytes`);
    }
    if (!success) {
      throw new Error(`Cannot list processes: ps exited with ${code}: ${stderr.split("\n")[0]}`);
    }
    return stdout;
  } finally {
    signal.removeEventListener("abort", kill);
  }
}

function start(args: readonly string[]): Deno.ChildProcess {
  try {
    return new Deno.Command(psPath, {
      args: [...args],
      clearEnv: true,
      // Names and arguments in ASCII, one line a process: what is neither is written as "?".
      env: { LC_ALL: "C" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`Cannot list processes: there is no ${psPath}`);
  }
}

/** The text of a stream; undefined where it was longer than it may be. */
async function readText(
  stream: ReadableStream<Uint8Array>,
  most: number,
  tooLong: () => void,
): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    if (text.length > most) tooLong();
    else text += decoder.decode(chunk, { stream: true });
  }
  return text.length > most ? undefined : text;
}
