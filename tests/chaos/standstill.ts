/** How often it is looked whether time goes on, in milliseconds. */
const every = 20;

/** What a timer may be late by on a machine that has other things to do, in milliseconds. */
const usual = 30;

/** Tells for how long this machine has left its processes alone. */
export interface Standstill extends Disposable {
  /** The time that has been lost so far, in seconds. */
  lost(): number;
}

/**
 * Watches a timer that ought to fire every few milliseconds. Where it does not, the machine has
 * given this process no processor, and the daemon beside it none either: such time is nobody's
 * lateness.
 *
 * @returns the watch; it goes on until it is disposed of
 */
export function watchStandstill(): Standstill {
  let lost = 0;
  let last = performance.now();
  const lateness = () => {
    const late = performance.now() - last - every;
    return late > usual ? late : 0;
  };
  const timer = setInterval(() => {
    lost += lateness();
    last = performance.now();
  }, every);
  return {
    lost: () => (lost + lateness()) / 1000,
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
