import type { AnyFunction } from "./replace.ts";

/** The functions that end a timer. */
export const CLEARING: readonly string[] = ["clearTimeout", "clearInterval"];

/**
 * Makes the function that ends timers for user code. The original also accepts the number of a
 * timer. All checks of a realm share these numbers, and they are small. So a check could end the
 * timers of other checks. The replacement accepts only the object that `setTimeout()` returned.
 *
 * @param setTimeout the function of the runtime
 * @returns the replacement of `clearTimeout()` and `clearInterval()`
 */
export function clearOwnTimer(setTimeout: AnyFunction): AnyFunction {
  const { getPrototypeOf, apply } = Reflect;
  const sample = setTimeout(() => {}, 1) as { close(): void };
  const prototype: unknown = getPrototypeOf(sample);
  const { close } = sample;
  sample.close();
  return (timer) => {
    if (typeof timer !== "object" || timer === null) return;
    if (getPrototypeOf(timer) === prototype) apply(close, timer, []);
  };
}
