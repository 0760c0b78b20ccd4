/**
 * Guards the native objects behind the streams of `node:zlib`. Their methods trust their caller
 * (Deno 2.9.6):
 *
 * - After `close()`, most methods end the process.
 * - If `onerror` is not a function, an error ends the process.
 * - `params()` writes into the output buffer of the last write, even if this memory is free now.
 * - The memory of some objects is freed only by `close()`. If a process with a memory limit leaves
 *   many streams open, the process ends with the signal SIGSEGV.
 */
import { hideHandles } from "./harden_handles.ts";
import { protectChain } from "./protect.ts";
import { type AnyFunction, replaceFunction } from "./replace.ts";

/** One function for each native class. */
const makers = [
  ...["createDeflate", "createBrotliCompress", "createBrotliDecompress"],
  ...["createZstdCompress", "createZstdDecompress"],
];
/** The classes whose memory is freed only by `close()`. */
const leaking: ReadonlySet<string> = new Set(["createDeflate", "createBrotliDecompress"]);
/**
 * The maximum number of open streams of these classes. A stream for compression has about 330 KB.
 * This is more than a check needs at the same time.
 */
const maxOpen = 256;

/** The buffers of a write of 0 bytes. Nothing is written into `nowhere`. */
const nowhere = new Uint8Array(1);
const ignored = new Uint32Array(2);

interface Stream {
  _handle: object;
  close(): void;
}

const byteLength = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  "byteLength",
)!.get!;

/**
 * Guards the native classes. Must run before user code gets the module.
 *
 * @param zlib `node:zlib`
 */
export function guardZlib(zlib: object): void {
  const unfreed = createUnfreed();
  for (const name of makers) {
    const make: unknown = Reflect.get(zlib, name);
    if (typeof make !== "function") continue;
    const stream: Stream = Reflect.apply(make, zlib, []);
    const prototype: object = Object.getPrototypeOf(stream._handle);
    hideHandles(stream);
    stream.close();
    if (name === "createDeflate") guardParams(prototype);
    guardClass(prototype, leaking.has(name) ? unfreed : undefined);
    protectChain(prototype);
  }
}

function guardClass(prototype: object, unfreed: Unfreed | undefined): void {
  const open = new WeakSet<object>();
  const close = Reflect.get(prototype, "close") as AnyFunction;

  function expectOpen(handle: unknown): asserts handle is object {
    if (!open.has(handle as object)) throw new Error("The zlib stream is closed");
  }
  function closeOnce(handle: unknown): void {
    if (!open.delete(handle as object)) return;
    unfreed?.delete(handle as object);
    Reflect.apply(close, handle, []);
  }

  replaceFunction(prototype, "close", () =>
    function (this: unknown) {
      closeOnce(this);
    });
  // The runtime calls this method once for each object.
  const initialised = new WeakSet<object>();
  replaceFunction(prototype, "init", (original) =>
    function (this: unknown, ...args) {
      if (initialised.has(this as object)) throw new Error("The zlib stream is initialised");
      const result = Reflect.apply(original, this, args);
      initialised.add(this as object);
      if (result === false) return result;
      open.add(this as object);
      unfreed?.add(this as object, closeOnce);
      return result;
    });
  for (const name of ["write", "writeSync"]) {
    replaceFunction(prototype, name, (original) =>
      function (this: unknown, ...args) {
        expectOpen(this);
        errorHandlerOf(this);
        const [, input, inOffset, inLength, output, outOffset, outLength] = args;
        // After an invalid range, the runtime never frees the memory.
        expectRange(input, inOffset, inLength);
        expectRange(output, outOffset, outLength);
        unfreed?.add(this, closeOnce);
        return Reflect.apply(original, this, args);
      });
  }
  replaceFunction(prototype, "reset", (original) =>
    function (this: unknown) {
      expectOpen(this);
      return Reflect.apply(original, this, []);
    });
}

// Before the call, a write replaces the remembered output by one without space. Into that,
// `params()` cannot write. The streams of Node flush their data before, so that nothing is lost.
function guardParams(prototype: object): void {
  const writeSync = Reflect.get(prototype, "writeSync") as AnyFunction;
  replaceFunction(prototype, "params", (original) =>
    function (this: unknown, level, strategy) {
      const handle = this as object;
      const handler = errorHandlerOf(handle);
      Object.defineProperty(handle, "onerror", { ...handler, value: () => {} });
      try {
        Reflect.apply(writeSync, handle, [0, nowhere, 0, 0, nowhere, 0, 0, ignored]);
      } finally {
        Object.defineProperty(handle, "onerror", handler);
      }
      return Reflect.apply(original, handle, [level, strategy]);
    });
}

/** Open objects whose memory only `close()` frees, the last used one at the end. */
interface Unfreed {
  /** Adds an object, or moves it to the end. Closes the first one if there are too many. */
  add(handle: object, close: (handle: object) => void): void;
  delete(handle: object): void;
}

function createUnfreed(): Unfreed {
  const handles = new Map<object, (handle: object) => void>();
  return {
    add(handle, close) {
      handles.delete(handle);
      handles.set(handle, close);
      if (handles.size <= maxOpen) return;
      const [first, closeFirst] = handles.entries().next().value!;
      closeFirst(first);
    },
    delete: (handle) => void handles.delete(handle),
  };
}

// The runtime reads the property itself, and also accepts an inherited one. A getter could throw.
function errorHandlerOf(handle: object): PropertyDescriptor {
  const handler = Object.getOwnPropertyDescriptor(handle, "onerror");
  // User code can define `Object.prototype.value`.
  if (handler && Object.hasOwn(handler, "value") && typeof handler.value === "function") {
    return handler;
  }
  throw new TypeError("Invalid onerror of a zlib stream: expected a function");
}

function expectRange(bytes: unknown, offset: unknown, length: unknown): void {
  // This throws if `bytes` is not a typed array.
  const size: number = Reflect.apply(byteLength, bytes, []);
  const isSize = (value: unknown): value is number =>
    Number.isInteger(value) && value as number >= 0;
  if (isSize(offset) && isSize(length) && offset + length <= size) return;
  throw new RangeError("Invalid range of a zlib buffer");
}
