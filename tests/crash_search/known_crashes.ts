/**
 * Every call that ended the process from inside a sandbox, in this version or an earlier one, each
 * with a part of the message that refuses the call now. `tests/attacks/crashes_test.ts` and the
 * search evaluate all of them, even those that a newer Deno has fixed.
 */

/** The call is harmless now, with any result or error, because its arguments are read once. */
const harmless = "";

const crypto = 'node("crypto")';
const zeroPrime = "Invalid prime 0";
const dhKey = "Diffie-Hellman keys can be generated, not read";
const key = "zeroPrimeKey";

const noShrinking = "a check cannot shrink a buffer";
const closed = "The zlib stream is closed";
const write = "0, new Uint8Array(4), 0, 4, new Uint8Array(8), 0, 8, new Uint32Array(2)";

const rsa = '{ name: "RSASSA-PKCS1-v1_5", modulusLength: 512, ' +
  'publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-512" }';
const shortKey = `${crypto}.generateKeyPairSync("rsa", { modulusLength: 512 }).privateKey`;

/** Returns the expression of an object in which one member exists only for its first reader. */
function once(members: string, name: string): string {
  return `once({ ${members}, ext: true, ${name}: "AQAB" }, "${name}")`;
}

/** Returns the expression of a function with the members of an object. */
function asFunction(object: string): string {
  return `Object.defineProperties(() => {}, Object.getOwnPropertyDescriptors(${object}))`;
}

