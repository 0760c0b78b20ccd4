/**
 * Separates the timers of checks that share a realm. The runtime links all timers of the same
 * duration with each other, and all immediates. Through these links a check could end the timers of
 * other checks, and replace their functions. So the links are hidden.
 */
import type { AnyFunction } from "./replace.ts";

/** The functions that end a timer. */
export const CLEARING: readonly string[] = ["clearTimeout", "clearInterval"];

const { apply, defineProperty, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } =
  Reflect;

/**
 * Makes the function that ends timers for user code. The original also accepts the number of a
 * timer. All checks of a realm share these numbers, and they are small. So a check could end the
 * timers of other checks. The replacement accepts only the object that `setTimeout()` returned.
 *
 * @param setTimeout the function of the runtime
 * @returns the replacement of `clearTimeout()` and `clearInterval()`
 */
export function clearOwnTimer(setTimeout: AnyFunction): AnyFunction {
  const prototype = getPrototypeOf(setTimeout(() => {}, 1) as object)!;
  hideLinks(prototype);
  // This timer can be ended, because it was made after the links were hidden.
  const sample = setTimeout(() => {}, 1) as { close(): void };
  const { close } = sample;
  sample.close();
  return (timer) => {
    if (typeof timer !== "object" || timer === null) return;
    if (getPrototypeOf(timer) === prototype) apply(close, timer, []);
  };
}

/** The property of a timer with the object that the runtime links. */
const linked = "_timer";

const hidden = new WeakSet<object>();

// The methods of a timer read its property. So the property exists only while they run.
function hideLinks(prototype: object): void {
  if (hidden.has(prototype)) return;
  hidden.add(prototype);
  const kept = new WeakMap<object, unknown>();
  const own = ownKeys(prototype);
  const [make, end] = ["createTimer", "destroy"].map((name) =>
    own.find((key) => typeof key === "symbol" && key.description === name)!
  );

  function hide(timer: object): void {
    const known = getOwnPropertyDescriptor(timer, linked);
    if (known === undefined) return;
    kept.set(timer, known.value);
    deleteProperty(timer, linked);
  }

  // While the property exists, no user code may run: no accessor and no replaced method.
  function expectPlain(timer: object): void {
    const isPlain = kept.has(timer) && getPrototypeOf(timer) === prototype &&
      ownKeys(timer).every((key) =>
        !own.includes(key) && "value" in getOwnPropertyDescriptor(timer, key)!
      );
    if (!isPlain) throw new TypeError("Invalid timer: it was changed");
  }

  const wrap = (key: PropertyKey, made: (original: AnyFunction) => AnyFunction) =>
    defineProperty(prototype, key, { value: made(Reflect.get(prototype, key)) });
  wrap(make!, (original) =>
    function (this: unknown) {
      const id = apply(original, this, []);
      hide(this as object);
      return id;
    });
  for (const key of ["refresh", "ref", "unref", end!]) {
    wrap(key, (original) =>
      function (this: unknown) {
        const timer = this as object;
        expectPlain(timer);
        const value = kept.get(timer);
        if (!defineProperty(timer, linked, { value, writable: true, configurable: true })) {
          throw new TypeError("Invalid timer: it cannot be changed");
        }
        try {
          return apply(original, timer, []);
        } finally {
          hide(timer);
        }
      });
  }
}

/** An immediate as the runtime makes it. */
interface Immediate extends Disposable {
  ref(): unknown;
  unref(): unknown;
  hasRef(): boolean;
}

// The runtime links immediates by their own properties. So user code gets another object.
class OwnImmediate implements Immediate {
  #immediate!: Immediate;

  static make(setImmediate: AnyFunction, callback: AnyFunction, args: unknown[]): OwnImmediate {
    const own = new OwnImmediate();
    const call = (...given: unknown[]) => apply(callback, own, given);
    own.#immediate = apply(setImmediate, undefined, [call, ...args]) as Immediate;
    return own;
  }

  static clear(value: unknown): void {
    if (typeof value === "object" && value !== null && #immediate in value) {
      value[Symbol.dispose]();
    }
  }

  ref(): this {
    this.#immediate.ref();
    return this;
  }

  unref(): this {
    this.#immediate.unref();
    return this;
  }

  hasRef(): boolean {
    return this.#immediate.hasRef();
  }

  [Symbol.dispose](): void {
    this.#immediate[Symbol.dispose]();
  }
}
Object.defineProperty(OwnImmediate.prototype, "constructor", { value: Object });

let setOwn: AnyFunction | undefined;

/**
 * Makes the replacement of `setImmediate()` for user code.
 *
 * @param setImmediate the function of the runtime
 * @returns the same replacement at each call
 */
export function setOwnImmediate(setImmediate: AnyFunction): AnyFunction {
  if (setOwn !== undefined) return setOwn;
  const made: AnyFunction = (callback, ...args) =>
    typeof callback === "function"
      ? OwnImmediate.make(setImmediate, callback as AnyFunction, args)
      // The original reports the error.
      : setImmediate(callback);
  // `util.promisify()` uses the function in a property.
  for (const key of Object.getOwnPropertySymbols(setImmediate)) {
    defineProperty(made, key, getOwnPropertyDescriptor(setImmediate, key)!);
  }
  return setOwn = made;
}

/** The replacement of `clearImmediate()` for user code. */
export const clearOwnImmediate: AnyFunction = (immediate) => OwnImmediate.clear(immediate);

/** The longest duration of a timer; a longer one would end at once. */
const maxMilliseconds = 2 ** 31 - 1;

/**
 * Replaces `AbortSignal.timeout()`, because its signals have a linked timer. Must run before user
 * code is evaluated.
 */
export function hideSignalTimers(): void {
  const value = (milliseconds: unknown) => {
    const wanted = Math.trunc(Number(milliseconds));
    if (!(wanted >= 0 && wanted <= Number.MAX_SAFE_INTEGER)) {
      throw new TypeError("Invalid milliseconds: expected a positive number");
    }
    const controller = new AbortController();
    const end = () => controller.abort(new DOMException("Signal timed out.", "TimeoutError"));
    const timer: unknown = setTimeout(end, Math.min(wanted, maxMilliseconds));
    (timer as { unref(): void }).unref();
    return controller.signal;
  };
  Object.defineProperty(AbortSignal, "timeout", { value });
}
