import { refuseCall } from "../check/refusal.ts";

/** Any function, of which only the arguments matter. */
export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Puts something in the place of a function for good. Where there is none, nothing happens: a realm
 * may lack it.
 *
 * @param owner where it is
 * @param name its name there
 * @param make makes what takes its place
 */
export function replaceFunction(
  owner: object,
  name: string,
  make: (original: AnyFunction) => AnyFunction,
): void {
  const original: unknown = Reflect.get(owner, name);
  if (typeof original !== "function") return;
  const value = make(original as AnyFunction);
  Object.defineProperty(owner, name, { value, writable: false, configurable: false });
}

/**
 * Takes functions away: whoever calls one is told that it is not for a check.
 *
 * @param owner where they are
 * @param shown how their owner is called in the message; nothing for globals
 * @param names their names
 */
export function refuseFunctions(owner: object, shown: string, names: readonly string[]): void {
  for (const name of names) {
    if (!(name in owner)) continue;
    const called = shown === "" ? name : `${shown}.${name}`;
    // A plain function, since some of them are called with `new`.
    const value = function () {
      throw refuseCall(called);
    };
    Object.defineProperty(owner, name, { value, writable: false, configurable: false });
  }
}
