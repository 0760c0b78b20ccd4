/**
 * Keeps the objects open that checks share and that may get new properties: the global object, the
 * console, `Error` and the modules of Node. If a check froze one of them, other checks would fail,
 * and even the runtime: it defines properties on the console when it loads its Node part.
 */
import { isObject, isOpen } from "./protect.ts";

// These functions are bound before user code is evaluated.
const { defineProperty, getOwnPropertyDescriptor, ownKeys, preventExtensions } = Reflect;
const { create } = Object;

type Define = (target: object, key: PropertyKey, descriptor: PropertyDescriptor) => unknown;

/**
 * Guards the functions that freeze objects or define properties. A guarded call has no effect on the
 * objects, or defines a property that can be changed. Must run before user code is evaluated.
 */
export function guardOpenObjects(): void {
  for (const name of ["freeze", "seal", "preventExtensions"] as const) {
    const original = Object[name] as (target: unknown) => unknown;
    replace(Object, name, (target: unknown) => isOpen(target) ? target : original(target));
  }
  const refuse = (target: object) => !isOpen(target) && preventExtensions(target);
  replace(Reflect, "preventExtensions", refuse);
  const define = (original: Define): Define => (target, key, descriptor) => {
    if (!isOpen(target) || !isObject(descriptor)) return original(target, key, descriptor);
    const name = typeof key === "symbol" ? key : `${key as string}`;
    return original(target, name, changeable(target, name, descriptor));
  };
  const reflected = define(defineProperty) as typeof defineProperty;
  const defined = define(Object.defineProperty);
  const { defineProperties } = Object;
  replace(Reflect, "defineProperty", reflected);
  replace(Object, "defineProperty", defined);
  replace(Object, "defineProperties", (target: object, all: Record<PropertyKey, object>) => {
    if (!isOpen(target) || !isObject(all)) return defineProperties(target, all);
    for (const key of ownKeys(all)) {
      if (getOwnPropertyDescriptor(all, key)?.enumerable) defined(target, key, all[key as string]!);
    }
    return target;
  });
  guardProxies(reflected);
}

function replace(owner: object, name: string, value: unknown): void {
  defineProperty(owner, name, { value });
}

const attributes = ["configurable", "enumerable", "writable", "value", "get", "set"] as const;

// Returns a copy of a descriptor that leaves the property as changeable as it is.
function changeable(
  target: object,
  key: PropertyKey,
  descriptor: PropertyDescriptor,
): PropertyDescriptor {
  const copy: PropertyDescriptor = create(null);
  for (const name of attributes) if (name in descriptor) copy[name] = descriptor[name];
  const known = getOwnPropertyDescriptor(target, key);
  if (known?.configurable !== false) copy.configurable = true;
  else if (known.writable && "writable" in copy) copy.writable = true;
  return copy;
}

// A proxy of an open object would pass these operations on to the object.
function guardProxies(define: typeof defineProperty): void {
  const { Proxy } = globalThis;
  const guarded = <T extends object>(target: T, handler: ProxyHandler<T>): ProxyHandler<T> =>
    isOpen(target) && isObject(handler)
      ? create(handler, {
        preventExtensions: { get: () => handler.preventExtensions ?? (() => false) },
        defineProperty: { get: () => handler.defineProperty ?? define },
      })
      : handler;
  const value = function <T extends object>(target: T, handler: ProxyHandler<T>): T {
    if (new.target === undefined) throw new TypeError("Constructor Proxy requires 'new'");
    return new Proxy(target, guarded(target, handler));
  };
  replace(value, "name", "Proxy");
  replace(
    value,
    "revocable",
    <T extends object>(target: T, handler: ProxyHandler<T>) =>
      Proxy.revocable(target, guarded(target, handler)),
  );
  replace(globalThis, "Proxy", value);
}
