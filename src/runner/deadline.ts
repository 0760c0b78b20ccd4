/**
 * Gives a task a deadline. When it passes, the signal is aborted, which is what ends the task, and
 * the caller goes on at once with what `late` says; the task is not waited for.
 *
 * @param seconds how long the task has
 * @param task what is done; it must end when its signal is aborted
 * @param late what the caller gets instead
 * @returns what the task or `late` says
 */
export async function withDeadline<T>(
  seconds: number,
  task: (signal: AbortSignal) => Promise<T>,
  late: () => T,
): Promise<T> {
  const abort = new AbortController();
  const timeout = Promise.withResolvers<T>();
  const timer = setTimeout(() => {
    timeout.resolve(late());
    abort.abort(new DOMException("The deadline has passed", "TimeoutError"));
  }, seconds * 1000);
  const done = task(abort.signal);
  done.catch(() => {});
  try {
    return await Promise.race([done, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
