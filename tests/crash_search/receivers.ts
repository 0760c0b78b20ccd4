/**
 * Expressions for objects whose methods are called. Each object is created again for each call. The
 * expressions in `made` return promises, which are awaited once in each process.
 */

/**
 * Objects that are available only through a promise, by name. Expressions use them as `made.name`.
 */
export const made: readonly (readonly [name: string, code: string])[] = [
  ...["AES-GCM", "AES-CBC", "AES-CTR", "AES-KW"].map((name) =>
    [
      name.toLowerCase().replace("-", ""),
      `crypto.subtle.generateKey({ name: "${name}", length: 128 }, true, [${
        name === "AES-KW" ? '"wrapKey", "unwrapKey"' : '"encrypt", "decrypt"'
      }])`,
    ] as const
  ),
  [
    "hmac",
    'crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign", "verify"])',
  ],
  [
    "ecdsa",
    'crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ' +
    '["sign", "verify"])',
  ],
  [
    "ecdh",
    'crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ' +
    '["deriveBits"])',
  ],
  ["ed25519", 'crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])'],
  ["x25519", 'crypto.subtle.generateKey("X25519", true, ["deriveBits"])'],
  [
    "rsa",
    'crypto.subtle.generateKey({ name: "RSA-OAEP", modulusLength: 1024, ' +
    'publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-1" }, true, ["encrypt", "decrypt"])',
  ],
  [
    "pss",
    'crypto.subtle.generateKey({ name: "RSA-PSS", modulusLength: 1024, ' +
    'publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-1" }, true, ["sign", "verify"])',
  ],
  [
    "mlkem",
    'crypto.subtle.generateKey("ML-KEM-512", true, ["encapsulateBits", ' +
    '"decapsulateBits", "encapsulateKey"])',
  ],
  ["mldsa", 'crypto.subtle.generateKey("ML-DSA-44", true, ["sign", "verify"])'],
  [
    "pbkdf2key",
    'crypto.subtle.importKey("raw", new Uint8Array(8), "PBKDF2", false, ' +
    '["deriveKey"])',
  ],
  ["pbkdf2", 'crypto.subtle.importKey("raw", new Uint8Array(8), "PBKDF2", false, ["deriveBits"])'],
  ["hkdf", 'crypto.subtle.importKey("raw", new Uint8Array(8), "HKDF", false, ["deriveBits"])'],
  // These keys are created once for all processes, because that takes a second.
  ...["rsa", "dsa"].map((name) =>
    [
      `node${name}`,
      `{ publicKey: node("crypto").createPublicKey(made.${name}pem), ` +
      `privateKey: node("crypto").createPrivateKey(made.${name}pem) }`,
    ] as const
  ),
  ["nodeec", 'node("crypto").generateKeyPairSync("ec", { namedCurve: "P-256" })'],
  ["nodeed", 'node("crypto").generateKeyPairSync("ed25519")'],
  ["nodex", 'node("crypto").generateKeyPairSync("x25519")'],
  ["nodedh", 'node("crypto").generateKeyPairSync("dh", { group: "modp5" })'],
  ["jwk", 'made.nodeec.publicKey.export({ format: "jwk" })'],
  ["spki", 'made.nodeec.publicKey.export({ format: "der", type: "spki" })'],
  ["pkcs8", 'made.nodeec.privateKey.export({ format: "der", type: "pkcs8" })'],
  ["pkcs8pem", 'made.nodeec.privateKey.export({ format: "pem", type: "pkcs8" })'],
  [
    "point",
    '(() => { const e = node("crypto").createECDH("prime256v1"); ' +
    "return e.generateKeys() })()",
  ],
  ["pkcs8rsa", 'made.nodersa.privateKey.export({ format: "der", type: "pkcs8" })'],
  [
    "rsassa",
    'crypto.subtle.importKey("pkcs8", made.pkcs8rsa, { name: "RSASSA-PKCS1-v1_5", ' +
    'hash: "SHA-256" }, true, ["sign"]).then((privateKey) => ({ privateKey }))',
  ],
  ["gzip", 'node("zlib").gzipSync("x")'],
];

