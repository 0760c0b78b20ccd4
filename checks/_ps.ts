import { runProgram } from "../src/mod.ts";

/** Where `ps` is on every Linux: where /bin is a link, it leads to where else it may be. */
export const psPath = "/bin/ps";

/** The most that is read: any user of the host may run processes with arguments of any length. */
const maxBytes = 32 * 1024 * 1024;

/**
 * Runs `ps`.
 *
 * @param args Its arguments
 * @param signal Ends it when it aborts
 * @returns Its output: ASCII, one line a process
 * @throws {Error} If there is no `ps`, it fails, or it writes more than 32 MiB
 */
export async function readProcesses(
  args: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const { code, stdout, stderr } = await runProgram(psPath, args, { signal, maxBytes }).catch(
    (error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new Error(`Cannot list processes: there is no ${psPath}`);
    },
  );
  if (code === 0) return stdout;
  throw new Error(`Cannot list processes: ps exited with ${code}: ${stderr.split("\n")[0]}`);
}
