/** The interval of the timer, in milliseconds. */
const every = 20;

/** The maximum delay of the timer on a busy machine, in milliseconds. */
const usual = 30;

/** Measures the time in which the machine did not run its processes. */
export interface Standstill extends Disposable {
  /** Returns the time that was lost so far, in seconds. */
  lost(): number;
}

/**
 * Watches a timer that should fire every few milliseconds. If it is late, the machine ran neither
 * this process nor the daemon. Commands did not cause that delay.
 *
 * @returns the watch; it runs until it is disposed of
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
