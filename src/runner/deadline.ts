/** The deadline of a task, and the time that the caller waits for the end of the task. */
export interface Deadline {
  /** The time until the deadline, in seconds. */
  seconds: number;
  /** Maximum time that the caller waits after the deadline, so that it knows how the task ended. */
  graceMilliseconds: number;
  /**
   * When this signal is aborted, the deadline passes immediately, and the caller does not wait for
   * the end of the task.
   */
  stop?: AbortSignal;
}

/**
 * Runs a task with a deadline. At the deadline the signal is aborted, and the task must end. The
 * caller then gets the result of `late`: when the task has ended, or after the grace time.
 *
 * @param deadline when the deadline passes
 * @param task the task; it must end when its signal is aborted
 * @param late returns the result for the caller after the deadline; it receives the result of the
 * task, or undefined if the task has not ended
 * @returns the result of the task or of `late`
 */
export async function withDeadline<T, Late>(
  { seconds, graceMilliseconds, stop }: Deadline,
  task: (signal: AbortSignal) => Promise<T>,
  late: (ended: T | undefined) => Late,
): Promise<T | Late> {
  const abort = new AbortController();
  const stopped = Promise.withResolvers<undefined>();
  const onStop = () => stopped.resolve(undefined);
  stop?.addEventListener("abort", onStop, { once: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const due = performance.now() + seconds * 1000;
  // The grace time starts at the deadline: a busy machine may notice late that the deadline has
  // passed.
  const waitUntil = (time: number) =>
    new Promise<undefined>((resolve) =>
      timer = setTimeout(resolve, Math.max(time - performance.now(), 0), undefined)
    );
  const done = task(abort.signal);
  done.catch(() => {});
  try {
    const inTime = await Promise.race([
      done.then((value) => ({ value })),
      waitUntil(due),
      stopped.promise,
    ]);
    if (inTime !== undefined) return inTime.value;
    abort.abort(new DOMException("The deadline has passed", "TimeoutError"));
    return late(
      stop?.aborted
        ? undefined
        : await Promise.race([done, waitUntil(due + graceMilliseconds), stopped.promise]),
    );
  } finally {
    clearTimeout(timer);
    stop?.removeEventListener("abort", onStop);
  }
}

/**
 * Waits for work that cannot be cancelled, until a signal is aborted.
 *
 * @param work the work
 * @param signal ends the wait
 * @param endsItself returns whether the signal also ends the work; if so, this function waits for
 * the work
 * @returns the result of the work
 * @throws the signal's reason, if the signal is aborted first or was aborted before
 */
export async function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
  endsItself: () => boolean = () => false,
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const leave = () => endsItself() || reject(signal.reason);
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();
  try {
    return await Promise.race([promise, work]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

/**
 * Waits for work that cannot fail, for a limited time.
 *
 * @param milliseconds the limit
 * @param work the work
 */
export async function waitAtMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, milliseconds);
  await Promise.race([work, over.promise]);
  clearTimeout(timer);
}
