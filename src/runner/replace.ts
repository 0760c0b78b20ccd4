import { refuseCall } from "../check/refusal.ts";
import { fixProperty } from "./protect.ts";

/** Any function. */
export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Replaces a function permanently; an assignment has no effect. A missing function is ignored, since a realm may lack it.
 *
 * @param owner the object that has the function
 * @param name its name there
 * @param make makes the replacement
 */
export function replaceFunction(
  owner: object,
  name: string,
  make: (original: AnyFunction) => AnyFunction,
): void {
  const original: unknown = Reflect.get(owner, name);
  if (typeof original !== "function") return;
  const value = make(original as AnyFunction);
  makePermanent(owner, name, value);
}

/**
 * Replaces functions by ones that throw: the function is not for a check.
 *
 * @param owner the object that has the functions
 * @param shown the name of the owner in the message; empty for globals
 * @param names the names of the functions
 */
export function refuseFunctions(owner: object, shown: string, names: readonly string[]): void {
  for (const name of names) {
    if (!(name in owner)) continue;
    const called = shown === "" ? name : `${shown}.${name}`;
    // An arrow function is not possible, because some of these functions are called with `new`.
    const value = function () {
      throw refuseCall(called);
    };
    makePermanent(owner, name, value);
  }
}

// V8 defines some globals so that they cannot become accessors.
function makePermanent(owner: object, name: string, value: object): void {
  Object.preventExtensions(value);
  if (Object.getOwnPropertyDescriptor(owner, name)?.configurable === false) {
    Object.defineProperty(owner, name, { value, writable: false });
  } else fixProperty(owner, name, () => value, "ignored");
}
