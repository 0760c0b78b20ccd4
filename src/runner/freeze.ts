/**
 * Makes what the language and the platform bring along unchangeable in this realm. Checks that hold
 * the same permissions share a realm, and so does the program that runs them: a check that could
 * change `Promise.prototype.then` would read what the others are asked and rewrite their answers.
 */

/** What the program inside a sandbox relies on; looked up by name, as a realm may lack one. */
const language = [
  ...["Object", "Function", "Array", "String", "Number", "Boolean", "Symbol", "BigInt"],
  ...["Map", "Set", "WeakMap", "WeakSet", "WeakRef", "Promise", "Proxy", "RegExp", "Date"],
  ...["JSON", "Math", "Reflect", "Iterator"],
  ...["Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError"],
  ...["AggregateError"],
];

/** Classes that others inherit from, Node's own `Buffer` among them. */
const classes = [
  ...["ArrayBuffer", "Uint8Array", "DataView", "TextEncoder", "TextDecoder", "DOMException"],
  ...["AbortController", "AbortSignal", "EventTarget", "Event", "MessageEvent", "ErrorEvent"],
  ...["PromiseRejectionEvent", "ReadableStreamDefaultReader"],
];

/** What programs give to objects, functions and errors of their own by plain assignment. */
const overridden: ReadonlySet<PropertyKey> = new Set([
  ...["constructor", "toString", "toLocaleString", "valueOf", "name", "message", "stack", "cause"],
]);

/** Functions of the global scope that the runtime looks up there, to tell of errors for one. */
const functions = ["dispatchEvent", "reportError", "structuredClone", "queueMicrotask"];

/** What `RegExp` remembers of the last match, whoever made it. */
const lastMatch = [
  ...["input", "lastMatch", "lastParen", "leftContext", "rightContext", "$_", "$&", "$+", "$`"],
  ...["$'", "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9"],
];

/** Freezes the realm. What user code defines for itself stays as free as ever. */
export function freezeRealm(): void {
  // At its first use the runtime takes this one off the global and puts its own there. It cannot
  // once that is frozen; were user code to freeze it first, the whole process would end in a panic.
  queueMicrotask(() => {});
  for (const name of lastMatch) Reflect.deleteProperty(RegExp, name);
  for (const name of functions) fix(name);
  for (const name of language) {
    const value = fix(name);
    // Libraries trim `Error.stackTraceLimit` and the like, which tells them nothing of others.
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

// Makes a global name mean for ever what it means now.
function fix(name: string): { prototype: object } {
  const value = Reflect.get(globalThis, name);
  Object.defineProperty(globalThis, name, { value, writable: false, configurable: false });
  return value;
}

function isErrorType(value: unknown): boolean {
  return value === Error || Object.getPrototypeOf(value) === Error;
}

// Prototypes that stand behind syntax and have no global name.
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

// What is frozen cannot be assigned on heirs either. Where heirs do that, an accessor stands in for
// the value: it cannot be changed, and gives an heir a property of its own.
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
