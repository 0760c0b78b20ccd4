/**
 * Hides the native classes behind Node's objects. If the constructor of such a class is called
 * without `new`, it writes a pointer into any receiver. This ends the process immediately or later
 * (Deno 2.9.6).
 */

import { protectChain } from "./protect.ts";

/** Bindings of Node, and their native classes. */
const bindings: readonly (readonly [binding: string, classes: readonly string[]])[] = [
  ["tcp_wrap", ["TCP"]],
  ["pipe_wrap", ["Pipe"]],
  ["udp_wrap", ["UDP"]],
  ["tty_wrap", ["TTY"]],
  ["http2", ["Http2Session", "Http2Stream"]],
  ["http_parser", ["HTTPParser"]],
  ["cares_wrap", ["ChannelWrap", "GetAddrInfoReqWrap", "QueryReqWrap"]],
];

/**
 * Protects the classes of the bindings. Must run after their functions were replaced.
 *
 * @param binding `process.binding`
 */
export function protectBindings(binding: (name: string) => object): void {
  for (const [name, classes] of bindings) {
    for (const one of classes) {
      const made = Reflect.get(binding(name), one) as { prototype: object } | undefined;
      if (made !== undefined) protectChain(made.prototype);
    }
  }
}

type Module = Record<string, (...args: unknown[]) => object>;

/** Functions that create objects of modules. The classes of these objects are not in a binding. */
export const HANDLE_MAKERS: Readonly<Record<string, (module: Module) => object[]>> = {
  crypto: ({ createHash, createSecretKey }) => [
    createHash!("md5"),
    createSecretKey!(new Uint8Array(1)),
  ],
  perf_hooks: ({ createHistogram, monitorEventLoopDelay }) => [
    createHistogram!(),
    monitorEventLoopDelay!(),
  ],
};

/**
 * Hides the classes of the bindings.
 *
 * @param binding `process.binding`
 */
export function hideBindings(binding: (name: string) => object): void {
  // `HTTPParser` is a class of Node that wraps the native class.
  const { HTTPParser } = binding("http_parser") as { HTTPParser: new () => object };
  hideHandles(new HTTPParser());
  for (const [name, classes] of bindings) {
    for (const one of classes) {
      const made = Reflect.get(binding(name), one) as { prototype: object } | undefined;
      if (made !== undefined) hideConstructors(made.prototype);
    }
  }
}

/** Hides the classes of the objects in the properties of an object. */
export function hideHandles(owner: object): void {
  for (const key of Reflect.ownKeys(owner)) {
    const { value } = Object.getOwnPropertyDescriptor(owner, key)!;
    if (typeof value === "object" && value !== null) hideConstructors(Object.getPrototypeOf(value));
  }
}

function hideConstructors(prototype: object | null): void {
  for (let part = prototype; part !== null; part = Object.getPrototypeOf(part)) {
    const made: unknown = Object.getOwnPropertyDescriptor(part, "constructor")?.value;
    if (typeof made !== "function" || !isNative(made)) continue;
    Object.defineProperty(part, "constructor", { value: Object, writable: false });
  }
}

// A class of the language has a global name, and its constructor checks its receiver.
function isNative(made: { name?: string }): boolean {
  return /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(made)) &&
    Reflect.get(globalThis, made.name ?? "") !== made;
}
