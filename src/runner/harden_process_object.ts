/**
 * Hardens `node:process`, an object that all checks of a realm share. It is an event emitter.
 * Without this hardening, one check could receive the errors and warnings of other checks, and
 * could send events to them.
 */
import { processEnvironment } from "../check/process_environment.ts";
import { type Print, replaceNodeStreams } from "./null_streams.ts";
import { fixProperty, protect, protectChain, protectProperties } from "./protect.ts";
import { refuseFunctions } from "./replace.ts";

/** The part of `node:process` that is used here. */
export interface NodeProcess {
  /** Returns classes of the runtime. */
  binding(name: string): Record<string, { prototype: object } | undefined>;
  /** Returns a module. */
  getBuiltinModule(name: string): object;
}

/** Methods of an event emitter that return the emitter. */
const chained = [
  ...["on", "once", "addListener", "prependListener", "prependOnceListener", "off"],
  ...["removeListener", "removeAllListeners", "setMaxListeners"],
];

/**
 * Hardens the object. User code never receives its events, because a sandbox has no exit, signals
 * or uncaught errors that a check could handle.
 *
 * @param process `node:process`
 * @param print receives what user code writes, and its warnings
 * @param variables the environment variables that may be read
 * @param undeclared receives the names of other variables that user code reads
 */
export function hardenProcessObject(
  process: object,
  print: Print,
  variables: readonly string[],
  undeclared: (name: string) => void,
): void {
  replaceNodeStreams(process, print);
  const env: object = Reflect.get(process, "env");
  const values: Record<string, unknown> = {
    emit: () => false,
    listeners: () => [],
    rawListeners: () => [],
    eventNames: () => [],
    listenerCount: () => 0,
    // These would be the sockets and requests of all checks.
    _getActiveHandles: () => [],
    _getActiveRequests: () => [],
    emitWarning: (warning: unknown) => print(`Warning: ${warning}`),
    _rawDebug: (...values: unknown[]) => print(values.join(" ")),
    // The arguments of the daemon contain its paths.
    argv: Object.freeze((Reflect.get(process, "argv") as string[]).slice(0, 1)),
    env: processEnvironment({
      declared: variables,
      read: (name) => Reflect.get(env, name) as string | undefined,
      undeclared,
    }),
  };
  for (const name of chained) {
    values[name] = function (this: unknown) {
      return this;
    };
  }
  // Reports are about the whole process, and are written to files.
  const report: unknown = Reflect.get(process, "report");
  if (typeof report === "object" && report !== null) {
    refuseFunctions(report, "process.report", ["getReport", "writeReport"]);
    protectProperties(report, "ignored");
  }
  // The working directory belongs to the daemon. `chdir` is deleted, because some libraries replace
  // the function if it exists.
  Reflect.deleteProperty(process, "chdir");
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(process, name, { value, writable: false, configurable: false });
  }
}

/**
 * Makes the properties of `node:process` permanent. An assignment has no effect and does not throw,
 * because libraries set some of them, for example the exit code.
 *
 * @param process `node:process`, after it was hardened
 */
export function protectProcessObject(process: object): void {
  for (const name of ["argv", "execArgv", "versions", "release", "features", "moduleLoadList"]) {
    const value = Reflect.get(process, name);
    if (typeof value === "object" && value !== null) protectProperties(value);
  }
  for (const key of Reflect.ownKeys(process)) {
    const { configurable, get, set, value, writable } = Object.getOwnPropertyDescriptor(
      process,
      key,
    )!;
    // Some functions have functions as properties, such as `hrtime.bigint()`.
    if (typeof value === "function") protectProperties(value);
    if (!configurable && writable) Object.defineProperty(process, key, { writable: false });
    if (!configurable || get === undefined) continue;
    const read = () => Reflect.apply(get, process, []);
    // This getter reads an environment variable.
    if (key === "config") fixProperty(process, key, () => protect(read()));
    // Some setters change the value for all checks, for example that of `platform`.
    else if (set !== undefined) fixProperty(process, key, read, "ignored");
  }
  protectProperties(process, "ignored");
  protectChain(Reflect.getPrototypeOf(process));
}

/**
 * Fills the object that user code gets in place of `node:process`. The original has properties whose
 * setters cannot be replaced. That of `title` changes the name of the whole process in the list of
 * processes, which other checks and plugins count.
 *
 * @param facade an empty object
 * @param process `node:process`, after it was protected
 */
export function fillFacade(facade: object, process: object): void {
  Reflect.setPrototypeOf(facade, Reflect.getPrototypeOf(process));
  for (const key of Reflect.ownKeys(process)) {
    const { enumerable = false } = Object.getOwnPropertyDescriptor(process, key)!;
    Object.defineProperty(facade, key, { enumerable, configurable: true });
    fixProperty(facade, key, () => Reflect.get(process, key), "ignored");
  }
  Object.preventExtensions(facade);
}
