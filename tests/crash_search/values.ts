/**
 * Hostile values, as expressions. So the report shows a call as code that can be pasted into a
 * check. `helpers` are in the scope of every expression of this folder.
 */

import { afterEnd } from "./endings.ts";

/** The names and the code of the helpers. Each process evaluates them once, in this order. */
export const helpers: readonly (readonly [name: string, code: string])[] = [
  ["node", "(name) => process.getBuiltinModule(name)"],
  ["proto", "(value) => Object.getPrototypeOf(value)"],
  ["symbolOf", "(owner, text) => Reflect.ownKeys(owner).find((key) => String(key) === text)"],
  ["get", "(value, key) => Object.getOwnPropertyDescriptor(value, key).get"],
  ["set", "(value, key) => Object.getOwnPropertyDescriptor(value, key).set"],
  ["fail", '() => { throw new Error("hostile") }'],
  // Every option has the value. `then` is missing, because a promise would wait for it.
  [
    "all",
    '(value) => new Proxy({}, { get: (_, key) => key === "then" ? undefined : value, ' +
    "has: () => true })",
  ],
  ["nest", "(depth, make) => { let v; while (depth-- > 0) v = make(v); return v }"],
  [
    "detached",
    "(() => { const b = new ArrayBuffer(16); structuredClone(b, { transfer: [b] }); " +
    "return b })()",
  ],
  [
    "grown",
    "(() => { const b = new ArrayBuffer(16, { maxByteLength: 64 }); " +
    "const v = new Uint8Array(b, 8); b.resize(64); return v })()",
  ],
  ["cyclic", "(() => { const o = { a: [] }; o.a.push(o); o.self = o; return o })()"],
  ["long", '"x".repeat(2 ** 16)'],
  [
    "once",
    "(object, key) => { const value = object[key]; let reads = 0; " +
    "return Object.defineProperty(object, key, { enumerable: true, " +
    "get: () => reads++ === 0 ? value : undefined }) }",
  ],
  [
    "allOnce",
    "(value) => { const read = new Set(); return new Proxy({}, { get: (_, key) => " +
    'key === "then" || read.has(key) ? undefined : (read.add(key), value), has: () => true }) }',
  ],
  // The runtime also accepts a function as options.
  [
    "callable",
    "(object) => new Proxy(() => {}, { get: (_, key) => object[key], has: () => true })",
  ],
  [
    "sign",
    '(key) => crypto.subtle.sign("RSASSA-PKCS1-v1_5", key.privateKey ?? key, ' +
    "new Uint8Array(1))",
  ],
  // The native classes of the objects that an object contains.
  [
    "natives",
    "(owner) => { const found = new Set(); const look = (value, depth) => { " +
    "for (let p = value; p; p = proto(p)) for (const key of Reflect.ownKeys(p)) { " +
    "const one = Object.getOwnPropertyDescriptor(p, key).value; " +
    'if (typeof one === "function" && key === "constructor" && String(one).includes("[native code]") ' +
    "&& globalThis[one.name] !== one) found.add(one); " +
    'if (p === value && depth < 3 && typeof one === "object") look(one, depth + 1) } }; ' +
    "look(owner, 0); return [...found] }",
  ],
  // PKCS #8 of a Diffie-Hellman key whose prime is 0.
  [
    "zeroPrimeKey",
    '({ key: Buffer.from("301d0201003013' +
    '06092a864886f70d0103013006020100020102" + "0403020103", "hex"), format: "der", ' +
    'type: "pkcs8" })',
  ],
  ["afterEnd", afterEnd],
  ["huge", "new Uint8Array(2 ** 31)"],
  ["deepArray", "nest(1e5, (v) => [v])"],
  ["deepObject", "nest(1e5, (v) => ({ v }))"],
  ["deepError", "nest(8e3, (cause) => new Error('x', { cause }))"],
  ["deepProxy", "nest(1e5, (v) => new Proxy(v ?? {}, {}))"],
  ["brackets", '"(".repeat(5e4) + ")".repeat(5e4)'],
];

/** The values that are tried in pairs of arguments. */
export const core: readonly string[] = [
  ...["undefined", "0", "-1", "NaN", "2 ** 31 - 1", "2 ** 32", "2 ** 53"],
  ...['""', "{}", "() => {}", "new Uint8Array(0)"],
];

