/**
 * Makes objects of the language and the runtime unchangeable for user code. If a property were
 * frozen, inheriting objects could not assign it either. Libraries do this
 * (`Foo.prototype.toString = …`). So an accessor replaces each value. Its getter returns the
 * original. Its setter defines an own property on the inheriting object.
 *
 * @module
 */
import { requireStack } from "./free_stack.ts";
import { language } from "./language.ts";

/**
 * The result of an assignment to the owner of a property: it throws, or it has no effect. Libraries
 * replace globals and functions of the console. These libraries must not fail.
 */
export type Assignment = "throws" | "ignored";

// These functions are bound before user code is evaluated.
const { apply, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;
const { preventExtensions, seal } = Object;
const { get: getOf, has: hasIn, set: setIn } = WeakMap.prototype;

const protectedObjects = new WeakSet<object>([Object.prototype, Function.prototype]);

/**
 * Returns whether a value can have properties: an object or a function. The runtime also accepts a
 * function as options.
 */
export function isObject(value: unknown): value is object {
  return typeof value === "function" || (typeof value === "object" && value !== null);
}

/**
 * Replaces a property by an accessor that cannot be changed.
 *
 * @param owner the object
 * @param key the name of the property
 * @param get returns its value
 * @param assignment the result of an assignment
 */
export function fixProperty(
  owner: object,
  key: PropertyKey,
  get: () => unknown,
  assignment: Assignment = "throws",
): void {
  // The values of objects that have a copy of the accessor. Some libraries copy all descriptors of
  // a module.
  let copies: WeakMap<object, unknown> | undefined;
  const done = defineProperty(owner, key, {
    get(this: object) {
      return copies !== undefined && apply(hasIn, copies, [this])
        ? apply(getOf, copies, [this])
        : get();
    },
    set(this: unknown, own: unknown) {
      if (this !== owner && isObject(this)) giveOwn(this, key, own, copies ??= new WeakMap());
      else if (assignment === "throws") throw cannotAssign(key);
    },
    enumerable: getOwnPropertyDescriptor(owner, key)?.enumerable ?? false,
    configurable: false,
  });
  if (!done) throw new TypeError(`Cannot protect property ${String(key)}`);
}

function giveOwn(
  heir: object,
  key: PropertyKey,
  value: unknown,
  copies: WeakMap<object, unknown>,
): void {
  const known = getOwnPropertyDescriptor(heir, key);
  if (known?.configurable === false) return void apply(setIn, copies, [heir, value]);
  const descriptor = known === undefined
    ? { value, writable: true, enumerable: true, configurable: true }
    : { value, writable: true };
  if (!defineProperty(heir, key, descriptor)) throw cannotAssign(key);
}

function cannotAssign(key: PropertyKey): TypeError {
  return new TypeError(`Cannot assign to property ${String(key)}`);
}

/**
 * Protects the own properties of an object, and the functions in these properties. Otherwise
 * `slice.call = …` would change all calls of `slice.call()`.
 *
 * @param target the object
 * @param assignment the result of an assignment
 * @param open whether the object may get new properties afterwards
 * @returns the values of its properties, without those of accessors
 */
export function protectProperties(
  target: object,
  assignment?: Assignment,
  open = false,
): unknown[] {
  protectedObjects.add(target);
  const values: unknown[] = [];
  for (const key of ownKeys(target)) {
    const { configurable, writable, value, get, set } = getOwnPropertyDescriptor(target, key)!;
    if (isObject(value)) values[values.length] = value;
    // Libraries define properties on `Error`, see freeze.ts.
    if (typeof value === "function" && value !== Error) preventExtensions(value);
    if (get !== undefined) preventExtensions(get);
    if (set !== undefined) preventExtensions(set);
    if (!writable) {
      if (open) defineProperty(target, key, { configurable: false });
    } else if (configurable) fixProperty(target, key, () => value, assignment);
    else if (key === "prototype") defineProperty(target, key, { writable: false });
  }
  if (open) keepPrototype(target);
  // The length of a list is not configurable, so it has no accessor.
  if (Array.isArray(target) && target !== Array.prototype) {
    defineProperty(target, "length", { writable: false });
  }
  // Unlike `freeze()`, `seal()` leaves properties such as the length of `Array.prototype` writable.
  // Inheriting objects assign these properties.
  if (!open) seal(target);
  return values;
}

/**
 * Protects an object and the objects that it inherits from, for example a prototype.
 *
 * @param first the object
 */
export function protectChain(first: object | null): void {
  for (let one = first; one !== null && !protectedObjects.has(one); one = getPrototypeOf(one)) {
    const made: unknown = getOwnPropertyDescriptor(one, "constructor")?.value;
    protectProperties(one);
    // Otherwise another prototype or static method would be used for all objects of the class.
    if (typeof made === "function" && !ofLanguage.has(made) && !protectedObjects.has(made)) {
      protectProperties(made, "ignored");
    }
  }
}

/** Classes that freeze.ts protects, because it changes some of them before. */
const ofLanguage: ReadonlySet<unknown> = new Set(
  language.map((name) => Reflect.get(globalThis, name)),
);

/**
 * Protects a value that a check gets from the runtime: a class, a function, or an object that all
 * checks share. Also protects the objects that the value inherits from, and the functions and plain
 * objects in its properties. Of other objects in its properties, only the classes are protected,
 * because the state of these objects changes.
 *
 * @param value any value
 * @param assignment the result of an assignment to the object
 * @param open whether the object may get new properties afterwards
 * @returns the value
 */
export function protect<T>(value: T, assignment?: Assignment, open?: boolean): T {
  if (!isObject(value) || protectedObjects.has(value)) return value;
  if (isSimple(value)) {
    protectedObjects.add(value);
    seal(value);
    return value;
  }
  const parts = protectProperties(value, assignment, open);
  protect(getPrototypeOf(value));
  if (typeof value === "function") protectChain(Reflect.get(value, "prototype") ?? null);
  for (const part of parts) {
    if (typeof part === "function" || isPlain(part)) protect(part);
    else protectInstance(part);
  }
  return value;
}

// Most functions are not classes. They have only the properties `name` and `length`.
function isSimple(value: object): boolean {
  return typeof value === "function" && ownKeys(value).length === 2 &&
    getPrototypeOf(value) === Function.prototype;
}

function isPlain(value: unknown): boolean {
  const parent = getPrototypeOf(value as object);
  return parent === null || parent === Object.prototype || parent === Array.prototype;
}

/**
 * Protects the classes of an object that a check gets from the runtime, but not the object itself.
 *
 * @param instance the object
 * @returns the object
 */
export function protectInstance<T>(instance: T): T {
  if (isObject(instance)) protectChain(getPrototypeOf(instance));
  return instance;
}

/** Shared objects that may get new properties, and the objects that they inherit from. */
const extensible: { target: object; parent: object | null }[] = [];

/**
 * Keeps the prototype of a shared object that may get new properties. Otherwise a check could insert
 * an object that receives all reads of missing properties.
 *
 * @param target the object
 */
export function keepPrototype(target: object): void {
  extensible[extensible.length] = { target, parent: getPrototypeOf(target) };
  open.add(target);
}

const open = new WeakSet<object>();

/** Returns whether a value is a shared object that may get new properties. */
export function isOpen(value: unknown): value is object {
  return isObject(value) && open.has(value);
}

/**
 * Guards the functions that change a prototype, see {@linkcode keepPrototype}. The prototypes are
 * compared after each change, because the changed object may be a proxy of a shared object.
 */
export function guardPrototypes(): void {
  const { setPrototypeOf } = Reflect;
  const restore = () => {
    for (let at = 0; at < extensible.length; at++) {
      const { target, parent } = extensible[at]!;
      if (getPrototypeOf(target) === parent) continue;
      setPrototypeOf(target, parent);
      throw new TypeError("Cannot change the prototype of an object that checks share");
    }
  };
  for (const owner of [Object, Reflect]) {
    const original = owner.setPrototypeOf as (target: object, parent: object | null) => unknown;
    const value = (target: object, parent: object | null) => {
      // If the stack is too full to restore a prototype, this fails before the change.
      requireStack();
      const result = original(target, parent);
      restore();
      return result;
    };
    defineProperty(owner, "setPrototypeOf", { value });
  }
}
