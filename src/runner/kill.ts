/**
 * Signals processes. `Deno.kill` of a group, or of a process that is no child, needs the permission
 * to run anything; the system's own `kill` needs to be on the list, and nothing else.
 */

/** The executable that signals processes; the daemon must be allowed to run it. */
export const killPath = "/bin/kill";

/**
 * Signals processes. One that is gone already is no fault.
 *
 * @param targets ids of processes; the negative of an id means the whole group
 * @param signal which signal
 * @returns whether all of them were there to take the signal
 */
export async function signalAll(
  targets: readonly number[],
  signal: "TERM" | "KILL",
): Promise<boolean> {
  if (targets.length === 0) return false;
  try {
    const { success } = await new Deno.Command(killPath, {
      args: [`-${signal}`, "--", ...targets.map(String)],
      clearEnv: true,
      cwd: "/",
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    // The system can start no process just now: whoever is waiting tries again or gives up.
    return false;
  }
}

/**
 * Signals every process of a group.
 *
 * @param group the id of the group, which is that of its first process
 * @param signal which signal
 * @returns whether a process was there to take the signal
 */
export function signalGroup(group: number, signal: "TERM" | "KILL"): Promise<boolean> {
  return signalAll([-group], signal);
}

/** How long a group has between TERM and KILL, in milliseconds. */
const grace = 200;

/** What it took to end a group: nothing of it was left, it went at TERM, or it needed KILL. */
export type Ending = "gone" | "TERM" | "KILL";

/**
 * Ends a group: TERM, and KILL for what is left of it a moment later.
 *
 * @param group the id of the group
 * @returns what it took
 */
export async function endGroup(group: number): Promise<Ending> {
  if (!await signalGroup(group, "TERM")) return "gone";
  const deadline = performance.now() + grace;
  // A short first wait: most plugins go at once, and the shorter they linger the better.
  for (let wait = 10; performance.now() < deadline; wait = Math.min(wait * 2, 100)) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (!await signalGroup(group, "TERM")) return "TERM";
  }
  return await signalGroup(group, "KILL") ? "KILL" : "TERM";
}
