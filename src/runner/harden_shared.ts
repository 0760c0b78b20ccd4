/**
 * Closes the state that the runtime shares between all code of a realm: lists of events and
 * measurements, named locks, defaults, pools of buffers. Through this state, one check could
 * observe or influence other checks.
 */
import type { NodeProcess } from "./harden_process_object.ts";
import {
  CLEARING,
  clearOwnImmediate,
  clearOwnTimer,
  hideSignalTimers,
  setOwnImmediate,
} from "./harden_timers.ts";
import { replaceExpressions } from "./harden_patterns.ts";
import { withFreeStack } from "./free_stack.ts";
import { protect } from "./protect.ts";
import { protectInternals } from "./protect_internals.ts";
import { type AnyFunction, refuseFunctions, replaceFunction } from "./replace.ts";

/** Globals that contain data of other checks, or act outside the sandbox. */
const shared = [
  ...["Lock", "LockManager", "localStorage", "sessionStorage", "Storage"],
  // These functions use the standard streams.
  ...["alert", "confirm", "prompt"],
];

/** Closes the shared state in the global scope and in `Deno`. */
export function hardenShared(): void {
  for (const name of shared) Reflect.deleteProperty(globalThis, name);
  // Graphics adapters are not available, see harden.ts. So their 40 classes are removed.
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (name.startsWith("GPU")) Reflect.deleteProperty(globalThis, name);
  }
  Reflect.deleteProperty(Object.getPrototypeOf(navigator), "locks");
  Reflect.deleteProperty(Deno, "telemetry");
  // These functions would pass the standard streams to a child process.
  refuseFunctions(Deno, "Deno", ["run", "Process", "spawn", "spawnAndWait", "spawnAndWaitSync"]);
  // The environment belongs to the whole process.
  refuseFunctions(Deno.env, "Deno.env", ["set", "delete"]);
  // Measurements have names and details. Only the check that made a measurement may read them.
  for (const name of ["getEntries", "getEntriesByName", "getEntriesByType"]) {
    set(Performance.prototype, name, () => []);
  }
  set(PerformanceObserver.prototype, "observe", () => {});
  hideSignalTimers();
  guardObjectUrls();
  guardStatuses();
}

// All queries of a permission return the same object. It never has an event, because a check can
// neither request nor revoke permissions.
function guardStatuses(): void {
  const guarded = (status: object) =>
    withFreeStack(() => {
      if (!Object.isExtensible(status)) return status;
      for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"]) {
        set(status, name, () => {});
      }
      return protect(status, "ignored");
    });
  const permissions: object = Object.getPrototypeOf(Deno.permissions);
  replaceFunction(permissions, "querySync", (original) =>
    function (this: unknown, ...args) {
      return guarded(Reflect.apply(original, this, args) as object);
    });
  replaceFunction(permissions, "query", (original) =>
    async function (this: unknown, ...args) {
      return guarded(await Reflect.apply(original, this, args) as object);
    });
}

// All workers of the process share the object URLs, and the code of the agent has one: after its end
// no sandbox could start. A check learns this URL from any stack.
function guardObjectUrls(): void {
  const { createObjectURL, revokeObjectURL } = URL;
  const own = new Set<string>();
  set(URL, "createObjectURL", (part: Blob) => {
    const url = Reflect.apply(createObjectURL, URL, [part]);
    own.add(url);
    return url;
  });
  set(URL, "revokeObjectURL", (url: unknown) => {
    const asked = String(url);
    if (own.delete(asked)) Reflect.apply(revokeObjectURL, URL, [asked]);
  });
}

/** Functions of modules that change the defaults or the state of all checks, by module. */
const defaults: Readonly<Record<string, readonly string[]>> = {
  crypto: ["setEngine", "setFips"],
  dns: ["setServers", "setDefaultResultOrder"],
  http: ["setGlobalProxyFromEnv", "setMaxIdleHTTPParsers"],
  stream: ["setDefaultHighWaterMark"],
  "dns/promises": ["setServers", "setDefaultResultOrder"],
  net: ["setDefaultAutoSelectFamily", "setDefaultAutoSelectFamilyAttemptTimeout"],
  tls: ["setDefaultCACertificates"],
};

