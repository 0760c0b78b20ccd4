import { sleep } from "./_time_limit.ts";

/** A call that has not returned yet. */
interface Call {
  result: Promise<unknown>;
  /** Whether the call has exceeded its time limit. */
  late: boolean;
}

const pending = new Map<string, Call>();

/**
 * Calls the operating system with a time limit. A call on a network file system that hangs blocks a
 * thread of the runtime until the file system answers, and cannot be cancelled. Therefore there is
 * at most one such call for each key: while it is pending, further calls fail at once.
 *
 * @param key identifies the call, for example by its path
 * @param seconds the time limit in seconds
 * @param signal the signal of the check
 * @param call starts the call
 * @returns the result; undefined if the call exceeds the limit
 * @throws the error of the call, or the reason of the signal
 */
export async function callWithin<T extends object>(
  key: string,
  seconds: number,
  signal: AbortSignal,
  call: () => Promise<T>,
): Promise<T | undefined> {
  let running = pending.get(key);
  if (running?.late) return undefined;
  if (running === undefined) {
    running = { result: call(), late: false };
    pending.set(key, running);
    const end = () => pending.delete(key);
    running.result.then(end, end);
  }
  const done = new AbortController();
  const limit = sleep(seconds, AbortSignal.any([signal, done.signal])).then(() => undefined);
  limit.catch(() => {});
  try {
    const result = await Promise.race([running.result as Promise<T>, limit]);
    if (result === undefined) running.late = true;
    return result;
  } finally {
    done.abort();
  }
}
