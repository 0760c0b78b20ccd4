/** Keeps results for a time. Callers of the same key share one run. */
export interface Cache<T> {
  /**
   * Returns the kept result. If no result is kept, calls `run` and keeps its result.
   *
   * @param key identifies the run
   * @param seconds how long a result is kept; 0 disables the cache
   * @param run produces the result
   */
  get(key: string, seconds: number, run: () => Promise<T>): Promise<T>;
}

/** The maximum number of results that are kept, since keys come from the wire. */
const maxEntries = 1024;

/**
 * Makes a cache.
 *
 * @param isKept returns whether a result is kept; default: every result. A result that is not kept
 * is shared only by the callers that wait for it
 * @param now returns the time in milliseconds
 * @returns the empty cache
 */
export function createCache<T>(
  isKept: (result: T) => boolean = () => true,
  now: () => number = () => performance.now(),
): Cache<T> {
  const kept = new Map<string, { until: number; result: Promise<T> }>();

  return {
    get(key, seconds, run) {
      if (seconds === 0) return run();
      const entry = kept.get(key);
      if (entry !== undefined && now() < entry.until) return entry.result;
      const fresh = { until: Infinity, result: run() };
      kept.delete(key);
      kept.set(key, fresh);
      if (kept.size > maxEntries) kept.delete(kept.keys().next().value!);
      const drop = () => kept.get(key) === fresh && kept.delete(key);
      fresh.result.then((result) => {
        if (isKept(result)) fresh.until = now() + seconds * 1000;
        else drop();
      }, drop);
      return fresh.result;
    },
  };
}
