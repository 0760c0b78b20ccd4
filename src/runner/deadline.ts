/** How long a task has, and how long its end is waited for. */
export interface Deadline {
  /** How long the task has, in seconds. */
  seconds: number;
  /** How long a task may take to end after its deadline, so that its end is known. */
  graceMilliseconds: number;
  /** Brings the deadline forward to the moment when it is aborted; no end is waited for then. */
  stop?: AbortSignal;
}

/**
 * Gives a task a deadline. When it passes, the signal is aborted, which is what ends the task, and
 * the caller goes on with what `late` says: as soon as the task has ended, and soon in any case.
 *
 * @param deadline when it passes
 * @param task what is done; it must end when its signal is aborted
 * @param late what the caller gets instead; it is told what the task came to, where that is known
 * @returns what the task or `late` says
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
  // Counted from the deadline, however late a busy machine notices that it has passed.
  const waitUntil = (time: number) =>
    new Promise<undefined>((resolve) =>
      timer = setTimeout(resolve, time - performance.now(), undefined)
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
 * Waits for something that cannot be called off, but no longer than until a signal is aborted.
 *
 * @param work what is waited for
 * @param signal ends the wait
 * @param endsItself whether the work has come to where the signal ends it: it is waited for then
 * @returns what comes of the work
 * @throws the signal's reason, if it is aborted first or was before
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
 * Waits for something that cannot fail, within a bound.
 *
 * @param milliseconds the bound
 * @param work what is waited for
 */
export async function waitAtMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, milliseconds);
  await Promise.race([work, over.promise]);
  clearTimeout(timer);
}
