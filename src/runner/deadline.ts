/**
 * Gives a task a deadline. When it passes, the signal is aborted, which is what ends the task, and
 * the caller goes on at once with what `late` says; the task is not waited for.
 *
 * @param seconds how long the task has
 * @param task what is done; it must end when its signal is aborted
 * @param late what the caller gets instead
 * @param stop brings the deadline forward to the moment when it is aborted
 * @returns what the task or `late` says
 */
export async function withDeadline<T>(
  seconds: number,
  task: (signal: AbortSignal) => Promise<T>,
  late: () => T,
  stop?: AbortSignal,
): Promise<T> {
  const abort = new AbortController();
  const timeout = Promise.withResolvers<T>();
  const pass = () => {
    timeout.resolve(late());
    abort.abort(new DOMException("The deadline has passed", "TimeoutError"));
  };
  const timer = setTimeout(pass, seconds * 1000);
  stop?.addEventListener("abort", pass, { once: true });
  const done = task(abort.signal);
  done.catch(() => {});
  try {
    return await Promise.race([done, timeout.promise]);
  } finally {
    clearTimeout(timer);
    stop?.removeEventListener("abort", pass);
  }
}

/**
 * Waits for something that cannot be called off, but no longer than until a signal is aborted.
 *
 * @param work what is waited for
 * @param signal ends the wait
 * @returns what comes of the work
 * @throws the signal's reason, if it is aborted first or was before
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const leave = () => reject(signal.reason);
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();
  try {
    return await Promise.race([promise, work]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}
