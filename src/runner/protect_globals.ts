/**
 * Protects the global scope: its functions and classes cannot be replaced, and an assignment has no
 * effect. It does not throw, because libraries install polyfills. New global names may be defined.
 * Most checks use few globals, and the runtime loads many of them at their first use. So each is
 * protected when it is read for the first time.
 */
import { withFreeStack } from "./free_stack.ts";
import { CLEARING, clearOwnImmediate, clearOwnTimer, setOwnImmediate } from "./harden_timers.ts";
import { plainPatterns } from "./harden_patterns.ts";
import { fixProperty, keepPrototype, protect, protectChain } from "./protect.ts";
import { protectInternals, samplesOf } from "./protect_internals.ts";
import type { AnyFunction } from "./replace.ts";

/**
 * Functions and classes that return instances of each other's classes. For example, a result of
 * `fetch()` contains a `ReadableStream`. They are protected together. Otherwise a check could reach
 * the prototype of a class that is not protected yet.
 */
const web: ReadonlySet<string> = new Set([
  ...["fetch", "Request", "Response", "Headers", "FormData", "Blob", "File", "FileReader"],
  ...["ReadableStream", "ReadableStreamDefaultReader", "ReadableStreamBYOBReader"],
  ...["ReadableStreamBYOBRequest", "ReadableStreamDefaultController"],
  ...["ReadableByteStreamController", "WritableStream", "WritableStreamDefaultWriter"],
  ...["WritableStreamDefaultController", "TransformStream", "TransformStreamDefaultController"],
  ...["ByteLengthQueuingStrategy", "CountQueuingStrategy", "CompressionStream"],
  ...["DecompressionStream", "TextDecoderStream", "TextEncoderStream", "ProgressEvent"],
]);

/** Other classes that are protected together. */
const groups: readonly ReadonlySet<string>[] = [
  web,
  new Set(["crypto", "Crypto", "SubtleCrypto", "CryptoKey"]),
  new Set(["URL", "URLSearchParams"]),
  new Set(["MessageChannel", "MessagePort"]),
  new Set(["WebSocket", "CloseEvent"]),
  new Set(["setTimeout", "setInterval", ...CLEARING]),
  new Set(["setImmediate", "clearImmediate"]),
  new Set([
    ...["performance", "Performance", "PerformanceEntry", "PerformanceMark", "PerformanceMeasure"],
    ...["PerformanceObserver", "PerformanceObserverEntryList"],
  ]),
];

/** Globals that Node changes when it is loaded. Node must be loaded before they are protected. */
const changedByNode: ReadonlySet<string> = new Set([
  ...["MessageChannel", "MessagePort", "performance", "Performance", "PerformanceEntry"],
  ...["PerformanceMark", "PerformanceMeasure", "PerformanceObserver"],
  "PerformanceObserverEntryList",
]);

/** Names of the global object itself. */
const selves: ReadonlySet<string> = new Set(["globalThis", "global", "self", "window"]);

/** Events that concern other checks, or that carry messages of the host. */
const closedEvents: ReadonlySet<string> = new Set([
  ...["message", "messageerror", "error", "unhandledrejection", "rejectionhandled"],
]);

/** Protects the global scope. Must run after our own listeners were registered. */
export function protectGlobals(): void {
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const { configurable, get, value } = Object.getOwnPropertyDescriptor(globalThis, name)!;
    if (!configurable || name === "name") continue;
    // See protect_deno.ts.
    if (name === "Deno") Object.defineProperty(globalThis, name, constant(Deno));
    else if (selves.has(name)) Object.defineProperty(globalThis, name, constant(globalThis));
    else if (name.startsWith("on")) fixProperty(globalThis, name, () => null, "ignored");
    else if (get !== undefined) fixLazily(name, () => Reflect.apply(get, globalThis, []));
    else fixLazily(name, () => value);
  }
  closeEvents();
  // If the target of an event has this property, the runtime asks the target for its parent, which
  // receives the event first. So a check would receive the messages of the host.
  fixProperty(globalThis, "nodeType", () => undefined, "ignored");
  [globalThis, console].forEach(keepPrototype);
  protectChain(Object.getPrototypeOf(globalThis));
}

/** Protects the classes of streams, requests and responses. */
export function protectWeb(): void {
  for (const name of web) Reflect.get(globalThis, name);
}

function constant(value: unknown): PropertyDescriptor {
  return { value, writable: false, configurable: false };
}

const clearing = () => clearOwnTimer(setTimeout as AnyFunction);

/** Functions that are replaced when they are read for the first time. */
const replacements: Readonly<Record<string, (read: () => unknown) => unknown>> = {
  ...Object.fromEntries(CLEARING.map((name) => [name, clearing])),
  setImmediate: (read) => setOwnImmediate(read() as AnyFunction),
  clearImmediate: () => clearOwnImmediate,
  URLPattern: (read) => plainPatterns(read() as AnyFunction),
};

function fixLazily(name: string, read: () => unknown): void {
  const group = groups.find((names) => names.has(name)) ?? [];
  let value: unknown;
  let isRead = false;

  function readOnce(): unknown {
    // A member of a group is read while another member is read.
    if (isRead) return value;
    if (changedByNode.has(name)) Reflect.get(globalThis, "process");
    value = replacements[name]?.(read) ?? read();
    isRead = true;
    // Without this, small buffers would be parts of one pool, and each would expose the pool as
    // `buffer`.
    if (name === "Buffer") Object.defineProperty(value, "poolSize", constant(0));
    // The console is already hardened. Node adds properties to it when Node is loaded.
    if (name !== "console") protect(value, "ignored");
    if (name === "crypto") protect(crypto.subtle);
    for (const other of group) Reflect.get(globalThis, other);
    samplesOf(name).forEach(protectInternals);
    return value;
  }

  fixProperty(globalThis, name, () => isRead ? value : withFreeStack(readOnce), "ignored");
}

// The global object is an event target, and its listeners are an array behind a symbol. If a check
// put a listener before ours, it would receive the messages of the host.
function closeEvents(): void {
  const { addEventListener, removeEventListener } = globalThis;
  for (const [name, change] of Object.entries({ addEventListener, removeEventListener })) {
    const changeOpen = (type: unknown, ...rest: unknown[]) => {
      const event = String(type);
      if (!closedEvents.has(event)) Reflect.apply(change, globalThis, [event, ...rest]);
    };
    Object.defineProperty(globalThis, name, constant(changeOpen));
  }
  for (const symbol of Object.getOwnPropertySymbols(globalThis)) {
    const state = Reflect.get(globalThis, symbol);
    Object.defineProperty(globalThis, symbol, constant(state));
    if (typeof state?.listeners !== "object") continue;
    Object.defineProperty(state, "listeners", constant(state.listeners));
    for (const event of closedEvents) {
      const value = deepFreeze([...state.listeners[event] ?? []]);
      Object.defineProperty(state.listeners, event, constant(value));
    }
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const key of Reflect.ownKeys(value)) deepFreeze(Reflect.get(value, key));
  return value;
}
