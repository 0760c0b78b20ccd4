import { SHELL_PATH } from "../host/paths.ts";

/**
 * Says how many files, sockets and pipes the daemon may have open at once. It inherits the hard
 * limit of this process, and raises its own to that when it starts, as every program of this runtime
 * does. The runtime lets nobody read `/proc/self/limits` who may not do everything, and a child has
 * the same limit: so the shell is asked.
 *
 * @returns the limit; undefined where there is none, or none to be found out
 */
export async function descriptorLimit(): Promise<number | undefined> {
  try {
    const { stdout } = await new Deno.Command(SHELL_PATH, {
      args: ["-c", "ulimit -Hn"],
      stdin: "null",
      stderr: "null",
    }).output();
    return Number(/^\d+\n$/.exec(new TextDecoder().decode(stdout))?.[0]) || undefined;
  } catch {
    return undefined;
  }
}
