/** Whole expressions: attacks in several steps, and buffers that are too large for most calls. */

import { knownCrashes } from "./known_crashes.ts";
import { receivers } from "./receivers.ts";

const sizes = ["0", "1", "2", "3", "4", "16"];

/** The expressions, which are evaluated as they are. */
export const scripts: readonly string[] = [
  ...knownCrashes.map(([code]) => code),
  ...sizes.map((size) => `node("crypto").generatePrimeSync(${size})`),
  ...sizes.map((size) => `node("crypto").generatePrimeSync(${size}, { safe: true })`),
  ...sizes.map((size) => `node("crypto").generatePrime(${size}, () => {})`),
  ...sizes.map((size) => `node("crypto").createDiffieHellman(${size}).generateKeys()`),
  ...sizes.map((size) =>
    `node("crypto").generateKeyPairSync("dh", { primeLength: ${size} }).privateKey`
  ),
  ...["crc32", "brotliDecompressSync", "gunzipSync", "zstdDecompressSync"].map(
    (name) => `node("zlib").${name}(huge)`,
  ),
  ...["new TextDecoder().decode(huge)", 'new TextDecoder("gb18030").decode(huge)'],
  ...[],
  ...['Buffer.from(huge.buffer).toString("hex", 2 ** 31 - 2)'],
  ...[],
  ...["crypto.getRandomValues(huge)", 'node("crypto").randomFillSync(huge, 2 ** 31 - 1, 1)'],
  ...["new WebAssembly.Module(huge)", "huge.toBase64()"],
  ...["new WebAssembly.Memory({ initial: 65536 }).grow(0)", "WebAssembly.validate(huge)"],
  ...[
    'crypto.subtle.digest("SHA-1", huge)',
    "new ImageData(new Uint8ClampedArray(huge.buffer), 1)",
  ],
  ...['node("v8").deserialize(huge)', 'node("v8").serialize(huge).length'],
  'new Function("x".repeat(2 ** 29 - 24))',
  'new URLPattern({ pathname: "(".repeat(5e4) + "a" + ")".repeat(5e4) })',
  'new URLPattern({ pathname: "{".repeat(5e4) + "}".repeat(5e4) })',
  'new URLPattern({ pathname: "/(" + "(?:a".repeat(2e4) + ")".repeat(2e4) + ")" }).test("http://a/")',
  'new RegExp("(".repeat(5e4) + ")".repeat(5e4))',
  'new RegExp("(?:".repeat(2e4) + "a" + ")*".repeat(2e4)).test("a".repeat(100))',
  'JSON.parse("[".repeat(1e6))',
  "JSON.stringify(deepArray)",
  "structuredClone(deepArray)",
  'node("v8").serialize(deepObject)',
  "new MessageChannel().port1.postMessage(deepArray)",
  "Deno.inspect(deepObject, { depth: 1e9 })",
  'node("util").isDeepStrictEqual(deepArray, nest(1e5, (v) => [v]))',
  'eval("(".repeat(1e6))',
  'eval("[".repeat(2e5) + "]".repeat(2e5))',
  'eval("1" + "+1".repeat(1e6))',
  'new WebSocket("ws://" + "a".repeat(1e6))',
  'new URL("http://" + "a.".repeat(1e6))',
  'new URL("http://" + "xn--a.".repeat(1e5))',
  '"\\u0130".repeat(2 ** 26).toLowerCase()',
  '"a".repeat(2 ** 28).replaceAll("a", "$`").length',
  'Array(2 ** 32 - 1).join("").length',
  '"x".padEnd(2 ** 29 - 24).normalize("NFKD").length',
  "new Array(2 ** 25).fill(0).concat(new Array(2 ** 25).fill(0)).length",
  // Deeply nested values that the runtime may walk recursively.
  "new Promise((r) => { setTimeout(r, 50); setTimeout(() => { throw deepError }) })",
  "new Promise((r) => { setTimeout(r, 50); Promise.reject(deepError) })",
  "Deno.inspect(deepError)",
  "structuredClone(deepError)",
  "(() => { let f = () => 1; for (let i = 0; i < 1e5; i++) f = f.bind(); return f() })()",
  "Deno.inspect(deepProxy)",
  "structuredClone(deepProxy)",
  "(() => { let s = AbortSignal.timeout(1e6); for (let i = 0; i < 1e4; i++) " +
  "s = AbortSignal.any([s]); return s.aborted })()",
  "(() => { let s = new ReadableStream(); for (let i = 0; i < 1e4; i++) s = s.tee()[0] })()",
  'import("data:application/json," + "[".repeat(1e6))',
  'new Function("return " + "a=>".repeat(2e5) + "1")',
  'new RegExp("[".repeat(1e5) + "a" + "]".repeat(1e5), "v")',
  // The runtime calls properties of errors, and looks up globals.
  "new Promise((r) => { setTimeout(r, 50); setTimeout(() => { throw { get stack() { throw 1 } } }) })",
  "(() => { Error.prepareStackTrace = fail; return Promise.reject(new Error()) })()",
  "(() => { Error.prepareStackTrace = (_, frames) => frames; return Promise.reject(new Error()) })()",
  ...["Reflect.deleteProperty(globalThis, k)", "globalThis[k] = fail"].map((change) =>
    `(() => { const { setTimeout } = globalThis; for (const k of Reflect.ownKeys(globalThis)) ` +
    `try { ${change} } catch {} ; setTimeout(() => { throw 1 }); Promise.reject(1); ` +
    `return new Promise((r) => setTimeout(r, 50)) })()`
  ),
  "Object.freeze(globalThis)",
  ...receivers.map((code) => `afterEnd(() => (${code}))`),
];