/**
 * Closes the shared state in the modules of Node.
 *
 * @param process `node:process`
 */
export function hardenSharedModules(process: NodeProcess): void {
  for (const [name, functions] of Object.entries(defaults)) {
    refuseFunctions(process.getBuiltinModule(name), name, functions);
  }
  Reflect.get(globalThis, "Buffer");
  for (const name of ["http", "https"]) hardenAgent(process.getBuiltinModule(name) as HttpModule);
  hardenClientRequest(process);
  const common = process.getBuiltinModule("_http_common") as { parsers: Parsers };
  hardenParsers(common);
  replaceExpressions(common);
  const util = process.getBuiltinModule("util") as Record<
    "inspect" | "promisify" | "inherits",
    AnyFunction
  >;
  hardenInspect(util);
  hardenPromisify(util);
  hardenInherits(util);
  replaceFunction(
    util,
    "getSystemErrorMap",
    (original) => () => new Map(original() as Map<number, unknown>),
  );
  // The runtime gets them through `Error.prepareStackTrace`, which is fixed.
  set(util, "getCallSites", () => []);
  hardenHooks(process.getBuiltinModule("async_hooks"));
  hardenDiagnostics(process.getBuiltinModule("diagnostics_channel"));
  const timers = process.getBuiltinModule("timers") as Record<
    "setTimeout" | "setImmediate",
    AnyFunction
  >;
  const clear = clearOwnTimer(timers.setTimeout);
  for (const name of CLEARING) set(timers, name, clear);
  set(timers, "setImmediate", setOwnImmediate(timers.setImmediate));
  set(timers, "clearImmediate", clearOwnImmediate);
  // Named locks, see `shared`.
  set(process.getBuiltinModule("worker_threads"), "locks", undefined);
}

interface HttpModule {
  Agent: new () => object;
  request: AnyFunction;
}

// The global agent has the open sockets of all checks, and the options of their connections. Each
// request without an agent gets its own agent instead.
function hardenAgent(module: HttpModule): void {
  const { Agent, request } = module;
  const bounded = (...args: unknown[]) => Reflect.apply(request, module, withAgent(args, Agent));
  replaceFunction(module, "request", () => bounded);
  replaceFunction(module, "get", () => (...args) => {
    const asked = bounded(...args) as { end(): void };
    asked.end();
    return asked;
  });
  hideGlobalAgent(module, Agent);
}

function withAgent(args: unknown[], Agent: HttpModule["Agent"]): unknown[] {
  const at = args.findIndex((one) => isOptions(one));
  const given = at < 0 ? {} : { ...args[at] as { agent?: unknown } };
  const options = { ...given, agent: given.agent ?? new Agent() };
  return at < 0 ? args.toSpliced(1, 0, options) : args.with(at, options);
}

function hideGlobalAgent(module: object, Agent: HttpModule["Agent"]): void {
  Object.defineProperty(module, "globalAgent", { get: () => new Agent(), set: () => {} });
}

// The class of requests uses the global agent, too.
function hardenClientRequest(process: NodeProcess): void {
  const http = process.getBuiltinModule("http") as HttpModule & { ClientRequest: AnyFunction };
  const { Agent, ClientRequest } = http;
  const value = new Proxy(ClientRequest, {
    construct: (target, args, made) => Reflect.construct(target, withAgent(args, Agent), made),
    apply: (target, self, args) => Reflect.apply(target, self, withAgent(args, Agent)),
  });
  Object.defineProperty(ClientRequest.prototype, "constructor", { value });
  set(http, "ClientRequest", value);
  hideGlobalAgent(process.getBuiltinModule("_http_agent"), Agent);
}

