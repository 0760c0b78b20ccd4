/** A running timeout in a linked ring. A `Map` with many additions and removals costs 40 MB. */
interface Running {
  onTimeout: () => void;
  /** The time of the timeout, by `performance.now()`. */
  deadline: number;
  before: Running;
  after: Running;
}

/**
 * Starts a timeout.
 *
 * @param onTimeout called once when the time has passed
 * @returns a function that stops the timeout; further calls have no effect
 */
export type StartTimeout = (onTimeout: () => void) => () => void;

/**
 * Creates timeouts of one duration that share one timer. A timer for each would take a tenth of the
 * time of a plain answer. The timer does not keep an otherwise idle process alive.
 *
 * @param milliseconds the duration
 * @returns the function that starts a timeout
 */
export function createTimeouts(milliseconds: number): StartTimeout {
  // Start and end of the ring. All timeouts have the same duration: the earliest is first.
  const ring = { onTimeout: () => {}, deadline: Infinity } as Running;
  ring.before = ring.after = ring;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function sweep(): void {
    const now = performance.now();
    while (ring.after.deadline <= now) {
      const { onTimeout } = ring.after;
      leave(ring.after);
      onTimeout();
    }
    timer = ring.after === ring ? undefined : later(ring.after.deadline - now);
  }

  function later(wait: number): ReturnType<typeof setTimeout> {
    const id = setTimeout(sweep, wait);
    Deno.unrefTimer(id);
    return id;
  }

  return (onTimeout) => {
    const deadline = performance.now() + milliseconds;
    const one: Running = { onTimeout, deadline, before: ring.before, after: ring };
    ring.before = ring.before.after = one;
    timer ??= later(milliseconds);
    return () => leave(one);
  };
}

function leave(one: Running): void {
  one.before.after = one.after;
  one.after.before = one.before;
  // A second call has no effect.
  one.before = one.after = one;
}
