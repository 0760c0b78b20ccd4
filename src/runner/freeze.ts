/**
 * Freezes the built-in objects of the language and the platform in this realm. Checks with the same
 * permissions share a realm with each other and with the program that runs them. A check that could
 * change `Promise.prototype.then` could read the options of other checks and rewrite their answers.
 */

/** What the program inside a sandbox uses. Looked up by name, since a realm may lack one. */
const language = [
  ...["Object", "Function", "Array", "String", "Number", "Boolean", "Symbol", "BigInt"],
  ...["Map", "Set", "WeakMap", "WeakSet", "WeakRef", "Promise", "Proxy", "RegExp", "Date"],
  ...["JSON", "Math", "Reflect", "Iterator"],
  ...["Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError"],
  ...["AggregateError"],
];

/** Classes that are inherited from, for example by Node's `Buffer`. */
const classes = [
  ...["ArrayBuffer", "Uint8Array", "DataView", "TextEncoder", "TextDecoder", "DOMException"],
  ...["AbortController", "AbortSignal", "EventTarget", "Event", "MessageEvent", "ErrorEvent"],
  ...["PromiseRejectionEvent", "ReadableStreamDefaultReader"],
];

/** Properties that programs set by assignment on their own objects, functions and errors. */
const overridden: ReadonlySet<PropertyKey> = new Set([
  ...["constructor", "toString", "toLocaleString", "valueOf", "name", "message", "stack", "cause"],
]);

/** Global functions that the runtime itself looks up, for example to report errors. */
const functions = ["dispatchEvent", "reportError", "structuredClone", "queueMicrotask"];

/** Properties of `RegExp` that expose the last match of any code in the realm. */
const lastMatch = [
  ...["input", "lastMatch", "lastParen", "leftContext", "rightContext", "$_", "$&", "$+", "$`"],
  ...["$'", "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9"],
];

/** Freezes the realm. Objects that user code defines stay changeable. */
export function freezeRealm(): void {
  // At its first use the runtime replaces this global, which fails once the global is frozen. If
  // user code froze it first, the process would end in a panic. So it is used before it is frozen.
  queueMicrotask(() => {});
  for (const name of lastMatch) Reflect.deleteProperty(RegExp, name);
  for (const name of functions) fix(name);
  for (const name of language) {
    const value = fix(name);
    // Libraries set `Error.stackTraceLimit` and the like, which reveals nothing about other checks.
    if (!isErrorType(value)) freezeForHeirs(value);
    const loose = isErrorType(value) || value === Object || value === Function;
    if (value.prototype) freezeForHeirs(value.prototype, loose ? overridden : undefined);
  }
  for (const target of [...classes.map(fix), Object.getPrototypeOf(Uint8Array)]) {
    freezeForHeirs(target);
    freezeForHeirs(target.prototype);
  }
  for (const prototype of nameless()) freezeForHeirs(prototype);
}

// Makes the value of a global permanent.
function fix(name: string): { prototype: object } {
  const value = Reflect.get(globalThis, name);
  Object.defineProperty(globalThis, name, { value, writable: false, configurable: false });
  return value;
}

function isErrorType(value: unknown): boolean {
  return value === Error || Object.getPrototypeOf(value) === Error;
}

// Returns prototypes that syntax uses and that have no global name.
function nameless(): object[] {
  const of = (value: object) => Object.getPrototypeOf(value) as object;
  const generator = of(function* () {});
  const asyncGenerator = of(async function* () {});
  return [
    of([][Symbol.iterator]()),
    of(new Map()[Symbol.iterator]()),
    of(new Set()[Symbol.iterator]()),
    of(""[Symbol.iterator]()),
    of("".matchAll(/x/g)),
    of(async () => {}),
    generator,
    of((function* () {})()),
    of(of((function* () {})())),
    asyncGenerator,
    of(of((async function* () {})())),
  ];
}

function freeze(target: object, except?: ReadonlySet<PropertyKey>): void {
  for (const key of Reflect.ownKeys(target)) {
    if (except?.has(key)) continue;
    const { configurable, writable } = Object.getOwnPropertyDescriptor(target, key)!;
    if (!configurable) continue;
    Object.defineProperty(target, key, {
      configurable: false,
      ...(writable !== undefined && { writable: false }),
    });
  }
  Object.preventExtensions(target);
}

// A frozen property cannot be assigned on heirs either. Where heirs assign it, an accessor replaces
// the value: the accessor cannot be changed, and assigning gives the heir its own property.
function freezeForHeirs(target: object, except?: ReadonlySet<PropertyKey>): void {
  for (const key of Reflect.ownKeys(target)) {
    if (except?.has(key)) continue;
    const { configurable, writable, value } = Object.getOwnPropertyDescriptor(target, key)!;
    if (!configurable || !writable) continue;
    Object.defineProperty(target, key, {
      configurable: false,
      get: () => value,
      set(this: object, own: unknown) {
        if (this === target) throw new TypeError(`Cannot assign to property ${String(key)}`);
        const descriptor = { value: own, writable: true, enumerable: true, configurable: true };
        Object.defineProperty(this, key, descriptor);
      },
    });
  }
  freeze(target, except);
}