interface Parsers {
  max: number;
  list: unknown[];
  alloc(): object;
}

// A parser that a request has returned to this list would be used again by another check, while the
// first check still has it.
function hardenParsers({ parsers }: { parsers: Parsers }): void {
  protectInternals(parsers.alloc());
  parsers.max = 0;
  parsers.list = Object.freeze([]) as never;
  Object.freeze(parsers);
}

function isOptions(value: unknown): boolean {
  return typeof value === "object" && value !== null && !(value instanceof URL);
}

interface InspectProperties {
  colors: object;
  styles: object;
  custom: symbol;
  defaultOptions: object;
}

// The setter of the default options cannot be closed. So the function is replaced.
function hardenInspect(util: { inspect: AnyFunction }): void {
  const { inspect } = util;
  const own: AnyFunction = (...args) => inspect(...args);
  const { colors, styles, custom, defaultOptions } = inspect as unknown as InspectProperties;
  // One of the options is the original function, which has the options of the runtime.
  const plain = Object.entries(defaultOptions).filter(([, value]) =>
    typeof value !== "function" && (typeof value !== "object" || value === null)
  );
  Object.assign(own, { colors, styles, custom, defaultOptions: Object.fromEntries(plain) });
  set(util, "inspect", own);
}

// The original defines a property on functions that checks share, which fails if they are protected.
function hardenPromisify(util: { promisify: AnyFunction }): void {
  const { promisify } = util;
  const custom = Reflect.get(promisify, "custom") as symbol;
  const own: AnyFunction = (original) => {
    const known: unknown = typeof original === "function" && Reflect.get(original, custom);
    return typeof known === "function" ? known : promisify(original);
  };
  set(util, "promisify", Object.assign(own, { custom }));
}

// The original changes the prototype of any object, also of those in `guardPrototypes()`.
function hardenInherits(util: object): void {
  set(util, "inherits", (made: { prototype: object }, base: { prototype: object }) => {
    Object.defineProperty(made, "super_", { value: base, writable: true, configurable: true });
    Object.setPrototypeOf(made.prototype, base.prototype);
  });
}

// A hook would receive the promises and sockets of all checks.
function hardenHooks(module: object): void {
  set(module, "createHook", () => {
    const hook = { enable: () => hook, disable: () => hook };
    return hook;
  });
  set(module, "executionAsyncResource", () => ({}));
}

// Channels have public names, and carry the requests of all checks. Each caller gets its own
// channel without subscribers.
function hardenDiagnostics(module: object): void {
  const channel = (name: PropertyKey) => ({
    name,
    hasSubscribers: false,
    publish: () => {},
    subscribe: () => {},
    unsubscribe: () => false,
    bindStore: () => {},
    unbindStore: () => false,
    runStores: (
      _data: unknown,
      run: (...args: unknown[]) => unknown,
      self?: unknown,
      ...args: unknown[]
    ) => Reflect.apply(run, self, args),
  });
  set(module, "channel", channel);
  set(module, "tracingChannel", () => ownTracingChannel(channel));
  set(module, "hasSubscribers", () => false);
  set(module, "subscribe", () => {});
  set(module, "unsubscribe", () => false);
}

// Calls the functions without telling a subscriber.
function ownTracingChannel(channel: (name: PropertyKey) => object): object {
  const call = (at: number) => (...args: unknown[]) =>
    Reflect.apply(args[0] as AnyFunction, args[at], args.slice(at + 1));
  const names = ["start", "end", "asyncStart", "asyncEnd", "error"];
  return {
    ...Object.fromEntries(names.map((name) => [name, channel(name)])),
    hasSubscribers: false,
    subscribe: () => {},
    unsubscribe: () => false,
    traceSync: call(2),
    tracePromise: call(2),
    traceCallback: call(3),
  };
}

function set(owner: object, name: string, value: unknown): void {
  Object.defineProperty(owner, name, { value, writable: false, configurable: false });
}
