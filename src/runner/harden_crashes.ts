/**
 * Guards functions that end the whole process if their arguments are hostile: the runtime panics
 * (Deno 2.9.6). `tests/crash_search` finds them. A guard refuses only hostile arguments. It reads
 * each argument once, because a getter can return another value the second time.
 */
import { guardCrypto } from "./harden_crypto.ts";
import { HANDLE_MAKERS, hideBindings, hideHandles } from "./harden_handles.ts";
import { createSubtleJobs } from "./harden_jobs.ts";
import { expectSignable } from "./harden_rsa.ts";
import { guardZlib } from "./harden_zlib.ts";
import { isObject } from "./protect.ts";
import { type AnyFunction, refuseFunctions, replaceFunction } from "./replace.ts";

/** The members of a JSON Web Key that are strings. */
const jwkStrings = [
  ...["kty", "use", "alg", "crv", "x", "y", "d", "n", "e", "p", "q", "dp", "dq", "qi", "k"],
  ...["pub", "priv"],
];

/**
 * Native classes. If their constructors are called without `new`, they write a pointer into any
 * receiver. This ends the process immediately or later. No check needs these classes, and some of
 * them write files without a permission.
 */
const callable =
  /^(?:DOM(?:Matrix|Point|Quad|Rect)|ImageData|GPU|Storage$|localStorage|sessionStorage)/;

/**
 * Guards the global functions of this realm. Must run before user code is evaluated.
 */
export function refuseCrashes(): void {
  for (const name of Reflect.ownKeys(globalThis)) {
    if (callable.test(String(name))) Reflect.deleteProperty(globalThis, name);
  }
  // If the runtime reads a deeply nested slice (a slice of a slice of a slice …), its stack
  // overflows. Clones hide the depth.
  refuseFunctions(Blob.prototype, "Blob", ["slice"]);
  guardHttpClient();
  // The runtime reads a member twice, and uses the second value without a check.
  replaceFunction(
    SubtleCrypto.prototype,
    "importKey",
    (original) =>
      async function (this: unknown, format, key, ...rest) {
        const kind = typeof format === "symbol" ? format : `${format}`;
        const given = kind === "jwk" ? copyJwk(key) : key;
        return expectSignable(await Reflect.apply(original, this, [kind, given, ...rest]));
      },
  );
  const jobs = createSubtleJobs();
  const signable = (original: AnyFunction): AnyFunction =>
    async function (this: unknown, ...args) {
      return expectSignable(await Reflect.apply(original, this, args));
    };
  replaceFunction(SubtleCrypto.prototype, "unwrapKey", signable);
  replaceFunction(
    SubtleCrypto.prototype,
    "generateKey",
    (original) => signable(jobs.generating(original)),
  );
  replaceFunction(SubtleCrypto.prototype, "deriveBits", jobs.derivingBits);
  replaceFunction(SubtleCrypto.prototype, "deriveKey", jobs.derivingKey);
  refuseShrinking();
}

// An operation of the runtime in another thread keeps the address of a buffer. If the buffer shrinks
// meanwhile, the system takes back its memory, and the process ends.
function refuseShrinking(): void {
  const { prototype } = ArrayBuffer;
  const lengthOf = Object.getOwnPropertyDescriptor(prototype, "byteLength")!.get!;
  const isResizable = Object.getOwnPropertyDescriptor(prototype, "resizable")!.get!;
  for (const name of ["resize", "transfer", "transferToFixedLength"]) {
    const original = Reflect.get(prototype, name) as AnyFunction;
    const value = function (this: unknown, length?: unknown) {
      if (length === undefined && name !== "resize") return Reflect.apply(original, this, []);
      const asked = Number(length);
      const shrinks = Reflect.apply(isResizable, this, []) &&
        !(asked >= (Reflect.apply(lengthOf, this, []) as number));
      if (shrinks) throw new RangeError("Invalid length: a check cannot shrink a buffer");
      return Reflect.apply(original, this, [asked]);
    };
    Object.defineProperty(prototype, name, { value });
  }
}

// The runtime accepts a number or false as `poolIdleTimeout`. It panics if the value is a symbol.
function guardHttpClient(): void {
  const { createHttpClient } = Deno;
  const value = (options: Deno.CreateHttpClientOptions) => {
    const copy = { ...options };
    if (!["undefined", "number", "boolean"].includes(typeof copy.poolIdleTimeout)) {
      throw new TypeError("Invalid poolIdleTimeout: expected a number of milliseconds or false");
    }
    return createHttpClient(copy);
  };
  // The guard of files replaces this function again.
  Object.defineProperty(Deno, "createHttpClient", { value });
}

/**
 * Guards Node's modules. Each module is guarded at its first use, because some take long to load.
 *
 * @param process `node:process`, before `getBuiltinModule` is closed
 */
export function refuseNodeCrashes(process: object): void {
  hideBindings(Reflect.get(process, "binding").bind(process));
  const guards = new Map<string, (module: object) => void>([
    ["crypto", guardCrypto],
    ["zlib", guardZlib],
    // A serializer calls methods that user code may replace by a value that is not a function.
    ["v8", (v8) => refuseFunctions(v8, "v8", ["Serializer", "DefaultSerializer"])],
  ]);
  for (const [name, make] of Object.entries(HANDLE_MAKERS)) {
    const more = guards.get(name);
    guards.set(name, (module) => {
      make(module as Parameters<typeof make>[0]).forEach(hideHandles);
      more?.(module);
    });
  }
  guards.set("tls", (tls) => {
    const { Socket } = Reflect.apply(original, process, ["net"]) as { Socket: new () => object };
    hideHandles(Reflect.construct(Reflect.get(tls, "TLSSocket"), [new Socket()]));
  });
  // These modules load `tls` without its guard.
  for (const name of ["https", "http2", "_tls_wrap"]) {
    guards.set(name, () => guarded("tls"));
  }
  const original = Reflect.get(process, "getBuiltinModule") as AnyFunction;
  const guarded: AnyFunction = (id) => {
    const module = Reflect.apply(original, process, [id]);
    const name = String(id).replace("node:", "");
    const guard = guards.get(name);
    if (guard !== undefined) {
      guards.delete(name);
      guard(module as object);
    }
    return module;
  };
  Reflect.set(process, "getBuiltinModule", guarded);
}

function copyJwk(key: unknown): unknown {
  if (!isObject(key)) return key;
  const copy: Record<string, unknown> = {};
  for (const name of [...jwkStrings, "ext", "key_ops", "oth"]) {
    const value: unknown = Reflect.get(key, name);
    if (value === undefined || value === null) continue;
    if (name === "ext") copy[name] = Boolean(value);
    else copy[name] = jwkStrings.includes(name) ? `${value}` : [...value as Iterable<unknown>];
  }
  return copy;
}
