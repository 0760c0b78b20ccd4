import { SHELL_PATH } from "../host/paths.ts";

/**
 * Returns how many files, sockets and pipes the daemon may have open at once. The daemon inherits the
 * hard limit of this process. The runtime raises the soft limit of each program to the hard limit at
 * its start. Only a program with all permissions can read `/proc/self/limits`, so this function asks
 * a shell: a child process has the same limit.
 *
 * @returns the limit; undefined if it is unlimited or unknown
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
