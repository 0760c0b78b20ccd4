/**
 * Calls after an end: the methods of an object, and of the native objects in its properties, after
 * `close()` and similar methods. Some native methods trust that they are not called then.
 */

/** Methods that end an object, or a part of its work. */
const endings = [
  ...["close", "destroy", "end", "final", "digest", "disconnect", "free", "remove", "abort"],
  ...["cancel", "return", "kill", "releaseLock", "terminate", "stop", "disable", "finish"],
  ...["shutdown", "_final", "_destroy", "sign", "verify", "finalize"],
];

/** The arguments of each method. */
const argumentsAfterEnd =
  "[[], [0], [-1], [''], [new Uint8Array(4)], [new Uint8Array(4), 'hex'], " +
  "[() => {}], [{}, () => {}], ['localhost', 1, 1], " +
  "[0, new Uint8Array(4), 0, 4, new Uint8Array(64), 0, 64, new Uint32Array(2)]]";

/** The code of a function that takes a function, and makes these calls with what it returns. */
export const afterEnd = `(make) => {
  const namesOf = (part) => {
    const names = new Set();
    for (let p = part; p && p !== Object.prototype; p = proto(p)) {
      for (const key of Reflect.ownKeys(p)) if (key !== "constructor") names.add(key);
    }
    return [...names];
  };
  const isPart = (value) => typeof value === "object" && value !== null &&
    ![Object.prototype, Array.prototype, null].includes(proto(value)) && !ArrayBuffer.isView(value);
  const first = make();
  const keys = Reflect.ownKeys(first)
    .filter((key) => isPart(Object.getOwnPropertyDescriptor(first, key).value));
  const start = Date.now();
  for (const get of [(one) => one, ...keys.map((key) => (one) => one[key])]) {
    const names = namesOf(get(first));
    for (const end of ${JSON.stringify(endings)}.filter((one) => names.includes(one))) {
      for (const name of names) {
        if (Date.now() - start > 1_500) return;
        const whole = make();
        const part = get(whole);
        try { part[end]() } catch {}
        for (const args of ${argumentsAfterEnd}) {
          try { Promise.resolve(part[name](...args)).catch(() => {}) } catch {}
        }
        // Without this, the memory of 100 encoders would reach the limit.
        try { whole.destroy() } catch {}
      }
    }
  }
}`;
