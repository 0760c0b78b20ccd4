import { cpuUsage } from "node:process";

/** How long the processor time of the process is measured. */
const windowMilliseconds = 40;

/** The maximum part of one processor that a quiet process uses. */
const quietPart = 0.2;

/**
 * Waits until this process uses almost no processor time. Work of a closed worker can continue,
 * because the runtime parses modules in its own threads. This work cannot be ended, and it can end
 * the process later.
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
