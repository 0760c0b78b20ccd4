/**
 * Protects the built-in modules of Node that checks share: their exports, and the classes in them.
 * Each is protected when a check gets it for the first time.
 */
import { withFreeStack } from "./free_stack.ts";
import { HANDLE_MAKERS, hideHandles } from "./harden_handles.ts";
import { fixProperty, isObject, protect, protectInstance } from "./protect.ts";
import { protectWeb } from "./protect_globals.ts";
import { refuseSetId } from "./harden_modes.ts";
import { protectInternals } from "./protect_internals.ts";
import type { AnyFunction } from "./replace.ts";

/** Modules that return instances of each other's classes. They are protected together. */
const groups: readonly (readonly string[])[] = [
  ["http", "https", "net", "tls", "_http_agent", "_http_client", "_http_incoming", "_tls_wrap"],
  ["dns", "dns/promises"],
  ["readline", "readline/promises"],
  ["timers", "timers/promises"],
  ["crypto", "string_decoder"],
];

/** Modules from whose classes other modules inherit, or whose instances all modules return. */
const basic = ["events", "stream", "buffer", "util"];

/**
 * Modules whose getters are read at once: some replace themselves at their first use, and others
 * return a class that a check can also reach through an instance.
 */
const complete: ReadonlySet<string> = new Set(["crypto", "fs", "stream"]);

type Builtin = (name: string) => object | undefined;

/** Protects modules. */
export interface ModuleProtection {
  /** Protects a module that a check requests, and returns it. */
  take(name: string, module: object | undefined): object | undefined;
  /** Returns whether a module is protected already. */
  isProtected(name: string): boolean;
  /** Starts the protection. Before this call, the hardening changes modules. */
  begin(): void;
}

/**
 * Makes the protection of a realm's modules.
 *
 * @param builtin returns a built-in module
 * @returns the protection
 */
export function createModuleProtection(builtin: Builtin): ModuleProtection {
  const known = new Set<string>();
  let begun = false;

  function protectOnce(name: string): void {
    if (known.has(name)) return;
    known.add(name);
    const module = builtin(name);
    if (module === undefined) return;
    if (complete.has(name)) Reflect.ownKeys(module).forEach((key) => Reflect.get(module, key));
    for (const instance of instancesOf(name, module as Module, builtin)) {
      if (isObject(instance)) hideHandles(instance);
      protectInternals(instance);
    }
    protectModule(module, complete.has(name));
    for (const group of groups) if (group.includes(name)) group.forEach(protectOnce);
  }

  return {
    take(name, module) {
      if (begun && module !== undefined) protectOnce(name.replace("node:", ""));
      return module;
    },
    isProtected: (name) => begun && known.has(name.replace("node:", "")),
    begin() {
      begun = true;
      protectWeb();
      basic.forEach(protectOnce);
      errorsOf(builtin("events") as never).forEach(protectInstance);
    },
  };
}

// A getter of a module may load code. A setter changes the defaults of all checks.
function protectModule(module: object, atOnce: boolean): void {
  for (const key of Reflect.ownKeys(module)) {
    const { configurable, get } = Object.getOwnPropertyDescriptor(module, key)!;
    if (!configurable || get === undefined) continue;
    if (atOnce) protectPart(Reflect.apply(get, module, []));
    fixProperty(module, key, () => protectPart(Reflect.apply(get, module, [])), "ignored");
  }
  // Some libraries assign functions of a module, and define properties on it.
  protect(module, "ignored", true);
}

function protectPart(value: unknown): unknown {
  return typeof value === "function" || isNamespace(value)
    ? protect(value)
    : protectInstance(value);
}

function isNamespace(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    Object.getPrototypeOf(value) === Object.prototype;
}

type Module = Record<string, ((...args: unknown[]) => object) & (new () => object)>;

// Returns an error of each kind, because all errors of Node inherit from these classes.
function errorsOf(EventEmitter: new () => { emit(name: string, value: unknown): void }): unknown[] {
  const failing = [
    () => Buffer.alloc("" as never),
    () => Buffer.alloc(-1),
    () => new EventEmitter().emit("error", 1),
  ];
  return failing.map((run) => {
    try {
      return run();
    } catch (error) {
      return error;
    }
  });
}

// Returns instances of classes without a public name, and of classes that the runtime completes
// when it creates the first instance.
function instancesOf(name: string, module: Module, builtin: Builtin): unknown[] {
  const more = HANDLE_MAKERS[name]?.(module) ?? [];
  return [...samples[name]?.(module, builtin) ?? [], ...more];
}

interface Session {
  request(headers: object): Session;
  on(event: string, run: () => void): void;
  destroy(): void;
}

const key = new Uint8Array(16);

const samples: Readonly<Record<string, (module: Module, builtin: Builtin) => unknown[]>> = {
  timers({ setTimeout, clearTimeout, setImmediate, clearImmediate }) {
    const [timer, immediate] = [setTimeout!(() => {}, 1), setImmediate!(() => {})];
    clearTimeout!(timer);
    clearImmediate!(immediate);
    return [timer, immediate];
  },
  crypto: (module) => [
    module.createHmac!("sha256", "key"),
    module.createSign!("sha256"),
    module.createVerify!("sha256"),
    module.createCipheriv!("aes-128-cbc", key, key),
    module.createDecipheriv!("aes-128-cbc", key, key),
    module.createECDH!("prime256v1"),
    module.generateKeyPairSync!("ec", { namedCurve: "P-256" }),
  ],
  dns: ({ Resolver }) => [new Resolver!()],
  events: ({ EventEmitterAsyncResource }) => {
    return [Reflect.construct(EventEmitterAsyncResource!, [{ name: "sample" }])];
  },
  http: ({ Agent, IncomingMessage }) => [new Agent!(), new IncomingMessage!()],
  http2: ({ createServer, connect }, builtin) => {
    const { duplexPair } = builtin("stream") as Module;
    const [socket] = duplexPair!() as object[];
    const session = connect!("http://localhost/", { createConnection: () => socket }) as Session;
    const stream = session.request({ ":path": "/" });
    for (const one of [session, stream]) one.on("error", () => {});
    queueMicrotask(() => session.destroy());
    return [createServer!(), session, stream];
  },
  net: ({ Socket }) => [new Socket!()],
  stream: ({ PassThrough, duplexPair }) => [new PassThrough!(), ...duplexPair!() as object[]],
  tls: ({ createSecureContext, TLSSocket }) => {
    const socket = new TLSSocket!() as { ssl: object; destroy(): void };
    const { ssl } = socket;
    socket.destroy();
    return [createSecureContext!(), socket, { ssl }];
  },
};

/**
 * Makes `node:fs` protect the class of file handles, which has no public name.
 *
 * @param promises `node:fs/promises`
 * @param protectLines protects the modules whose classes `readLines()` returns
 */
export function protectFileHandles(promises: object, protectLines: () => void): void {
  const original = Reflect.get(promises, "open") as AnyFunction;
  let guarded = false;
  const open = async (...args: unknown[]) => {
    const handle = await Reflect.apply(original, promises, args) as object;
    const prototype = Object.getPrototypeOf(handle);
    if (!guarded) refuseSetId(prototype, true, 1);
    if (!guarded) withFreeStack(protectLines);
    guarded = true;
    // With the class, a check could make a handle from any descriptor.
    Object.defineProperty(prototype, "constructor", { value: Object, writable: false });
    return protectInstance(handle);
  };
  Object.defineProperty(promises, "open", { value: open });
}
