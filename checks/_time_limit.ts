/**
 * Runs work under a time limit of its own, within the check's deadline.
 *
 * @param seconds The limit in seconds
 * @param deadline The check's own signal; when it aborts, its reason is thrown
 * @param work What to do; it must end soon after the signal it gets aborts
 * @returns What the work returns; undefined where the limit passed first
 * @throws Whatever the work throws before the limit
 */
export async function withinSeconds<T>(
  seconds: number,
  deadline: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  deadline.throwIfAborted();
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), milliseconds(seconds));
  try {
    return await work(AbortSignal.any([deadline, limit.signal]));
  } catch (error) {
    deadline.throwIfAborted();
    if (limit.signal.aborted) return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits.
 *
 * @param seconds How long, in seconds
 * @param signal Ends the wait early; its reason is thrown
 */
export function sleep(seconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const end = (act: () => void) => () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      act();
    };
    const abort = end(() => reject(signal.reason));
    const timer = setTimeout(end(resolve), milliseconds(seconds));
    signal.addEventListener("abort", abort);
  });
}

/** A timer takes 31 bits of milliseconds, 24 days; beyond that it would fire at once. */
function milliseconds(seconds: number): number {
  return Math.min(seconds * 1000, 2 ** 31 - 1);
}
