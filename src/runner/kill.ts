/**
 * Ends a process group. `Deno.kill` of a group needs the permission to run anything; the system's
 * own `kill` needs to be on the list, and nothing else.
 */

/** The executable that signals a process group; the daemon must be allowed to run it. */
export const killPath = "/bin/kill";

/**
 * Signals every process of a group. A group that is gone already is no fault.
 *
 * @param group the id of the group, which is that of its first process
 * @param signal which signal
 * @returns whether a process was there to take the signal
 */
export async function signalGroup(group: number, signal: "TERM" | "KILL"): Promise<boolean> {
  const { success } = await new Deno.Command(killPath, {
    args: [`-${signal}`, "--", `-${group}`],
    clearEnv: true,
    cwd: "/",
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}

/** How long a group has between TERM and KILL, in milliseconds. */
const grace = 500;

/**
 * Ends a group: TERM, and KILL for what is left of it a moment later.
 *
 * @param group the id of the group
 */
export async function endGroup(group: number): Promise<void> {
  if (!await signalGroup(group, "TERM")) return;
  const deadline = performance.now() + grace;
  // A short first wait: most plugins go at once, and the shorter they linger the better.
  for (let wait = 10; performance.now() < deadline; wait = Math.min(wait * 2, 100)) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (!await signalGroup(group, "TERM")) return;
  }
  await signalGroup(group, "KILL");
}
