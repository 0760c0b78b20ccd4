/** Keeps results for a while, and lets those who ask meanwhile share one run. */
export interface Cache<T> {
  /**
   * Answers from what is kept, or runs.
   *
   * @param key what tells one run from another
   * @param seconds for how long a result is kept; 0 keeps none
   * @param run what is run
   */
  get(key: string, seconds: number, run: () => Promise<T>): Promise<T>;
}

/** Keys come from the wire: more of them than this are not kept. */
const maxEntries = 1024;

/**
 * Makes a cache.
 *
 * @param now the time in milliseconds
 * @returns the cache, empty
 */
export function createCache<T>(now: () => number = () => performance.now()): Cache<T> {
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
      fresh.result.then(
        () => fresh.until = now() + seconds * 1000,
        () => kept.get(key) === fresh && kept.delete(key),
      );
      return fresh.result;
    },
  };
}
