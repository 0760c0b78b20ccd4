/**
 * Protects classes that the runtime uses internally. They have no public name, but user code can
 * reach them through the properties of an instance. For example, the queue of a stream is in a
 * property behind a symbol. Its class is the class of the queues of all streams in the realm.
 */
import { protectChain } from "./protect.ts";

/** Deeper objects do not belong to a sample. */
const maxDepth = 6;

/**
 * Protects the classes of an object, and of all objects in its properties. The objects themselves
 * stay changeable.
 *
 * @param sample an instance of each state in which the runtime uses an internal class
 */
export function protectInternals(sample: unknown): void {
  const seen = new Set<unknown>([globalThis]);
  const visit = (value: unknown, depth: number) => {
    if (typeof value !== "object" || value === null || depth > maxDepth || seen.has(value)) return;
    seen.add(value);
    protectChain(Reflect.getPrototypeOf(value));
    for (const key of Reflect.ownKeys(value)) {
      visit(Reflect.getOwnPropertyDescriptor(value, key)!.value, depth + 1);
    }
  };
  visit(sample, 0);
}

/**
 * Returns samples of a global class or function.
 *
 * @param name its name
 * @returns the samples; none if its instances have no internal classes
 */
export function samplesOf(name: string): unknown[] {
  return samples[name]?.() ?? [];
}

const samples: Record<string, () => unknown[]> = {
  URLSearchParams: () => [new URLSearchParams().entries()],
  Headers: () => [new Headers().entries()],
  FormData: () => [new FormData().entries()],
  Intl: () => {
    const segments = new Intl.Segmenter().segment("");
    return [segments, segments[Symbol.iterator]()];
  },
  Blob: () => [new Blob(["x"])],
  Response: () => [
    new Response("x"),
    new Request("http://localhost/", { method: "POST", body: "x" }),
  ],
  ReadableStream: () => {
    const full = new ReadableStream({ start: (controller) => controller.enqueue(1) });
    const empty = new ReadableStream();
    const bytes = new ReadableStream({ type: "bytes" });
    const reader = empty.getReader();
    const byob = bytes.getReader({ mode: "byob" });
    for (const pending of [reader.read(), byob.read(new Uint8Array(1))]) pending.catch(() => {});
    return [full, reader, byob, new ReadableStream().values()];
  },
  WritableStream: () => {
    const writer = new WritableStream({ write: () => new Promise(() => {}) }).getWriter();
    for (let count = 0; count < 2; count++) writer.write(1).catch(() => {});
    return [writer];
  },
  TransformStream: () => [new TransformStream()],
  setTimeout: () => {
    const timer = setTimeout(() => {}, 1);
    clearTimeout(timer);
    return [timer];
  },
  setImmediate: () => {
    const immediate = setImmediate(() => {});
    clearImmediate(immediate);
    return [immediate];
  },
  navigator: () => [Reflect.get(navigator, "userAgentData")],
};
