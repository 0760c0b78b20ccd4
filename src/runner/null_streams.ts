/**
 * Standard streams for user code. The input is empty. The output goes to the log. The real streams
 * belong to the daemon, or carry the messages of a process sandbox.
 */
import { protect } from "./protect.ts";
import type { AnyFunction } from "./replace.ts";

/** Receives the text that user code prints. */
export type Print = (text: string) => void;

/**
 * Replaces the standard streams of `Deno`.
 *
 * @param print receives what user code writes
 */
export function replaceDenoStreams(print: Print): void {
  const input = {
    read: () => Promise.resolve(null),
    readSync: () => null,
    get readable() {
      return new ReadableStream({ start: (controller) => controller.close() });
    },
    isTerminal: () => false,
    setRaw: () => {},
    close: () => {},
  };
  const streams = { stdin: input, stdout: denoOutput(print), stderr: denoOutput(print) };
  for (const [name, value] of Object.entries(streams)) {
    Object.defineProperty(Deno, name, { value, writable: false, configurable: false });
  }
}

function denoOutput(print: Print): object {
  const write = writer(print);
  return {
    write: (bytes: Uint8Array) => Promise.resolve(write(bytes)),
    writeSync: write,
    get writable() {
      return new WritableStream<Uint8Array>({ write: (chunk) => void write(chunk) });
    },
    isTerminal: () => false,
    close: () => {},
  };
}

// Returns a function that prints text or bytes, without the line break at their end.
function writer(print: Print): (chunk: unknown) => number {
  return (chunk) => {
    const text = chunk instanceof Uint8Array ? new TextDecoder().decode(chunk) : String(chunk);
    print(text.endsWith("\n") ? text.slice(0, -1) : text);
    return chunk instanceof Uint8Array ? chunk.length : text.length;
  };
}

/**
 * Replaces the standard streams of `node:process`. The replacements are not streams of Node,
 * because one check could change the state of such a stream for other checks.
 *
 * @param process `node:process`
 * @param print receives what user code writes
 */
export function replaceNodeStreams(process: object, print: Print): void {
  const streams = {
    stdin: nodeStream(0, endOfInput()),
    stdout: nodeStream(1, nodeOutput(print)),
    stderr: nodeStream(2, nodeOutput(print)),
  };
  for (const [name, value] of Object.entries(streams)) {
    const stream = protect(value, "ignored");
    Object.defineProperty(process, name, { value: stream, writable: false, configurable: false });
  }
}

/** Methods of Node's streams that return the stream. */
const chained = [
  ...["on", "once", "addListener", "prependListener", "prependOnceListener", "off"],
  ...["removeListener", "removeAllListeners", "setMaxListeners", "setEncoding", "setRawMode"],
  ...["setDefaultEncoding", "pause", "resume", "ref", "unref", "cork", "uncork", "destroy"],
  ...["unpipe"],
];

function nodeStream(fd: number, own: object): object {
  const stream: Record<string, unknown> = { fd, isTTY: false, emit: () => false };
  for (const name of chained) stream[name] = () => stream;
  for (const name of ["listeners", "eventNames"]) stream[name] = () => [];
  stream.listenerCount = () => 0;
  return Object.assign(stream, own);
}

function nodeOutput(print: Print): object {
  const write = writer(print);
  const callBack = (args: unknown[]) => {
    const callback = args.find((one) => typeof one === "function");
    if (callback !== undefined) queueMicrotask(callback as () => void);
  };
  return {
    writable: true,
    write: (chunk: unknown, ...rest: unknown[]) => (write(chunk), callBack(rest), true),
    end: (chunk?: unknown, ...rest: unknown[]) => {
      if (typeof chunk === "string" || chunk instanceof Uint8Array) write(chunk);
      callBack([chunk, ...rest]);
    },
  };
}

function endOfInput(): object {
  return {
    readable: false,
    readableEnded: true,
    read: () => null,
    pipe: (target: { end?: () => void }) => (target.end?.(), target),
    on(this: object, event: string, listener: () => void) {
      if (event === "end" || event === "close") queueMicrotask(listener);
      return this;
    },
    async *[Symbol.asyncIterator]() {},
  };
}

/**
 * Makes `node:fs` refuse the descriptors of the standard streams, as if the streams were closed.
 *
 * @param fs `node:fs`
 */
export function refuseDescriptors(fs: object): void {
  for (const name of Object.getOwnPropertyNames(fs)) {
    const { value } = Object.getOwnPropertyDescriptor(fs, name)!;
    // The name of a class begins with an upper case letter. Classes use these functions to open
    // files.
    if (typeof value !== "function" || /^[A-Z]/.test(name)) continue;
    Object.defineProperty(fs, name, { value: guarded(name, value) });
  }
}

function guarded(name: string, original: AnyFunction): AnyFunction {
  const checked: AnyFunction = function (...args) {
    if (!args.slice(0, 2).some(isStandard)) return Reflect.apply(original, this, args);
    const error = Object.assign(new Error(`EBADF: bad file descriptor, ${name}`), {
      code: "EBADF",
      errno: -9,
      syscall: name,
    });
    const callback = args.at(-1);
    if (typeof callback !== "function") throw error;
    queueMicrotask(() => callback(error));
  };
  return Object.assign(checked, original);
}

// A descriptor is the first argument, or is in the options of a stream.
function isStandard(value: unknown, at: number): boolean {
  // The runtime converts some numbers modulo 2 ** 32.
  if (at === 0) return typeof value === "number" && value >>> 0 < 3;
  return typeof value === "object" && value !== null && isStandard(Reflect.get(value, "fd"), 0);
}