const hashes = ["md5", "sha1", "sha512", "sha3-256", "shake128", "blake2b512", "ripemd160"];
const ciphers: readonly (readonly [name: string, key: number, iv: number | null])[] = [
  ["aes-128-cbc", 16, 16],
  ["aes-256-ecb", 32, null],
  ["aes-128-ctr", 16, 16],
  ["aes-256-gcm", 32, 12],
  ["aes-128-gcm", 16, 0],
  ["chacha20-poly1305", 32, 12],
];
const zlib = ["Gzip", "Gunzip", "Deflate", "Inflate", "DeflateRaw", "InflateRaw", "Unzip"];
const other = ["BrotliCompress", "BrotliDecompress", "ZstdCompress", "ZstdDecompress"];
const intl = [
  "Collator",
  "DateTimeFormat",
  "DisplayNames",
  "DurationFormat",
  "ListFormat",
  "Locale",
];
const intlToo = ["NumberFormat", "PluralRules", "RelativeTimeFormat", "Segmenter"];
const typed = ["Int8Array", "Uint8Array", "Uint32Array", "Float16Array", "Float64Array"];
const temporal = [
  ...['Temporal.Instant.from("2020-01-01T00Z")', "new Temporal.PlainDate(2020, 1, 1)"],
  ...['Temporal.ZonedDateTime.from("2020-01-01[UTC]")', "new Temporal.Duration(1)"],
  ...["new Temporal.PlainDateTime(2020, 1, 1)", "new Temporal.PlainTime()"],
  ...["new Temporal.PlainYearMonth(2020, 1)", "new Temporal.PlainMonthDay(1, 1)"],
];
const wasm = "new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))";

