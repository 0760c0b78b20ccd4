import { cpuUsage } from "node:process";

/** How long the processor time of the process is measured. */
const windowMilliseconds = 40;

/** The part of one processor that a process uses at most while it does nothing of importance. */
const quietPart = 0.2;

/**
 * Waits until this process uses almost no processor time. A closed worker can leave work behind that
 * cannot be ended and that ends the process later: the runtime parses modules in threads of its own.
 *
 * @param milliseconds the maximum time
 * @returns whether the process is quiet
 */
export async function waitUntilQuiet(milliseconds: number): Promise<boolean> {
  const end = performance.now() + milliseconds;
  for (;;) {
    const start = performance.now();
    const before = cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, windowMilliseconds));
    const { user, system } = cpuUsage(before);
    if ((user + system) / 1_000 < quietPart * (performance.now() - start)) return true;
    if (performance.now() >= end) return false;
  }
}
