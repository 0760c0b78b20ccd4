/** Successful calls of functions that are not about cryptography, see `samples.ts`. */

/**
 * The calls. `made.port` is a port that accepts connections, `made.folder` is a writable folder.
 */
export const moreSamples: readonly (readonly [name: string, args: readonly string[]])[] = [
  ["Buffer.alloc", ["4", '"a"', '"utf8"']],
  ["Buffer.from", ['"a"', '"utf8"']],
  ["Buffer.from", ["new ArrayBuffer(8)", "0", "8"]],
  ["Buffer.concat", ["[Buffer.alloc(1)]", "4"]],
  ["Buffer.compare", ["Buffer.alloc(1)", "Buffer.alloc(1)"]],
  ["Buffer.byteLength", ['"a"', '"base64"']],
  ["structuredClone", ["{}", "{ transfer: [] }"]],
  ["fetch", [
    "`http://127.0.0.1:${made.port}/`",
    '{ method: "POST", body: "x", headers: {}, ' +
    'redirect: "manual", signal: undefined, client: undefined }',
  ]],
  ["setTimeout", ["() => {}", "0", "1"]],
  ["setInterval", ["() => {}", "1e6"]],
  ["atob", ['"AAAA"']],
  ["btoa", ['"a"']],
  ["ImageData", ["2", "2", '{ colorSpace: "srgb", pixelFormat: "rgba-unorm8" }']],
  ["ImageData", ["new Uint8ClampedArray(16)", "2", "2"]],
  ["URLPattern", [
    '{ protocol: "http", hostname: "a", port: "1", pathname: "/:a", search: "*", ' +
    'hash: "*", username: "*", password: "*", baseURL: "http://a" }',
    "{ ignoreCase: true }",
  ]],
  ["URLPattern", ['"http://a/:b"', '"http://a"']],
  ["URL", ['"b"', '"http://a"']],
  ["Request", [
    '"http://a"',
    '{ method: "POST", body: "x", headers: [["a", "b"]], mode: "cors", ' +
    'credentials: "omit", cache: "default", integrity: "", keepalive: true }',
  ]],
  ["Response", ['"x"', '{ status: 200, statusText: "", headers: {} }']],
  ["WebSocket", ["`ws://127.0.0.1:${made.port}/`", '{ protocols: ["a"], headers: {} }']],
  ["Blob", ['["a", new Uint8Array(4)]', '{ type: "a", endings: "native" }']],
  ["File", ['["a"]', '"name"', "{ lastModified: 0 }"]],
  ["TextDecoder", ['"utf-8"', "{ fatal: true, ignoreBOM: true }"]],
  ["CompressionStream", ['"gzip"']],
  ["DecompressionStream", ['"gzip"']],
  ["ReadableStream", [
    "{ start() {}, pull() {}, type: 'bytes', autoAllocateChunkSize: 8 }",
    "{ " +
    "highWaterMark: 1, size: undefined }",
  ]],
  ["WebAssembly.Memory", ['{ initial: 1, maximum: 2, shared: true, address: "i32" }']],
  ["WebAssembly.Table", ['{ initial: 1, maximum: 2, element: "anyfunc", address: "i32" }', "null"]],
  ["WebAssembly.Global", ['{ value: "i64", mutable: true }', "1n"]],
  ["WebAssembly.compile", ["new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])", "{}"]],
  ["WebAssembly.instantiate", ["new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])", "{}"]],
  ["WebAssembly.compileStreaming", [
    "new Response('', { headers: { 'content-type': " +
    "'application/wasm' } })",
  ]],
  ["Intl.NumberFormat", [
    '"en"',
    '{ style: "unit", unit: "byte", notation: "compact", ' +
    "minimumIntegerDigits: 1, maximumFractionDigits: 3, maximumSignificantDigits: 3, " +
    'roundingIncrement: 1, numberingSystem: "latn" }',
  ]],
  ["Intl.DateTimeFormat", [
    '"en"',
    '{ timeZone: "UTC", calendar: "gregory", hourCycle: "h23", ' +
    'fractionalSecondDigits: 3, dateStyle: undefined, year: "numeric" }',
  ]],
  ["Intl.DurationFormat", ['"en"', '{ style: "long", fractionalDigits: 3 }']],
  ["Intl.supportedValuesOf", ['"unit"']],
  ["Atomics.wait", ["new Int32Array(new SharedArrayBuffer(16))", "0", "0", "0"]],
  ["Atomics.waitAsync", ["new Int32Array(new SharedArrayBuffer(16))", "0", "0", "0"]],
  ["Atomics.notify", ["new Int32Array(new SharedArrayBuffer(16))", "0", "1"]],
  ["Deno.inspect", [
    "{ a: [1] }",
    "{ depth: 1, colors: true, iterableLimit: 1, strAbbreviateSize: " +
    "1, breakLength: 80, compact: 1, sorted: true, getters: true, showHidden: true }",
  ]],
  ["Deno.connect", ['{ hostname: "127.0.0.1", port: made.port, transport: "tcp" }']],
  ["Deno.connectTls", [
    '{ hostname: "127.0.0.1", port: made.port, caCerts: [], alpnProtocols: ' +
    '["a"], cert: undefined, key: undefined, unsafelyDisableHostnameVerification: true }',
  ]],
  ["Deno.connectQuic", ['{ hostname: "127.0.0.1", port: made.port, alpnProtocols: ["a"] }']],
  ["Deno.QuicEndpoint", ['{ hostname: "127.0.0.1", port: 0 }']],
  ["Deno.startTls", ["Deno.connect({ port: made.port })", "{}"]],
  ["Deno.createHttpClient", [
    '{ caCerts: [], proxy: { url: "http://127.0.0.1:1", transport: ' +
    '"http", basicAuth: { username: "", password: "" } }, poolMaxIdlePerHost: 1, ' +
    'poolIdleTimeout: 1, http1: true, http2: true, allowHost: true, localAddress: "127.0.0.1", ' +
    "cert: undefined, key: undefined }",
  ]],
  ["Deno.resolveDns", [
    '"127.0.0.1"',
    '"PTR"',
    '{ nameServer: { ipAddr: "127.0.0.1", port: ' +
    "made.port }, signal: AbortSignal.timeout(50) }",
  ]],
  ["Deno.upgradeWebSocket", [
    'new Request("http://a", { headers: { upgrade: "websocket", ' +
    'connection: "upgrade", "sec-websocket-key": "x" } })',
    "{ protocol: 'a', idleTimeout: 1 }",
  ]],
  ["Deno.Command", [
    '"/usr/bin/true"',
    '{ args: ["a"], cwd: undefined, env: { A: "b" }, uid: ' +
    'undefined, gid: undefined, stdin: "null", stdout: "piped", stderr: "piped", signal: undefined, ' +
    "detached: false, windowsRawArguments: true }",
  ]],
  ["Deno.readFileSync", ["made.file"]],
  ["Deno.readFile", ["made.file", "{ signal: undefined }"]],
  ["Deno.readTextFile", ["made.file", "{ signal: undefined }"]],
  ["Deno.readTextFileSync", ["made.file"]],
  ["Deno.open", ["made.file", "{ read: true, write: false, append: false, mode: 0o600 }"]],
  ["Deno.openSync", ["made.out", "{ write: true, create: true, truncate: true, mode: 0o600 }"]],
  ["Deno.writeFileSync", ["made.out", "new Uint8Array(4)", "{ append: true, mode: 0o600 }"]],
  ["Deno.writeTextFile", ["made.out", '"x"', "{ append: true, mode: 0o600 }"]],
  ["Deno.truncateSync", ["made.out", "4"]],
  ["Deno.truncate", ["made.out", "4"]],
  ["Deno.utimeSync", ["made.out", "1", "1"]],
  ["Deno.chmodSync", ["made.out", "0o600"]],
  ["Deno.chownSync", ["made.out", "null", "null"]],
  ["Deno.mkdirSync", ["`${made.folder}/x`", "{ recursive: true, mode: 0o700 }"]],
  ["Deno.makeTempFileSync", ['{ dir: made.folder, prefix: "a", suffix: "b" }']],
  ["Deno.makeTempDirSync", ['{ dir: made.folder, prefix: "a", suffix: "b" }']],
  ["Deno.watchFs", ["made.folder", "{ recursive: true }"]],
  ["Deno.readDirSync", ["made.folder"]],
  ["Deno.env.get", ['"CRASH_SEARCH"']],
  ["Deno.env.set", ['"CRASH_SEARCH"', '"x"']],
  ...["openSync", "readFileSync", "statSync", "createReadStream", "realpathSync", "statfsSync"].map(
    (name): [string, string[]] => [`node("fs").${name}`, [
      "made.file",
      "{ flag: 'r', start: 0, " +
      "end: 2, highWaterMark: 4, bigint: true, encoding: 'utf8' }",
    ]],
  ),
  ['node("fs").readSync', ['node("fs").openSync(made.file)', "new Uint8Array(8)", "0", "8", "0"]],
  ['node("fs").read', [
    'node("fs").openSync(made.file)',
    "new Uint8Array(8)",
    "0",
    "8",
    "0",
    "() => {}",
  ]],
  ['node("fs").readvSync', ['node("fs").openSync(made.file)', "[new Uint8Array(8)]", "0"]],
  ['node("fs").writeSync', [
    'node("fs").openSync(made.out, "w")',
    "new Uint8Array(8)",
    "0",
    "8",
    "0",
  ]],
  ['node("fs").write', ['node("fs").openSync(made.out, "w")', '"x"', "0", '"utf8"', "() => {}"]],
  ['node("fs").writevSync', ['node("fs").openSync(made.out, "w")', "[new Uint8Array(8)]", "0"]],
  ['node("fs").ftruncateSync', ['node("fs").openSync(made.out, "w")', "4"]],
  ['node("fs").futimesSync', ['node("fs").openSync(made.out, "w")', "1", "1"]],
  ['node("fs").fchmodSync', ['node("fs").openSync(made.out, "w")', "0o600"]],
  ['node("fs").fchownSync', ['node("fs").openSync(made.out, "w")', "1", "1"]],
  ['node("fs").writeFileSync', ["made.out", '"x"', "{ mode: 0o600, flag: 'a' }"]],
  ['node("fs").createWriteStream', ["made.out", "{ start: 0, mode: 0o600, flags: 'w' }"]],
  ['node("fs").promises.open', ["made.file", '"r"', "0o600"]],
  ['node("net").connect', [
    '{ port: made.port, host: "127.0.0.1", localPort: 0, family: 4, ' +
    "timeout: 1, keepAliveInitialDelay: 1, keepAlive: true, noDelay: true, highWaterMark: 1, " +
    "autoSelectFamilyAttemptTimeout: 10, hints: 0, fd: undefined, path: undefined }",
  ]],
  ['node("tls").connect', [
    '{ port: made.port, host: "127.0.0.1", servername: "a", ca: [], cert: ' +
    'undefined, key: undefined, minVersion: "TLSv1.2", ciphers: undefined, ALPNProtocols: ["a"], ' +
    "session: undefined, minDHSize: 1, highWaterMark: 1 }",
  ]],
  ['node("tls").createSecureContext', [
    "{ ca: made.pem, cert: made.pem, key: made.pkcs8pem, pfx: " +
    'undefined, passphrase: "", minVersion: "TLSv1.2", ciphers: "a", ecdhCurve: "auto" }',
  ]],
  ['node("dgram").createSocket', [
    "{ type: 'udp4', recvBufferSize: 1, sendBufferSize: 1, " +
    "reuseAddr: true, ipv6Only: false }",
  ]],
  ['node("http").request', [
    "{ host: '127.0.0.1', port: made.port, method: 'GET', path: '/', " +
    "headers: {}, timeout: 1, agent: undefined, maxHeaderSize: 1, insecureHTTPParser: true }",
  ]],
  ['node("http2").connect', [
    "`http://127.0.0.1:${made.port}`",
    "{ settings: {}, " +
    "maxSessionMemory: 1, maxDeflateDynamicTableSize: 1, peerMaxConcurrentStreams: 1 }",
  ]],
  ['node("http2").getPackedSettings', [
    "{ headerTableSize: 1, initialWindowSize: 1, maxFrameSize: " +
    "16384, maxConcurrentStreams: 1, maxHeaderListSize: 1, enablePush: true }",
  ]],
  ['node("http2").getUnpackedSettings', ["new Uint8Array(6)"]],
  ['node("dns").lookup', ['"127.0.0.1"', "{ family: 4, hints: 0, all: true }", "() => {}"]],
  ['node("dns").lookupService', ['"127.0.0.1"', "80", "() => {}"]],
  ['node("dns").resolve', ['"127.0.0.1"', '"A"', "() => {}"]],
  ['node("child_process").spawnSync', [
    '"/usr/bin/true"',
    "[]",
    "{ cwd: undefined, input: 'x', " +
    "timeout: 100, maxBuffer: 8, killSignal: 'SIGKILL', uid: undefined, gid: undefined, argv0: " +
    "undefined, shell: false, encoding: 'utf8', env: {} }",
  ]],
  ['node("child_process").spawn', [
    '"/usr/bin/true"',
    "[]",
    "{ stdio: 'pipe', detached: false, " +
    "timeout: 100, killSignal: 'SIGKILL', uid: undefined, argv0: undefined }",
  ]],
  ['node("v8").deserialize', ["Buffer.from([255, 15, 73, 2])"]],
  ['node("v8").serialize', ["{ a: 1 }"]],
  ['node("util").inspect', [
    "{ a: [1] }",
    "{ depth: 1, maxArrayLength: 1, maxStringLength: 1, " +
    "breakLength: 1, compact: 1, numericSeparator: true, sorted: true, getters: true }",
  ]],
  ['node("util").styleText', ['"red"', '"x"', "{ validateStream: false }"]],
  ['node("util").getSystemErrorName', ["-1"]],
  ['node("util").parseArgs', ["{ args: ['-a'], options: { a: { type: 'boolean', short: 'a' } } }"]],
  ['node("os").getPriority', ["0"]],
  ['node("os").setPriority', ["0", "19"]],
  ['node("perf_hooks").createHistogram', ["{ lowest: 1, highest: 100, figures: 3 }"]],
  ['node("perf_hooks").monitorEventLoopDelay', ["{ resolution: 1 }"]],
  ["performance.mark", ['"x"', "{ startTime: 1, detail: {} }"]],
  ["performance.measure", ['"x"', "{ start: 1, end: 2, detail: {} }"]],
  ['node("punycode").decode', ['"a-b"']],
  ['node("punycode").encode', ['"é"']],
  ['node("querystring").parse', ['"a=b"', '"&"', '"="', "{ maxKeys: 1 }"]],
  ['node("url").domainToASCII', ['"é.de"']],
  ['node("url").fileURLToPath', ['"file:///a"', "{ windows: true }"]],
  ['node("url").format', ['new URL("http://a")', "{ fragment: true }"]],
];
