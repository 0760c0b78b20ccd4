import { runProgram } from "../src/mod.ts";

/** The path of `ps` on every Linux: if /bin is a link, it points to the folder that has `ps`. */
export const psPath = "/bin/ps";

/** The maximum size of the output: any user may run processes with very long arguments. */
const maxBytes = 32 * 1024 * 1024;

/**
 * Runs `ps`.
 *
 * @param args the arguments of `ps`
 * @param signal ends `ps` when it aborts
 * @returns the output: ASCII, one line per process
 * @throws {Error} if `ps` is missing, fails, or writes more than 32 MiB
 */
export async function readProcesses(
  args: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const { code, stdout, stderr } = await runProgram(psPath, args, { signal, maxBytes }).catch(
    (error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new Error(`Cannot list processes: ${psPath} is missing`);
    },
  );
  if (code === 0) return stdout;
  throw new Error(`Cannot list processes: ps exited with ${code}: ${stderr.split("\n")[0]}`);
}