/** The values that are tried in triples of arguments. */
export const few: readonly string[] = ["-1", "2 ** 31", "2 ** 53", "new Uint8Array(0)"];

/** All values that are tried alone. */
export const values: readonly string[] = [
  ...core,
  ...["-(2 ** 31)", '"a"', "[]"],
  ...[
    "null",
    "true",
    "-0",
    "1",
    "2",
    "3",
    "0.5",
    "Infinity",
    "-Infinity",
    "2 ** 31",
    "2 ** 32 - 1",
  ],
  ...["65536", "2 ** 40", "-(2 ** 53)", "1e308", "5e-324", "0n", "-1n", "2n ** 64n", "2n ** 4096n"],
  ...['"\\0"', '"\\ud800"', "long", '"(".repeat(5e4)', "brackets"],
  ...['"[".repeat(5e4)', '"{".repeat(5e4)', '"9".repeat(1e5)', '"é".repeat(1e5)', '"-1"', '".."'],
  ...['"file:///"', '"http://[::1]:65536/"', '"data:,"', '"%"', '"__proto__"', '"\\n"', '"*"'],
  ...['Symbol("s")', "Symbol.iterator", "[[]]", "[undefined]", "[-1, 2 ** 53]", "[,1]"],
  ...["deepArray", "deepObject", "nest(500, (v) => [v])", "cyclic"],
  ...["Object.create(null)", "new Proxy({}, { get: fail, has: fail, ownKeys: fail })"],
  ...["new Proxy(() => {}, { apply: fail, construct: fail })"],
  ...["(() => { const r = Proxy.revocable(() => {}, {}); r.revoke(); return r.proxy })()"],
  ...[
    "{ get length() { throw 1 } }",
    "{ length: 2 ** 53 - 1 }",
    "{ length: -1 }",
    "{ then: fail }",
  ],
  ...["{ toString: fail, valueOf: fail }", "{ [Symbol.toPrimitive]: fail }", "{ toJSON: fail }"],
  ...["{ [Symbol.iterator]: fail }", "{ *[Symbol.iterator]() { for (;;) yield fail() } }"],
  ...[
    "all(0)",
    "all(-1)",
    "all(1)",
    "all(NaN)",
    "all(2 ** 31 - 1)",
    "all(2 ** 32)",
    "all(2 ** 53)",
  ],
  ...['all("")', 'all("a")', "all(null)", 'all(Symbol("s"))', "all(() => {})", "all(all(-1))"],
  ...[
    "all(true)",
    "allOnce(1)",
    'allOnce("AQAB")',
    "allOnce(new Uint8Array(8))",
    "callable(all(-1))",
    "callable(all(2 ** 53))",
    'callable(all(Symbol("s")))',
    'callable(allOnce("AQAB"))',
    "all(new Uint8Array(0))",
    "all([])",
    "all(1n)",
    "all(long)",
    "all(detached)",
  ],
  ...["new Uint8Array(16)", "new Uint8Array(1)", "new ArrayBuffer(0)", "detached", "grown"],
  ...["new SharedArrayBuffer(0)"],
  ...["new SharedArrayBuffer(16)", "new Uint8Array(new SharedArrayBuffer(16))"],
  ...["new Int32Array(new SharedArrayBuffer(16))", "new DataView(new ArrayBuffer(8), 8)"],
  ...["new Float64Array([NaN, Infinity])", "new BigInt64Array(2)"],
  ...["new ArrayBuffer(8, { maxByteLength: 2 ** 30 })", "() => { throw 1 }", "class {}"],
  ...["async () => {}", "function* () {}", "fail", "new Date(NaN)", "/(?:)/g", "new Map([[1, 1]])"],
  ...["new Set([1])", "new WeakRef({})", "Promise.reject(1)", "new Promise(() => {})"],
  ...["AbortSignal.abort()", 'new URL("x:")', 'new Blob(["x"])', "new ReadableStream()"],
  ...["new Error()", "globalThis", "Object.prototype", "Function.prototype"],
];

/** Receivers that no method expects. */
export const wrongReceivers: readonly string[] = [
  ...["undefined", "null", "0", '"a"', "{}", "[]", "new Proxy({}, { get: fail })", "globalThis"],
  ...["new Uint8Array(0)", "detached", "all(-1)"],
];
