/**
 * Makes what the language and the platform bring along unchangeable in this realm. Checks that hold
 * the same permissions share a realm, and so does the program that runs them: a check that could
 * change `Promise.prototype.then` would read what the others are asked and rewrite their answers.
 */

/** What the program inside a sandbox relies on; looked up by name, as a realm may lack one. */
const names = [
  ...["Object", "Function", "Array", "String", "Number", "Boolean", "Symbol", "BigInt"],
  ...["Map", "Set", "WeakMap", "WeakSet", "WeakRef", "Promise", "Proxy", "RegExp", "Date"],
  ...["JSON", "Math", "Reflect", "Iterator", "ArrayBuffer", "Uint8Array", "DataView"],
  ...["Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError"],
  ...["AggregateError", "DOMException", "AbortController", "AbortSignal", "EventTarget", "Event"],
  ...["MessageEvent", "ErrorEvent", "PromiseRejectionEvent", "MessagePort", "TextEncoder"],
  ...["TextDecoder", "ReadableStreamDefaultReader", "structuredClone", "queueMicrotask"],
];

/**
 * What programs give to objects of their own by plain assignment. Were these frozen on the
 * prototypes below, the assignment would fail on every heir too.
 */
const overridden: ReadonlySet<PropertyKey> = new Set([
  ...["constructor", "toString", "toLocaleString", "valueOf", "name", "message", "stack", "cause"],
]);

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
  for (const name of names) {
    const value = Reflect.get(globalThis, name);
    if (value === undefined) continue;
    Object.defineProperty(globalThis, name, { value, writable: false, configurable: false });
    // Libraries trim `Error.stackTraceLimit` and the like, which tells them nothing of others.
    if (!isErrorType(value)) freeze(value, false);
    if (typeof value === "function" && value.prototype) {
      freeze(value.prototype, isErrorType(value) || value === Object || value === Function);
    }
  }
  for (const prototype of nameless()) freeze(prototype, false);
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
    of(Uint8Array),
    of(Uint8Array.prototype),
    of(async () => {}),
    generator,
    of((function* () {})()),
    of(of((function* () {})())),
    asyncGenerator,
    of(of((async function* () {})())),
  ];
}

function freeze(target: object, loose: boolean): void {
  for (const key of Reflect.ownKeys(target)) {
    if (loose && overridden.has(key)) continue;
    const descriptor = Object.getOwnPropertyDescriptor(target, key)!;
    if (!descriptor.configurable) continue;
    Object.defineProperty(
      target,
      key,
      "value" in descriptor ? { writable: false, configurable: false } : { configurable: false },
    );
  }
  Object.preventExtensions(target);
}