/** The expressions, each with a part of the expected message. */
export const knownCrashes: readonly (readonly [code: string, refusal: string])[] = [
  // The check for unstable APIs ends the process.
  ['Deno.listen({ transport: "vsock", cid: 1, port: 1 })', "Deno.listen() is not for a check"],
  ['Deno.connect({ transport: "vsock", cid: 1, port: 1 })', "Deno.connect() is not for a check"],
  ['Deno.serve({ transport: "vsock", cid: 1, port: 1 }, fail)', "Deno.serve() is not for a check"],
  // The parser of types overflows its stack.
  [`node("module").stripTypeScriptTypes(brackets)`, "module.stripTypeScriptTypes() is not for a"],
  // Sizes of images.
  ["new OffscreenCanvas(2 ** 31 - 1, 2 ** 31 - 1)", "OffscreenCanvas is not defined"],
  ["createImageBitmap(new ImageData(2, 2), -1, -1, 1, 1)", "createImageBitmap is not defined"],
  // A value of a type that the conversion of options does not know.
  ['Deno.createHttpClient({ poolIdleTimeout: Symbol("s") })', "Invalid poolIdleTimeout"],
  ['Deno.createHttpClient({ get poolIdleTimeout() { return Symbol("s"); } })', "Invalid poolIdle"],
  // Division by a prime of 0.
  [`${crypto}.createDiffieHellman(Buffer.alloc(0)).generateKeys()`, zeroPrime],
  [`${crypto}.createDiffieHellman(Buffer.alloc(1)).generateKeys()`, zeroPrime],
  [`${crypto}.createDiffieHellman("00", "hex").generateKeys()`, zeroPrime],
  [
    `((d) => { d.setPrivateKey(Buffer.from([3])); d.computeSecret(Buffer.from([3])) })(` +
    `${crypto}.createDiffieHellman(Buffer.alloc(1)))`,
    zeroPrime,
  ],
  [
    `((d) => { d.getPrime().fill(0); return d.generateKeys() })(` +
    `${crypto}.getDiffieHellman("modp14"))`,
    zeroPrime,
  ],
  [
    `((d) => { d.generateKeys(); d.getPrime().fill(0); d.computeSecret("03", "hex") })(` +
    `${crypto}.getDiffieHellman("modp14"))`,
    zeroPrime,
  ],
  [`${crypto}.generateKeyPairSync("dh", { prime: Buffer.alloc(0) })`, zeroPrime],
  [`${crypto}.generateKeyPair("dh", { prime: Buffer.alloc(1) }, () => {})`, zeroPrime],
  [
    `node("util").promisify(${crypto}.generateKeyPair)("dh", { prime: Buffer.alloc(1) })`,
    zeroPrime,
  ],
  [`${crypto}.createPublicKey(${key})`, dhKey],
  [`${crypto}.createPublicKey(${crypto}.createPrivateKey(${key}))`, dhKey],
  [`${crypto}.verify("sha256", "", ${key}, "")`, dhKey],
  [`${crypto}.publicEncrypt(${key}, Buffer.alloc(1))`, dhKey],
  [`${crypto}.createVerify("sha256").verify(${key}, Buffer.alloc(1))`, dhKey],
  // Primes of 1 bit.
  [`${crypto}.generatePrimeSync(1)`, "Invalid prime size 1"],
  [`${crypto}.generatePrimeSync(1, { bigint: true })`, "Invalid prime size 1"],
  [`${crypto}.generatePrime(1, () => {})`, "Invalid prime size 1"],
  [`${crypto}.generateKeyPairSync("dh", { primeLength: 1 })`, "Invalid primeLength 1"],
  [`${crypto}.generateKeyPair("dh", { primeLength: 0 }, () => {})`, "Invalid primeLength 0"],
  // RSA-PSS keys that do not exist.
  [`${crypto}.generateKeyPairSync("rsa-pss", { modulusLength: 1 })`, "Invalid modulusLength 1"],
  [
    `${crypto}.generateKeyPair("rsa-pss", { modulusLength: 16 }, () => {})`,
    "Invalid modulusLength 16",
  ],
  [
    `${crypto}.generateKeyPairSync("rsa-pss", { modulusLength: 512, publicExponent: 1 })`,
    "Invalid publicExponent 1",
  ],
  // The search for a prime with a given remainder.
  [`${crypto}.generatePrimeSync(65536, { add: 4n, rem: 1n })`, "Invalid options add and rem"],
  [`${crypto}.generatePrime(16, { add: 4n, rem: 2n }, () => {})`, "Invalid options add and rem"],
  // Memory in proportion to the key.
  ...["generateKeyPairSync", "generateKeyPair"].map((name) =>
    [
      `${crypto}.${name}("rsa", { modulusLength: 2 ** 32 - 1 }, () => {})`,
      "Invalid modulusLength 4294967295",
    ] as const
  ),
  // Signatures that are longer than the key.
  [
    `crypto.subtle.generateKey(${rsa}, true, ["sign", "verify"]).then(sign)`,
    "Invalid modulusLength 512",
  ],
  [
    `crypto.subtle.importKey("pkcs8", ${shortKey}.export({ format: "der", type: "pkcs8" }), ` +
    `${rsa}, true, ["sign"]).then(sign)`,
    "Invalid modulusLength 512",
  ],
  [`sign(${shortKey}.toCryptoKey(${rsa}, true, ["sign"]))`, "Invalid modulusLength 512"],
  // The stack of the runtime overflows.
  [
    `(() => { let b = new Blob(["a"]); for (let i = 0; i < 1e5; i++) b = b.slice(0); ` +
    `return b.text() })()`,
    "Blob.slice() is not for a check",
  ],
  // Constructors of native classes, called with a receiver.
  ...["DOMMatrix", "DOMPoint", "DOMRect", "ImageData", "Storage", "GPUBuffer"].map((name) =>
    [`${name}.call(new Proxy({}, { get: fail }), 1, 1)`, `${name} is not defined`] as const
  ),
  ...[
    `${crypto}.createHash("md5")`,
    `${crypto}.createSecretKey(Buffer.alloc(1))`,
    'node("zlib").createGzip()',
    'node("zlib").createBrotliDecompress()',
    'node("zlib").createZstdCompress()',
    'node("perf_hooks").createHistogram()',
    'new (node("https").globalAgent.constructor)() && new (node("tls").TLSSocket)(' +
    'new (node("net").Socket)())',
    'node("dgram").createSocket("udp4")',
    'node("_http_common").parsers.alloc()',
  ].map((code) =>
    [
      `natives(${code}).forEach((one) => one.call(new Proxy({}, { get: fail }), 1, 1))`,
      harmless,
    ] as const
  ),
  [
    'natives(node("_http_common").parsers.alloc()).forEach((one) => ' +
    "one.call(new Proxy({}, { get: fail })))",
    harmless,
  ],
  // Streams after the end, and during an error.
  ...["Gzip", "Inflate"].map((name) =>
    [`((h) => { h.close(); h.reset() })(node("zlib").create${name}()._handle)`, closed] as const
  ),
  ...["BrotliCompress", "BrotliDecompress", "ZstdCompress", "ZstdDecompress"].flatMap((name) => [
    ...["write", "writeSync"].map((method) =>
      [
        `((h) => { h.close(); h.${method}(${write}) })(node("zlib").create${name}()._handle)`,
        closed,
      ] as const
    ),
    // The method is found before a getter closes the stream.
    [
      `((s) => s._processChunk({ byteLength: 0, byteOffset: 0, get buffer() { s.close(); ` +
      `return new ArrayBuffer(0) } }, 0))(node("zlib").create${name}())`,
      closed,
    ] as const,
  ]),
  ...["{ value: 1 }", "{ get: fail }", "{ value: undefined }"].map((handler) =>
    [
      `((h) => { Object.defineProperty(h, "onerror", ${handler}); h.writeSync(${write}) })(` +
      'node("zlib").createInflate()._handle)',
      "Invalid onerror of a zlib stream",
    ] as const
  ),
  // A write into the output buffer of an earlier call.
  ...["resize", "transfer"].map((free) =>
    [
      `((h, out) => { h.writeSync(0, node("crypto").randomBytes(5000), 0, 5000, out, 0, 2 ** 26, ` +
      `new Uint32Array(2)); out.buffer.${free}(0); h.params(9, 3); h.params(1, 0) })(` +
      'node("zlib").createDeflate()._handle, ' +
      "new Uint8Array(new ArrayBuffer(2 ** 26, { maxByteLength: 2 ** 26 })))",
      noShrinking,
    ] as const
  ),
  // A computation in another thread reads a buffer that shrinks.
  ...["pbkdf2(new Uint8Array(b), b, 9", "pbkdf2('x', new Uint8Array(b), 9"].flatMap((call) =>
    ["b.resize(0)", "b.resize()", "b.transfer(0)", "b.transferToFixedLength(1)"].map((shrink) =>
      [
        `((b) => { ${crypto}.${call}, 64, "sha512", () => {}); ${shrink} })(` +
        "new ArrayBuffer(2 ** 20, { maxByteLength: 2 ** 20 }))",
        noShrinking,
      ] as const
    )
  ),
  // Computations in other threads that would never end.
  ...["iterations: 2 ** 31", "iterations: { valueOf: () => 2 ** 31 }"].map((iterations) =>
    [
      `crypto.subtle.importKey("raw", new Uint8Array(8), "PBKDF2", false, ["deriveBits"]).then(` +
      `(key) => crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-512", ${iterations}, ` +
      "salt: new Uint8Array(8) }, key, 512))",
      "Invalid iterations",
    ] as const
  ),
  [
    `crypto.subtle.importKey("raw", new Uint8Array(8), "PBKDF2", false, ["deriveKey"]).then(` +
    `(key) => crypto.subtle.deriveKey({ name: "PBKDF2", hash: "SHA-512", iterations: 2 ** 31, ` +
    `salt: new Uint8Array(8) }, key, { name: "AES-GCM", length: 256 }, true, ["encrypt"]))`,
    "Invalid iterations",
  ],
  [
    `crypto.subtle.importKey("raw-secret", new Uint8Array(8), "Argon2id", false, ["deriveBits"])` +
    `.then((key) => crypto.subtle.deriveBits({ name: "Argon2id", nonce: new Uint8Array(16), ` +
    "parallelism: 1, memory: 2 ** 20, passes: 2 ** 31 }, key, 512))",
    "Invalid passes",
  ],
  [
    `crypto.subtle.generateKey({ name: "RSA-PSS", hash: "SHA-256", modulusLength: 16384, ` +
    `publicExponent: new Uint8Array([1, 0, 1]) }, true, ["sign"])`,
    "Invalid modulusLength",
  ],
  // Memory that is not freed before the end of a stream.
  ...Array(10).fill([
    '(() => { for (let i = 0; i < 1000; i++) node("zlib").createDeflate({ memLevel: 9 }) })()',
    harmless,
  ]),
  // A method of a serializer that is not a function.
  [
    `((s) => { s._getDataCloneError = 1; s.writeValue(() => {}) })(new (node("v8").Serializer)())`,
    "v8.Serializer() is not for a check",
  ],
  [
    `((s) => { s._getDataCloneError = 1; s.writeValue(() => {}) })(` +
    `new (node("v8").DefaultSerializer)())`,
    "v8.DefaultSerializer() is not for a check",
  ],
  // Members of keys that are read twice.
  [
    `crypto.subtle.importKey("jwk", ${once('kty: "EC", crv: "P-256", x: "a", y: "a"', "d")}, ` +
    '{ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"])',
    harmless,
  ],
  [
    `crypto.subtle.importKey("jwk", ${
      asFunction(once('kty: "EC", crv: "P-256", x: "a", y: "a"', "d"))
    }, { name: "ECDSA", namedCurve: "P-256" }, true, ["sign"])`,
    harmless,
  ],
  [
    `${crypto}.webcrypto.subtle.importKey("jwk", ${
      once(
        'kty: "RSA", ' + ["n", "e", "p", "q", "dp", "dq", "qi"].map((one) => `${one}: "AQAB"`),
        "d",
      )
    }, { name: "RSA-PSS", hash: "SHA-256" }, true, ["sign"])`,
    harmless,
  ],
  ...[["ML-DSA-44", "sign"], ["ML-KEM-512", "decapsulateBits"]].map(([name, use]) =>
    [
      `crypto.subtle.importKey({ toString: () => "jwk" }, ${
        once(`kty: "AKP", alg: "${name}", pub: "AAAA"`, "priv")
      }, { name: "${name}" }, true, ["${use}"])`,
      harmless,
    ] as const
  ),
];
