/**
 * Protects the built-in modules of Node that checks share: their exports, and the classes in them.
 * Each is protected when a check gets it for the first time.
 */
import { fixProperty, protect, protectInstance } from "./protect.ts";
import { protectWeb } from "./protect_globals.ts";
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

type Builtin = (name: string) => object | undefined;

/** Protects modules. */
export interface ModuleProtection {
  /** Protects a module that a check requests, and returns it. */
  take(name: string, module: object | undefined): object | undefined;
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
    // Some getters of this module replace themselves at their first use.
    if (name === "crypto") Reflect.ownKeys(module).forEach((key) => Reflect.get(module, key));
    for (const instance of instancesOf(name, module as never)) protectInstance(instance);
    protectModule(module);
    for (const group of groups) if (group.includes(name)) group.forEach(protectOnce);
  }

  return {
    take(name, module) {
      if (begun && module !== undefined) protectOnce(name.replace("node:", ""));
      return module;
    },
    begin() {
      begun = true;
      protectWeb();
      basic.forEach(protectOnce);
    },
  };
}

// A getter of a module may load code. A setter changes the defaults of all checks.
function protectModule(module: object): void {
  for (const key of Reflect.ownKeys(module)) {
    const { configurable, get } = Object.getOwnPropertyDescriptor(module, key)!;
    if (!configurable || get === undefined) continue;
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

interface Instances {
  setTimeout(run: () => void, after: number): unknown;
  clearTimeout(timer: unknown): void;
  createSecretKey(bytes: Uint8Array): unknown;
  createHash(name: string): unknown;
  createHmac(name: string, key: string): unknown;
  createSign(name: string): unknown;
  createVerify(name: string): unknown;
}

// Returns instances of two kinds of classes: classes without a public name, and classes that the
// runtime completes when it creates the first instance.
function instancesOf(name: string, module: Instances): unknown[] {
  if (name === "timers") {
    const timer = module.setTimeout(() => {}, 1);
    module.clearTimeout(timer);
    return [timer];
  }
  if (name === "crypto") {
    return [
      module.createSecretKey(new Uint8Array(1)),
      module.createHash("sha256"),
      module.createHmac("sha256", "key"),
      module.createSign("sha256"),
      module.createVerify("sha256"),
    ];
  }
  return [];
}

/**
 * Makes `node:fs` protect the class of file handles, which has no public name.
 *
 * @param promises `node:fs/promises`
 */
export function protectFileHandles(promises: object): void {
  const original = Reflect.get(promises, "open") as AnyFunction;
  const open = async (...args: unknown[]) => {
    const handle = await Reflect.apply(original, promises, args) as object;
    const prototype = Object.getPrototypeOf(handle);
    // With the class, a check could make a handle from any descriptor.
    Object.defineProperty(prototype, "constructor", { value: Object, writable: false });
    return protectInstance(handle);
  };
  Object.defineProperty(promises, "open", { value: open });
}