/** The receivers. An expression that fails in this version of Deno is skipped. */
export const receivers: readonly string[] = [
  ...hashes.map((name) => `node("crypto").createHash("${name}")`),
  ...hashes.slice(0, 3).map((name) => `node("crypto").createHmac("${name}", "")`),
  ...["Cipheriv", "Decipheriv"].flatMap((kind) =>
    ciphers.map(([name, key, iv]) =>
      `node("crypto").create${kind}("${name}", new Uint8Array(${key}), ${
        iv === null ? null : `new Uint8Array(${iv})`
      })`
    )
  ),
  ...["Buffer.alloc(0)", "Buffer.alloc(1)", "Buffer.from([2])", "Buffer.from([23])", "64"].map(
    (prime) => `node("crypto").createDiffieHellman(${prime})`,
  ),
  'node("crypto").createDiffieHellman(Buffer.from([23]), Buffer.alloc(0))',
  ...["modp1", "modp14"].map((name) => `node("crypto").getDiffieHellman("${name}")`),
  ...["secp256k1", "prime256v1", "secp384r1", "secp521r1", "secp224r1"].map((name) =>
    `node("crypto").createECDH("${name}")`
  ),
  ...["createSign", "createVerify"].map((name) => `node("crypto").${name}("sha256")`),
  'new (node("crypto").Certificate)()',
  'node("crypto").createSecretKey(Buffer.alloc(16))',
  ...["nodersa", "nodeec", "nodeed", "nodex", "nodedsa", "nodedh"].flatMap((name) => [
    `made.${name}.publicKey`,
    `made.${name}.privateKey`,
  ]),
  ...["made.aesgcm", "made.ecdsa.publicKey", "crypto.subtle", "crypto"],
  ...[...zlib, ...other].map((name) => `node("zlib").create${name}()`),
  ...["Readable", "Writable", "Duplex", "Transform", "PassThrough"].map((name) =>
    `new (node("stream").${name})({ read() {}, write(c, e, f) { f() }, transform(c, e, f) { f() } })`
  ),
  ...["gzip", "deflate", "deflate-raw", "brotli"].flatMap((name) => [
    `new CompressionStream("${name}")`,
    `new CompressionStream("${name}").writable.getWriter()`,
    `new DecompressionStream("${name}")`,
    `new DecompressionStream("${name}").writable.getWriter()`,
  ]),
  ...['new ReadableStream({ type: "bytes" })', "new ReadableStream()", "new WritableStream()"],
  ...['new ReadableStream({ type: "bytes" }).getReader({ mode: "byob" })', "new TransformStream()"],
  ...["new ReadableStream().getReader()", "new WritableStream().getWriter()"],
  ...[
    "new TextDecoderStream()",
    "new TextEncoderStream()",
    "new ByteLengthQueuingStrategy(all(1))",
  ],
  ...["utf-8", "utf-16le", "gb18030", "iso-2022-jp", "latin1"].map((name) =>
    `new TextDecoder("${name}", { fatal: true })`
  ),
  ...["new TextEncoder()", 'new URL("http://a/b?c#d")', 'new URLSearchParams("a=b")'],
  ...['new URLPattern({ pathname: "/:a(\\\\d+)*" })', "new Headers()", 'new Response("x")'],
  ...['new Request("http://a")', "new FormData()", 'new Blob(["abc"])', 'new File(["a"], "b")'],
  ...[
    "new ImageData(2, 2)",
    "new DOMMatrix()",
    "new DOMPoint()",
    "new DOMRect()",
    "new FileReader()",
  ],
  ...["new AbortController()", "AbortSignal.timeout(1e6)", "new EventTarget()", 'new Event("x")'],
  ...["new MessageChannel().port1", "performance", "navigator", "console", "localStorage"],
  ...["sessionStorage", "location", "document", "indexedDB", "new PerformanceObserver(() => {})"],
  ...['new WebSocket("ws://127.0.0.1:1")', 'new EventSource("http://127.0.0.1:1")'],
  ...['new WebSocketStream("ws://127.0.0.1:1")', 'new QuotaExceededError("x")'],
  ...[...intl, ...intlToo].map((name) =>
    name === "DisplayNames"
      ? 'new Intl.DisplayNames("en", { type: "region" })'
      : `new Intl.${name}("en")`
  ),
  ...[
    'new Intl.Segmenter("en").segment("ab c")',
    'new Intl.Segmenter().segment("a")' +
    "[Symbol.iterator]()",
    "new Intl.v8BreakIterator()",
  ],
  ...typed.flatMap((name) => [`new ${name}(4)`, `new ${name}(0)`]),
  ...["grown", "new DataView(new ArrayBuffer(8))", "new ArrayBuffer(8)", "detached"],
  ...["new ArrayBuffer(8, { maxByteLength: 16 })", "new SharedArrayBuffer(8)"],
  ...["new SharedArrayBuffer(8, { maxByteLength: 16 })", "Buffer.alloc(8)", "Buffer.alloc(0)"],
  ...[
    "[1, 2, 3]",
    "{ length: 2 ** 53 - 1 }",
    '"abc"',
    "1",
    "1n",
    'Symbol("a")',
    "true",
    "() => {}",
  ],
  ...["new Map([[1, 2]])", "new Set([1])", "new WeakMap()", "new WeakSet()", "new Date()"],
  ...["/(a+)+$/dv", '/a/g[Symbol.matchAll]("a")', "new WeakRef({})", "new Error()"],
  ...["new FinalizationRegistry(() => {})", "(function* () { yield 1 })()", "Iterator.from([1])"],
  ...["(async function* () { yield 1 })()", "[1][Symbol.iterator]()", "new DisposableStack()"],
  ...["new AsyncDisposableStack()", "Promise.resolve(1)", ...temporal, wasm],
  ...[`new WebAssembly.Instance(${wasm})`, "new WebAssembly.Memory({ initial: 1, maximum: 2 })"],
  ...['new WebAssembly.Table({ initial: 1, element: "anyfunc" })'],
  ...['new WebAssembly.Global({ value: "i32", mutable: true })'],
  ...["new WebAssembly.Tag({ parameters: [] })", 'new (node("events"))()'],
  ...['new (node("net").Socket)()', 'new (node("net").BlockList)()', 'new (node("net").Server)()'],
  ...['new (node("net").SocketAddress)()', 'node("dgram").createSocket("udp4")'],
  ...[
    'new (node("tls").TLSSocket)(new (node("net").Socket)())',
    'node("tls").createSecureContext()',
  ],
  ...['new (node("tls").Server)()', 'new (node("http").Server)()', 'new (node("http").Agent)()'],
  ...['node("http").request({ port: 1 }).on("error", () => {})', 'new (node("dns").Resolver)()'],
  ...['new (node("http").IncomingMessage)()', 'new (node("http").ServerResponse)({})'],
  ...[
    'new (node("dns").promises.Resolver)()',
    'new (node("string_decoder").StringDecoder)("utf8")',
  ],
  ...['new (node("util").TextDecoder)("utf-16le")', 'new (node("util").MIMEType)("a/b")'],
  ...[
    'new (node("async_hooks").AsyncLocalStorage)()',
    'new (node("async_hooks").AsyncResource)("x")',
  ],
  ...['node("perf_hooks").createHistogram()', 'node("perf_hooks").monitorEventLoopDelay()'],
  ...['node("diagnostics_channel").channel("x")', 'new (node("v8").Serializer)()'],
  ...['new (node("v8").Deserializer)(Buffer.from([255, 15, 73, 2]))'],
  ...['new (node("v8").DefaultSerializer)()', 'new (node("v8").GCProfiler)()'],
  ...['node("http2").connect("http://127.0.0.1:1").on("error", () => {})'],
  ...['node("readline").createInterface({ input: new (node("stream").PassThrough)() })'],
  ...['node("domain").create()', 'node("querystring")', 'node("path").posix'],
  ...["Deno.createHttpClient({})", 'new Deno.Command("/usr/bin/true")', "Deno.permissions"],
  ...[
    "Deno.openSync(made.file)",
    'node("fs").createReadStream(made.file)',
    "Deno.statSync(made.file)",
  ],
  ...["Deno.createHttpClient({ poolMaxIdlePerHost: 0 })", 'node("fs").createWriteStream(made.out)'],
];
