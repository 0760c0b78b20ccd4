/**
 * Runs a function with its own time limit, within the deadline of the check.
 *
 * @param seconds the limit in seconds
 * @param deadline the signal of the check; when it aborts, its reason is thrown
 * @param work the function; it must end soon after its signal aborts
 * @returns the result of the function; undefined if the limit passed first
 * @throws the error of the function, if it fails before the limit
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
 * Waits for a duration.
 *
 * @param seconds the duration in seconds
 * @param signal ends the wait early; its reason is thrown
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

/** Limits a duration to 31 bits of milliseconds (24 days); a longer timer would fire at once. */
function milliseconds(seconds: number): number {
  return Math.min(seconds * 1000, 2 ** 31 - 1);
}
