/**
 * Freezes the built-in objects of the language and the platform in this realm. Checks with the same
 * permissions share a realm with each other and with the program that runs them. A check that could
 * change `Promise.prototype.then` could read the options of other checks and rewrite their answers.
 */
import { fixProperty, guardPrototypes, protectChain, protectProperties } from "./protect.ts";
import { guardOpenObjects } from "./harden_shared_objects.ts";
import { language } from "./language.ts";
import { protectDeno } from "./protect_deno.ts";
import { protectGlobals } from "./protect_globals.ts";

/** Classes from which almost all objects inherit. */
const loose: ReadonlySet<string> = new Set(["Object", "Function"]);

/** Global functions that the runtime itself looks up, for example to report errors. */
const functions = ["dispatchEvent", "reportError", "structuredClone", "queueMicrotask"];

/** Properties of `RegExp` that expose the last match of any code in the realm. */
const lastMatch = [
  ...["input", "lastMatch", "lastParen", "leftContext", "rightContext", "$_", "$&", "$+", "$`"],
  ...["$'", "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9"],
];

/** Freezes the realm. Objects that user code defines stay changeable. */
export function freezeRealm(): void {
  // The runtime replaces `queueMicrotask` at its first use. The replacement fails if the global is
  // already frozen. If user code froze the global first, the process would end with a panic. So
  // this line uses the function before it is frozen.
  queueMicrotask(() => {});
  for (const name of lastMatch) Reflect.deleteProperty(RegExp, name);
  // With `prepareStackTrace`, a check would receive the stack and the message of every error. V8
  // reads `stackTraceLimit` only if it is a data property. Libraries may set the limit, because it
  // reveals nothing about other checks.
  fixProperty(Error, "prepareStackTrace", () => undefined, "ignored");
  Object.defineProperty(Error, "stackTraceLimit", { configurable: false });
  guardDates();
  guardPrototypes();
  guardOpenObjects();
  for (const name of functions) fix(name);
  for (const name of language) {
    const value = fix(name);
    if (value === undefined) continue;
    if (name === "Error") protectError();
    else protectProperties(value);
    // Libraries replace functions of these prototypes for older engines.
    const assignment = loose.has(name) || name.endsWith("Error") ? "ignored" : "throws";
    if (value.prototype) protectProperties(value.prototype, assignment);
  }
  for (const object of nameless()) protectChain(object);
  Object.freeze(Array.prototype[Symbol.unscopables]);
  protectDeno();
  protectGlobals();
}

// Libraries define properties on `Error`. These must not hide the properties that `Error` inherits.
function protectError(): void {
  for (const key of ["call", "apply", "bind", "toString", Symbol.hasInstance]) {
    const value = Reflect.get(Error, key);
    fixProperty(Error, key, () => value, "ignored");
  }
  protectProperties(Error, "ignored", true);
}

// A date returns an instance of a class of `Temporal`. The class is protected when the global is
// read.
function guardDates(): void {
  const original: unknown = Reflect.get(Date.prototype, "toTemporalInstant");
  if (typeof original !== "function") return;
  Object.defineProperty(Date.prototype, "toTemporalInstant", {
    value(this: Date) {
      Reflect.get(globalThis, "Temporal");
      return Reflect.apply(original, this, []);
    },
  });
}

// Makes the value of a global permanent.
function fix(name: string): { prototype?: object } | undefined {
  const value = Reflect.get(globalThis, name);
  if (value === undefined) return undefined;
  Object.defineProperty(globalThis, name, { value, writable: false, configurable: false });
  return value;
}

// Returns objects that syntax uses and that have no global name.
function nameless(): object[] {
  const of = (value: object) => Object.getPrototypeOf(value) as object;
  const generator = of(function* () {});
  const asyncGenerator = of(async function* () {});
  return [
    of(Uint8Array),
    of(Uint8Array.prototype),
    of([][Symbol.iterator]()),
    of(new Map()[Symbol.iterator]()),
    of(new Set()[Symbol.iterator]()),
    of(""[Symbol.iterator]()),
    of("".matchAll(/x/g)),
    of([].values().map(String)),
    of(Iterator.from({ next: () => ({ done: true, value: 0 }) } as Iterator<number>)),
    of(async () => {}),
    of(async () => {}).constructor,
    generator,
    generator.constructor,
    asyncGenerator,
    asyncGenerator.constructor,
    of((function* () {})()),
    of((async function* () {})()),
  ];
}
