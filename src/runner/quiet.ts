import { cpuUsage, threadCpuUsage } from "node:process";

/** How long the processor time of the process is measured. */
const windowMilliseconds = 40;

/** The same if the process is not quiet for a long time. */
const maxWindowMilliseconds = 2_000;

/** The maximum part of one processor that a quiet process uses. */
const quietPart = 0.2;

/** How long this thread computes to find out whether the processor is free. */
const probeMilliseconds = 12;

/** A pause of this thread that only another process can cause. */
const pauseMilliseconds = 1;

/** The maximum part of the probe for which another process may use the processor. */
const starvedPart = 0.7;

/**
 * Returns whether other processes take the processor from this process. Then a thread that works
 * uses little processor time, so that the process looks quiet.
 */
function isStarved(): boolean {
  const start = performance.now();
  let lost = 0;
  for (let last = start; last - start - lost < probeMilliseconds;) {
    const now = performance.now();
    if (now - last > pauseMilliseconds) lost += now - last;
    last = now;
  }
  return lost > starvedPart * (performance.now() - start);
}

function total({ user, system }: { user: number; system: number }): number {
  return (user + system) / 1_000;
}

/**
 * Starts to measure the processor time of the other threads of this process. This thread reads the
 * outputs of plugins, so its own time says nothing about the work of workers.
 *
 * @returns a function that returns the part of one processor that they have used since the start
 */
export function measureOtherThreads(): () => number {
  const start = performance.now();
  const before = total(cpuUsage()) - total(threadCpuUsage());
  return () => (total(cpuUsage()) - total(threadCpuUsage()) - before) / (performance.now() - start);
}

/**
 * Starts to measure the processor time of this process. Work of a closed worker can continue,
 * because the runtime parses modules in its own threads. This work cannot be ended, and it can end
 * the process later.
 *
 * @returns a function that returns whether the process has been quiet since the start
 */
function measure(): () => boolean {
  const start = performance.now();
  const before = cpuUsage();
  return () => total(cpuUsage(before)) < quietPart * (performance.now() - start);
}

/**
 * Waits until this process uses almost no processor time, although it could.
 *
 * @param milliseconds the maximum time
 * @returns whether the process is quiet
 */
export async function waitUntilQuiet(milliseconds: number): Promise<boolean> {
  const end = performance.now() + milliseconds;
  for (;;) {
    const isQuiet = measure();
    await new Promise((resolve) => setTimeout(resolve, windowMilliseconds));
    if (isQuiet() && !isStarved()) return true;
    if (performance.now() >= end) return false;
  }
}

/**
 * Makes a function that waits until this process uses almost no processor time, although it could,
 * without a limit. All callers share one measurement.
 *
 * @returns a function whose promise resolves after a quiet time that began after the call
 */
export function quietWatch(): () => Promise<void> {
  const waiting: (() => void)[] = [];
  let watching = false;

  function watch(milliseconds: number): void {
    watching = waiting.length > 0;
    if (!watching) return;
    const isQuiet = measure();
    const count = waiting.length;
    const end = () => {
      if (isQuiet() && !isStarved()) {
        waiting.splice(0, count).forEach((resolve) => resolve());
        watch(windowMilliseconds);
      } else watch(Math.min(2 * milliseconds, maxWindowMilliseconds));
    };
    Deno.unrefTimer(setTimeout(end, milliseconds));
  }

  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (!watching) watch(windowMilliseconds);
    });
}
