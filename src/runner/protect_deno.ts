/** Protects the namespace of the runtime, `Deno`. */
import { refuseCall } from "../check/refusal.ts";
import { withFreeStack } from "./free_stack.ts";
import { protect, protectInstance } from "./protect.ts";
import { protectWeb } from "./protect_globals.ts";
import type { AnyFunction } from "./replace.ts";

/** Functions that return instances of classes without a public name. */
const connecting = ["connect", "connectTls", "startTls", "watchFs", "createHttpClient"];

/**
 * Makes functions of the runtime protect the classes of their results. Must run before the functions
 * are replaced or frozen.
 */
export function protectResults(): void {
  for (const name of connecting) {
    const original = Reflect.get(Deno, name) as AnyFunction;
    const wrapped = (...args: unknown[]) => {
      const result = Reflect.apply(original, Deno, args);
      return result instanceof Promise ? result.then(protectStreams) : protectStreams(result);
    };
    Object.defineProperty(Deno, name, { value: wrapped });
  }
  closeClass("HttpClient");
  for (const name of ["readable", "writable"]) {
    const { get } = Object.getOwnPropertyDescriptor(Deno.FsFile.prototype, name)!;
    Object.defineProperty(Deno.FsFile.prototype, name, {
      get(this: Deno.FsFile) {
        protectWeb();
        return Reflect.apply(get!, this, []);
      },
    });
  }
}

// The constructors of these classes accept the number of any resource of the realm. So a check could
// use the connections of other checks.
function closeClass(name: string): void {
  const prototype = Reflect.get(Reflect.get(Deno, name) ?? {}, "prototype");
  if (prototype === undefined) return;
  const closed = function () {
    throw refuseCall(`Deno.${name}`);
  };
  closed.prototype = prototype;
  Object.defineProperty(prototype, "constructor", { value: closed });
  Object.defineProperty(Deno, name, { value: closed });
}

/**
 * Protects the classes of an object that has streams, and hides its constructor, see
 * {@linkcode closeClass}.
 *
 * @param instance the object
 * @returns the object
 */
export function protectStreams<T>(instance: T): T {
  return withFreeStack(() => protectClasses(instance));
}

function protectClasses<T>(instance: T): T {
  protectWeb();
  const chain: unknown[] = [Object.prototype, null];
  for (let part = Object.getPrototypeOf(instance); !chain.includes(part);) {
    const known = Object.getOwnPropertyDescriptor(part, "constructor");
    if (known?.configurable) Object.defineProperty(part, "constructor", { value: Object });
    part = Object.getPrototypeOf(part);
  }
  return protectInstance(instance);
}

/** Protects the namespace. Must run after its functions were replaced. */
export function protectDeno(): void {
  for (const name of Reflect.ownKeys(Deno)) {
    const { configurable, get, value } = Object.getOwnPropertyDescriptor(Deno, name)!;
    // The error classes are frozen: libraries do not assign to them, and accessors would be slower.
    if (name === "errors") freezeClasses(value);
    // If the name of a function begins with a lower case letter, the function is not a class.
    else if (typeof value === "function" && /^[a-z]/.test(String(name))) Object.freeze(value);
    else if (get === undefined) protect(value);
    else if (configurable) protectLazily(name, get);
  }
  Object.freeze(Deno);
}

function freezeClasses(classes: Record<string, { prototype: object }>): void {
  for (const one of Object.values(classes)) {
    Object.freeze(one);
    Object.freeze(one.prototype);
  }
  Object.freeze(classes);
}

// The first access to the property loads a part of the runtime.
function protectLazily(name: PropertyKey, get: () => unknown): void {
  Object.defineProperty(Deno, name, {
    get: () => withFreeStack(() => protect(Reflect.apply(get, Deno, []))),
    configurable: false,
  });
}
