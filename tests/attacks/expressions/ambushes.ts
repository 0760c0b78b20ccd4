/** Attacks on another check in the same sandbox, through objects that only instances reach. */
import { type Ambush, node, type Surroundings } from "./expression.ts";

/** Replaces all functions of a prototype that an expression returns. */
const replaceAll = (prototype: string) =>
  `const of = ${prototype};
   for (const key of Reflect.ownKeys(of)) { try { of[key] = (...args) => { loot.push(args) } } catch {} }`;

/** Returns the object in the property of an object whose symbol has a description. */
const inside = (object: string, name: string) =>
  `(${object})[Object.getOwnPropertySymbols(${object}).find((one) => one.description === "${name}")]`;

const parent = (object: string) => `Object.getPrototypeOf(${object})`;

/** The attacks. */
export function ambushes({ port }: Surroundings): Ambush[] {
  const connect = `await Deno.connect({ hostname: "127.0.0.1", port: ${port} })`;
  const get = `const { get } = ${node("http")};
    return (await new Promise((go, no) => get("http://127.0.0.1:${port}", go).on("error", no))).statusCode`;
  const sleep = "await new Promise((go) => setTimeout(go, 100)); return 'slept'";
  const crypto = node("crypto");
  const pair = `${crypto}.generateKeyPairSync("ec", { namedCurve: "P-256" })`;
  const cipher = `${crypto}.createCipheriv("aes-128-cbc", new Uint8Array(16), new Uint8Array(16))`;
  const channels = node("diagnostics_channel");
  const open = `const open = [globalThis, console, Error, ${node("fs")}, ${node("http")}];`;
  const every = (run: string) =>
    `setInterval(() => { for (let i = 0; i < 300; i++) { ${run} } }, 5)`;
  return [
    [
      "end timers by number",
      "none",
      `const own = ${every("if (i != +own) { clearTimeout(i); clearInterval(i) }")}`,
      sleep,
      "slept",
    ],
    [
      "end timers by a number in a string",
      "none",
      `const own = ${every("if (i != +own) clearTimeout(String(i))")}`,
      sleep,
      "slept",
    ],
    [
      "end timers by an object with a number",
      "none",
      `const own = ${every("if (i != +own) clearTimeout({ [Symbol.toPrimitive]: () => i })")}`,
      sleep,
      "slept",
    ],
    [
      "end timers by a forged timer",
      "none",
      `const timer = setTimeout(() => {}, 1); const own = ${
        every(`if (i != +own) clearTimeout(Object.assign(Object.create(${parent("timer")}), timer,
          Object.fromEntries(Object.getOwnPropertySymbols(timer).map((key) => [key, i]))))`)
      }`,
      sleep,
      "slept",
    ],
    [
      "end timers with node:timers",
      "none",
      `const timers = ${node("timers")}; const own = ${
        every("if (i != +own) { timers.clearTimeout(i); timers.clearInterval(i) }")
      }`,
      sleep,
      "slept",
    ],
    [
      "end timers of node:timers",
      "none",
      `const own = ${every("if (i != +own) clearTimeout(i)")}`,
      `await new Promise((go) => ${node("timers")}.setTimeout(go, 100)); return "slept"`,
      "slept",
    ],
    ["detach timers by number", "none", every("Deno.unrefTimer(i)"), sleep, "slept"],
    [
      "read timers through the neighbours of a timer",
      "none",
      `const timer = setTimeout(() => {}, 5000); globalThis.neighbour = timer;
       setInterval(() => { for (const key of ["_idleNext", "_idlePrev"]) {
         if (timer[key]) loot.push(timer[key]) } }, 5)`,
      sleep,
      "slept",
    ],
    [
      "read timers of the same duration through a timer",
      "none",
      `const timer = setTimeout(() => {}, 5000); globalThis.neighbour = timer;
       setInterval(() => { const own = setTimeout(() => {}, 100); if (own._timer) loot.push(own._timer) }, 5)`,
      sleep,
      "slept",
    ],
    [
      "read timers of the same duration through a replaced method or accessor of a timer",
      "none",
      `const steal = function () { if (this._timer) loot.push(this._timer) };
       for (const key of Reflect.ownKeys(${parent("setTimeout(() => {}, 1)")})) {
         const timer = setTimeout(() => {}, 100);
         try { timer[key] = steal; timer._destroyed = true; timer.refresh() } catch {}
       }
       for (const key of Reflect.ownKeys(setTimeout(() => {}, 1))) {
         const timer = setTimeout(() => {}, 100);
         try { Object.defineProperty(timer, key, { get: steal, set: steal }); timer.unref(); clearTimeout(timer) } catch {}
       }`,
      sleep,
      "slept",
    ],
    [
      "read timers of the same duration through a signal",
      "none",
      `setInterval(() => { const signal = AbortSignal.timeout(100);
         for (const key of Object.getOwnPropertySymbols(signal)) {
           if (signal[key]?._idlePrev) loot.push(signal[key]) } }, 5)`,
      `return await new Promise((go) => {
         const signal = AbortSignal.timeout(100);
         signal.addEventListener("abort", () => go(signal.reason.name));
       })`,
      "TimeoutError",
    ],
    [
      "read immediates through an immediate",
      "none",
      `setInterval(() => { const one = setImmediate(function () {
           if (this !== one) loot.push(this) }); setImmediate(() => {});
         for (const key of ["_idleNext", "_idlePrev"]) if (one[key]) loot.push(one[key]) }, 5)`,
      `let ran = 0; const ended = setImmediate(() => ran += 100); clearImmediate(ended);
       for (let i = 0; i < 5; i++) await new Promise((go) => setImmediate(() => go(ran++)));
       return ran`,
      "5",
    ],
    [
      "prevent that the Node part of the runtime is loaded",
      "sys",
      `Object.freeze(console); Object.defineProperty(console, "_stdout", { value: 1 });
       Object.preventExtensions(globalThis)`,
      `return typeof ${node("fs")}.statSync`,
      "function",
    ],
    [
      "freeze shared objects that may get new properties",
      "none",
      `${open} for (const one of open) for (const freeze of [
         Object.freeze, Object.seal, Object.preventExtensions, Reflect.preventExtensions,
         (one) => Object.freeze(new Proxy(one, {})),
         (one) => Object.seal(Proxy.revocable(one, {}).proxy),
         (one) => Object.freeze(new Proxy(new Proxy(one, { preventExtensions: null }), {})),
       ]) { try { freeze(one) } catch {} }`,
      `${open} for (const one of open) { one.added = 1; if (!delete one.added) return "not deleted" }
       const { stackTraceLimit } = Error; Error.stackTraceLimit = 9;
       Error.stackTraceLimit = stackTraceLimit; return "added"`,
      "added",
    ],
    [
      "define permanent properties of shared objects",
      "none",
      `${open} for (const one of open) for (const define of [
         (one, key, value) => Object.defineProperty(one, key, value),
         (one, key, value) => Object.defineProperties(one, { [key]: value }),
         (one, key, value) => Reflect.defineProperty(one, { toString: () => key }, value),
         (one, key, value) => Object.defineProperty(new Proxy(one, {}), key, value),
         (one, key, value) => Object.defineProperty(new Proxy(one, { defineProperty: null }), key, value),
       ]) { for (const permanent of [{ value: 1 }, { value: 1, configurable: false, writable: false }]) {
         try { define(one, "permanent", permanent) } catch {} } }
       try { Object.defineProperty(Error, "stackTraceLimit", { writable: false }) } catch {}`,
      `${open} for (const one of open) if (!delete one.permanent) return "permanent";
       const { stackTraceLimit } = Error; Error.stackTraceLimit = stackTraceLimit + 1;
       const changed = Error.stackTraceLimit - stackTraceLimit; Error.stackTraceLimit--; return changed`,
      "1",
    ],
    [
      "replace the prototype of the class of timers",
      "none",
      `const timers = Object.getPrototypeOf(setTimeout(() => {}, 1));
       try {
         timers.constructor.prototype = new Proxy(timers, { get(target, key) {
           const value = Reflect.get(target, key);
           if (key.description !== "createTimer") return value;
           return function () {
             const call = this._onTimeout;
             this._onTimeout = () => call("forged");
             return Reflect.apply(value, this, []);
           };
         } });
       } catch {}`,
      `return await new Promise((resolve) => setTimeout(resolve, 5, "timer"))`,
      "timer",
    ],
    [
      "replace a static method of the parts of a Blob",
      "none",
      `const blob = new Blob(["x"]);
       const parts = Object.getOwnPropertySymbols(blob).find((one) => one.description === "Parts");
       const { constructor } = blob[parts][0];
       const { fromUint8Array } = constructor;
       try {
         constructor.fromUint8Array = () =>
           Reflect.apply(fromUint8Array, constructor, [new TextEncoder().encode("forged")]);
       } catch {}`,
      `return await new Blob(["blob"]).text()`,
      "blob",
    ],
    [
      "change the runtime's options of inspect()",
      "none",
      `const { defaultOptions } = ${node("util")}.inspect;
       try { defaultOptions.inspect.defaultOptions.maxStringLength = 1 } catch {}
       try { defaultOptions.maxStringLength = 1 } catch {}`,
      `return ${node("util")}.inspect({ text: "inspected" })`,
      "{ text: 'inspected' }",
    ],
    [
      "replace the class of consoles",
      "none",
      `process;
       try { console.Console.prototype.log = () => {} } catch {}
       try { console.Console = class { log() {} } } catch {}`,
      `let text = "";
       const { Writable } = ${node("stream")};
       const { Console } = ${node("console")};
       new Console(new Writable({ write(chunk, _, done) { text += chunk; done() } })).log("printed");
       return text.trim()`,
      "printed",
    ],
    [
      "define variables of the environment",
      "env",
      `for (const change of [
         () => Object.defineProperty(process.env, "SHARED_VARIABLE", { value: "x", configurable: false }),
         () => Object.defineProperty(process.env, "SHARED_VARIABLE", { value: "x", configurable: true }),
         () => Object.setPrototypeOf(process.env, { SHARED_VARIABLE: "x" }),
         () => Object.freeze(process.env), () => Object.preventExtensions(process.env),
       ]) { try { change() } catch {} }`,
      `return [process.env.SHARED_VARIABLE, JSON.stringify({ ...process.env })].join()`,
      ",{}",
    ],
    [
      "break promisify() for timers",
      "none",
      `const { promisify } = ${node("util")}; await promisify(setTimeout)(1);
       ${node("timers/promises")}; await promisify(setImmediate)()`,
      `const { promisify } = ${node("util")};
       return await promisify(setTimeout)(1, "a") + await promisify(setImmediate)("b")`,
      "ab",
    ],
    [
      "replace the methods of timers",
      "none",
      replaceAll(parent("setTimeout(() => {}, 1)")),
      "const timer = setTimeout(() => {}, 1); return timer.unref() === timer",
      "true",
    ],
    [
      "replace the methods of immediates",
      "none",
      replaceAll(parent("setImmediate(() => {})")),
      "const one = setImmediate(() => {}); return one.unref() === one",
      "true",
    ],
    [
      "replace the queue of streams",
      "none",
      replaceAll(parent(inside("new WritableStream()", "[[writeRequests]]"))),
      `const stream = new ReadableStream({ start(to) { to.enqueue("secret"); to.close() } });
       return await Array.fromAsync(stream)`,
      "secret",
    ],
    [
      "replace the queue of stream controllers",
      "none",
      `const stream = new ReadableStream({ start(to) { to.enqueue(1) } });
       const controller = ${inside("stream", "[[controller]]")};
       ${replaceAll(parent(inside("controller", "[[queue]]")))}`,
      `return await new Response(new ReadableStream({ start(to) {
         to.enqueue(new TextEncoder().encode("secret")); to.close() } })).text()`,
      "secret",
    ],
    [
      "replace the promises of streams",
      "none",
      replaceAll(parent(inside("new ReadableStream()", "nodejs.webstream.isClosedPromise"))),
      `const reader = new ReadableStream({ start: (to) => to.close() }).getReader();
       await reader.closed; return "closed"`,
      "closed",
    ],
    [
      "replace the promises of transformations",
      "none",
      replaceAll(parent(inside("new TransformStream()", "[[backpressureChangePromise]]"))),
      `return await new Response(new Blob(["secret"]).stream()
         .pipeThrough(new CompressionStream("gzip")).pipeThrough(new DecompressionStream("gzip"))).text()`,
      "secret",
    ],
    [
      "replace the iterator of streams",
      "none",
      replaceAll(parent("new ReadableStream().values()")),
      "return await Array.fromAsync(new Blob(['secret']).stream(), (one) => one.length)",
      "6",
    ],
    [
      "replace the bodies of requests",
      "none",
      `const request = new Request("http://a/", { method: "POST", body: "x" });
       const inner = ${inside("request", "request")}; ${replaceAll(parent("inner.body"))}`,
      `return await new Response("secret").text()`,
      "secret",
    ],
    [
      "replace the parts of blobs",
      "none",
      `const parts = ${inside('new Blob(["x"])', "Parts")}; ${replaceAll(parent("parts[0]"))}`,
      `return await new Blob(["secret"]).text()`,
      "secret",
    ],
    [
      "replace the data about the user agent",
      "none",
      replaceAll(parent("navigator.userAgentData")),
      "return navigator.userAgentData.mobile",
      "false",
    ],
    [
      "close connections by number",
      "net",
      every("try { new Deno.HttpClient(i).close() } catch {}"),
      `const one = ${connect}; ${sleep.replace("return 'slept'", "")};
       const sent = await one.write(new Uint8Array(3)); one.close(); return sent`,
      "3",
    ],
    [
      "write to connections by number",
      "net",
      `const one = ${connect}; const { constructor } = one; one.close();
       ${
        every(
          `try { new constructor(i, {}, {}).write(new TextEncoder().encode("GET / HTTP/1.0\\r\\n\\r\\n")) } catch {}`,
        )
      }`,
      `const one = ${connect}; const wait = new Promise((go) => setTimeout(go, 100, "nothing"));
       const got = await Promise.race([one.read(new Uint8Array(9)), wait]); one.close(); return got`,
      "nothing",
    ],
    [
      "make a server of connections by number",
      "net",
      every("try { Deno.serveHttp(new Proxy({}, { get: () => i })) } catch {}"),
      `const one = ${connect}; ${sleep.replace("return 'slept'", "")}; one.close(); return 1`,
      "1",
    ],
    [
      "get the sockets of all checks",
      "net",
      `setInterval(() => { for (const one of process._getActiveHandles()) loot.push(one) }, 5)`,
      `const one = ${node("net")}.connect(${port}, "127.0.0.1"); ${
        sleep.replace("return 'slept'", "")
      };
       one.destroy(); return 1`,
      "1",
    ],
    [
      "get the requests of all checks",
      "net",
      `setInterval(() => { for (const one of process._getActiveRequests()) loot.push(one) }, 5)`,
      get,
      "200",
    ],
    [
      "replace the class of HTTP parsers",
      "net",
      `const { parsers } = ${node("_http_common")};
       for (const name of ["ctor", "alloc", "free"]) {
         try { parsers[name] = function () { loot.push(name) } } catch {} }`,
      get,
      "200",
    ],
    [
      "put a parser into the list of free parsers",
      "net",
      `const { parsers } = ${node("_http_common")};
       try { parsers.list.push(new Proxy({}, { get: (_, name) => loot.push(name) })) } catch {}
       try { parsers.list = [{}] } catch {} try { parsers.max = 9 } catch {}`,
      get,
      "200",
    ],
    [
      "replace the methods of HTTP parsers",
      "net",
      `const parser = ${node("_http_common")}.parsers.alloc();
       for (let of = parser; of = ${parent("of")};) { ${
        replaceAll("of").replace("const of = of;", "")
      } }
       for (let of = parser._native; of && (of = ${parent("of")});) {
         ${replaceAll("of").replace("const of = of;", "")} }`,
      get,
      "200",
    ],
    [
      "keep the parser of an answered request",
      "net",
      `const { get } = ${
        node("http")
      }; const asked = get("http://127.0.0.1:${port}", (r) => r.resume());
       const parser = await new Promise((go) => asked.on("socket", () => go(asked.parser)));
       await new Promise((go) => asked.on("close", go));
       if (parser) parser.onIncoming = (...args) => loot.push(args)`,
      get,
      "200",
    ],
    [
      "route all requests through a proxy",
      "net",
      `${node("http")}.setGlobalProxyFromEnv({ http_proxy: "http://127.0.0.1:1" })`,
      get,
      "200",
    ],
    ["keep more parsers", "net", `${node("http")}.setMaxIdleHTTPParsers(1000)`, get, "200"],
    [
      "change the default of streams",
      "net",
      `${node("stream")}.setDefaultHighWaterMark(false, 1)`,
      `return new (${node("stream")}.Readable)().readableHighWaterMark > 1`,
      "true",
    ],
    [
      "take a named lock",
      "none",
      `${node("worker_threads")}.locks.request("x", () => new Promise(() => {}))`,
      `return ${node("worker_threads")}.locks ?? "no locks"`,
      "no locks",
    ],
    [
      "subscribe to a tracing channel",
      "none",
      `const one = ${channels}.tracingChannel("x");
       const see = (message) => loot.push(message);
       one.subscribe({ start: see, end: see }); one.start.subscribe(see)`,
      `return ${channels}.tracingChannel("x").traceSync((one) => one, { secret: 1 }, null, 7)`,
      "7",
    ],
    [
      "subscribe to a promise of a tracing channel",
      "none",
      `${channels}.tracingChannel("x").subscribe({ asyncStart: (message) => loot.push(message) })`,
      `return await ${channels}.tracingChannel("x").tracePromise(async (one) => one, { secret: 1 }, null, 7)`,
      "7",
    ],
    [
      "replace the methods of tracing channels",
      "none",
      replaceAll(parent(`${channels}.tracingChannel("x")`)),
      `return ${channels}.tracingChannel("y").traceSync(() => 7)`,
      "7",
    ],
    [
      "replace the methods of private keys",
      "none",
      replaceAll(parent(`${pair}.privateKey`)),
      `return ${pair}.privateKey.export({ type: "pkcs8", format: "pem" }).slice(0, 10)`,
      "-----BEGIN",
    ],
    [
      "replace the methods of public keys",
      "none",
      replaceAll(parent(`${pair}.publicKey`)),
      `return ${pair}.publicKey.asymmetricKeyType`,
      "ec",
    ],
    [
      "replace the methods of all key pairs",
      "none",
      replaceAll(parent(parent(`${pair}.publicKey`))),
      `return ${pair}.privateKey.asymmetricKeyType`,
      "ec",
    ],
    [
      "replace the cache of ciphers",
      "none",
      replaceAll(parent(`${cipher}._cache`)),
      `const one = ${cipher}; return one.update("secret", "utf8", "hex").length + one.final("hex").length`,
      "32",
    ],
    [
      "replace the handles of compression",
      "none",
      replaceAll(parent(`${node("zlib")}.createGzip()._handle`)),
      `return ${node("zlib")}.gunzipSync(${node("zlib")}.gzipSync("secret")).toString()`,
      "secret",
    ],
    [
      "replace the handles of Brotli",
      "none",
      replaceAll(parent(`${node("zlib")}.createBrotliCompress()._handle`)),
      `return ${node("zlib")}.brotliDecompressSync(${
        node("zlib")
      }.brotliCompressSync("secret")).toString()`,
      "secret",
    ],
    [
      "replace the handles of resolvers",
      "none",
      replaceAll(parent(`new (${node("dns")}.Resolver)()._handle`)),
      `return typeof new (${node("dns")}.Resolver)().getServers`,
      "function",
    ],
    [
      "replace the secure contexts",
      "none",
      replaceAll(parent(`${node("tls")}.createSecureContext()`)),
      `return typeof ${node("tls")}.createSecureContext().context`,
      "object",
    ],
    [
      "replace the methods of histograms",
      "none",
      replaceAll(parent(`${node("perf_hooks")}.createHistogram()`)),
      `const one = ${node("perf_hooks")}.createHistogram(); one.record(7); return one.max`,
      "7",
    ],
    [
      "replace the handles of histograms",
      "none",
      `const one = ${node("perf_hooks")}.createHistogram();
       ${replaceAll(parent(inside("one", "[[handle]]")))}`,
      `const one = ${node("perf_hooks")}.createHistogram(); one.record(7); return one.max`,
      "7",
    ],
    [
      "replace the methods of datagram handles",
      "none",
      `const socket = ${node("dgram")}.createSocket("udp4");
       ${replaceAll(parent(`${inside("socket", "kStateSymbol")}.handle`))}`,
      `const socket = ${node("dgram")}.createSocket("udp4");
       return typeof ${inside("socket", "kStateSymbol")}.handle.send`,
      "function",
    ],
    [
      "replace the methods of HTTP/2 servers",
      "none",
      replaceAll(parent(`${node("http2")}.createServer()`)),
      `return ${node("http2")}.createServer().setTimeout.length > 0`,
      "true",
    ],
    [
      "enter a domain for all emitters",
      "none",
      `const one = ${
        node("domain")
      }.create(); one.on("error", (error) => loot.push(error)); one.enter()`,
      `const Emitter = ${node("events")};
       try { new Emitter().emit("error", new Error("secret")) } catch (error) { return error.message }`,
      "secret",
    ],
    [
      "replace the default of all emitters",
      "none",
      `Reflect.defineProperty(${node("events")}.prototype, "_events", { value: { x: loot.push } })`,
      `return new (${node("events")})().emit("x", "secret")`,
      "false",
    ],
    [
      "replace the report of the process",
      "none",
      `process.report = { directory: loot };
       process.report.getReport = () => loot.push(1)`,
      "try { return process.report.getReport() } catch (error) { return error.name }",
      "NotCapable",
    ],
    [
      "change the list of modules",
      "none",
      `const list = ${
        node("module")
      }.builtinModules; try { list.length = 0 } catch {} list.push?.call`,
      `return ${node("module")}.builtinModules.includes("fs")`,
      "true",
    ],
    [
      "create object URLs of other checks",
      "none",
      `const { createObjectURL } = URL; try { URL.createObjectURL = () => loot.push(1) } catch {}`,
      `return URL.createObjectURL(new Blob(["x"])).startsWith("blob:")`,
      "true",
    ],
    [
      "replace Temporal's methods",
      "none",
      replaceAll("Temporal.Instant.prototype"),
      "return Temporal.Instant.from('2026-01-01T00:00:00Z').epochMilliseconds",
      "1767225600000",
    ],
    [
      "replace the methods of formatted numbers",
      "none",
      replaceAll("Intl.NumberFormat.prototype"),
      "return new Intl.NumberFormat('en').format(1.5)",
      "1.5",
    ],
    [
      "replace the methods of compiled modules",
      "none",
      replaceAll("WebAssembly.Memory.prototype"),
      "return new WebAssembly.Memory({ initial: 1 }).buffer.byteLength",
      "65536",
    ],
    [
      "replace the methods of asynchronous generators",
      "none",
      replaceAll(parent("(async function* () {})()")),
      "const list = []; for await (const one of (async function* () { yield 7 })()) list.push(one); return list",
      "7",
    ],
    [
      "replace the species of arrays",
      "none",
      "Object.defineProperty(Array, Symbol.species, { get: () => function () { return loot } })",
      "return [1, 2].map((one) => one * 2)",
      "2,4",
    ],
    [
      "replace the species of buffers",
      "none",
      `Object.defineProperty(${parent("Uint8Array")}, Symbol.species, { value: Array })`,
      "return new Uint8Array([1, 2]).map((one) => one).constructor.name",
      "Uint8Array",
    ],
    [
      "hide properties with unscopables",
      "none",
      "Array.prototype[Symbol.unscopables].at = true; Array.prototype[Symbol.unscopables] = null",
      "return [7].at(0)",
      "7",
    ],
    [
      "replace the iterator of strings",
      "none",
      replaceAll(parent('"x"[Symbol.iterator]()')),
      "return [...'ab'].length",
      "2",
    ],
    [
      "replace weak references",
      "none",
      replaceAll("WeakRef.prototype"),
      "return new WeakRef({ a: 7 }).deref().a",
      "7",
    ],
    [
      "replace atomic operations",
      "none",
      replaceAll("Atomics"),
      "return Atomics.add(new Int32Array(2), 0, 1)",
      "0",
    ],
    [
      "replace message ports",
      "none",
      replaceAll("MessagePort.prototype"),
      `const { port1, port2 } = new MessageChannel();
       const got = new Promise((go) => port2.onmessage = ({ data }) => go(data));
       port1.postMessage("secret"); const text = await got; port1.close(); return text`,
      "secret",
    ],
    [
      "replace other commands through the module of the agent",
      "none",
      `const [url] = new Error().stack.match(/(?:blob:null\/|data:)[^:)]+/);
       const { commands } = (await import(url)).default;
       for (const name in commands) {
         const { definition } = commands[name];
         if (definition) definition.run = () => (loot.push(1), "forged");
         commands[name] = () => (loot.push(1), "forged");
       }`,
      "return 'not forged'",
      "not forged",
    ],
    [
      "initialize Node again",
      "none",
      "process; globalThis.nodeBootstrap?.({ warmup: true }); loot.push(...[globalThis.nodeBootstrap].filter(Boolean))",
      "return typeof process.getBuiltinModule",
      "function",
    ],
    [
      "change the platform",
      "none",
      "try { process.platform = 'forged' } catch {}",
      "return process.platform",
      Deno.build.os,
    ],
    [
      "change the name of process",
      "none",
      "try { process[Symbol.toStringTag] = 'forged' } catch {}",
      "return String(process)",
      "[object process]",
    ],
    [
      "replace the clock of process",
      "none",
      "try { process.hrtime.bigint = () => loot.push(1) } catch {}",
      "return typeof process.hrtime.bigint()",
      "bigint",
    ],
    [
      "replace the measurement of memory",
      "none",
      "try { process.memoryUsage.rss = () => loot.push(1) } catch {}",
      "return process.memoryUsage.rss() > 1",
      "true",
    ],
    [
      "change the length of a shared list",
      "none",
      "try { process.execArgv.length = 9 } catch {}",
      "return process.execArgv.length",
      "0",
    ],
    ...[
      ["the global object", "globalThis", "return structuredClone(7)", "7"],
      ["Error", "Error", "return new Error('x').message", "x"],
      ["console", "console", "console.log(1); return 1", "1"],
      ["node:fs", node("fs"), `return typeof ${node("fs")}.readSync`, "function"],
    ].map(([name, object, victim, answer]): Ambush => [
      `change the prototype of ${name}`,
      "none",
      `for (const set of [Object.setPrototypeOf, Reflect.setPrototypeOf]) {
         for (const object of [${object}, new Proxy(${object}, {})]) {
           try { set(object, new Proxy({}, { get: (_, key) => loot.push(key) })) } catch {}
         }
       }
       try { ${object}.__proto__ = { forged: 1 } } catch {}
       if (${object}.forged) loot.push("forged")`,
      victim!,
      answer!,
    ]),
    [
      "enter an asynchronous context for all checks",
      "none",
      `const { AsyncLocalStorage } = ${node("async_hooks")};
       globalThis.storage = new AsyncLocalStorage(); storage.enterWith("attacker")`,
      `const { AsyncLocalStorage } = ${node("async_hooks")};
       return new AsyncLocalStorage().getStore() ?? "no store"`,
      "no store",
    ],
    [
      "replace the methods of asynchronous contexts",
      "none",
      replaceAll(`${node("async_hooks")}.AsyncLocalStorage.prototype`),
      `const one = new (${node("async_hooks")}.AsyncLocalStorage)();
       return one.run("secret", () => one.getStore())`,
      "secret",
    ],
    [
      "replace the conversion of dates",
      "none",
      "try { Date.prototype[Symbol.toPrimitive] = () => loot.push(1) } catch {}",
      "return `${new Date(0)}`.slice(0, 3)",
      "Thu",
    ],
    [
      "replace the methods of regular expressions by symbols",
      "none",
      `for (const key of Reflect.ownKeys(RegExp.prototype)) {
         try { RegExp.prototype[key] = (...args) => { loot.push(args) } } catch {} }`,
      "return 'secret'.replace(/s/, 'x') + 'a,b'.split(/,/).length",
      "xecret2",
    ],
    [
      "set elements of all lists",
      "none",
      `for (const of of [Array.prototype, Object.prototype]) {
         try { Object.defineProperty(of, "0", { set: (one) => loot.push(one) }) } catch {} }`,
      "const list = []; list[0] = 'secret'; return list[0]",
      "secret",
    ],
    [
      "convert all objects to JSON",
      "none",
      "try { Object.defineProperty(Object.prototype, 'toJSON', { value: () => loot.push(1) }) } catch {}",
      "return JSON.stringify({ a: 1 })",
      '{"a":1}',
    ],
    [
      "decide which values are errors",
      "none",
      `for (const one of [Error, TypeError, Function.prototype]) {
         try { Object.defineProperty(one, Symbol.hasInstance, { value: () => false }) } catch {} }`,
      "return new TypeError('x') instanceof Error",
      "true",
    ],
    [
      "print values by its own function",
      "none",
      `for (const name of ["Deno.customInspect", "nodejs.util.inspect.custom"]) {
         for (const of of [Object.prototype, Map.prototype, Error.prototype]) {
           try { of[Symbol.for(name)] = () => loot.push(1) } catch {} } }`,
      "return Deno.inspect(new Map([[1, 2]]))",
      "Map(1) { 1 => 2 }",
    ],
    [
      "change the defaults of node:http",
      "net",
      `const http = ${node("http")};
       try { http.STATUS_CODES[200] = "forged" } catch {} try { http.METHODS[0] = "forged" } catch {}
       try { http.globalAgent.maxSockets = 0 } catch {} try { http.maxHeaderSize = 1 } catch {}`,
      get,
      "200",
    ],
    [
      "change the defaults of node:tls",
      "none",
      `const tls = ${node("tls")}; try { tls.DEFAULT_MIN_VERSION = "TLSv1" } catch {}
       try { tls.checkServerIdentity = () => undefined } catch {}`,
      `const tls = ${node("tls")};
       return tls.DEFAULT_MIN_VERSION + typeof tls.checkServerIdentity("a", { subject: { CN: "b" } })`,
      "TLSv1.2object",
    ],
    [
      "change the functions of node:querystring",
      "none",
      `const one = ${node("querystring")}; try { one.unescape = (text) => loot.push(text) } catch {}
       try { one.escape = () => "forged" } catch {}`,
      `return ${node("querystring")}.parse("a=%62").a`,
      "b",
    ],
    [
      "change the separators of node:path and node:os",
      "none",
      `try { ${node("path")}.posix.join = () => "forged" } catch {}
       try { ${node("os")}.EOL = "forged" } catch {}
       try { ${node("os")}.constants.signals.SIGTERM = 9 } catch {}`,
      `return ${node("path")}.posix.join("a", "b") + ${node("os")}.constants.signals.SIGTERM`,
      "a/b15",
    ],
    [
      "change the constants of node:zlib and node:crypto",
      "none",
      `try { ${node("zlib")}.constants.Z_BEST_SPEED = 99 } catch {}
       try { ${node("crypto")}.constants.RSA_PKCS1_PADDING = 99 } catch {}`,
      `return [${node("zlib")}.constants.Z_BEST_SPEED, ${
        node("crypto")
      }.constants.RSA_PKCS1_PADDING]`,
      "1,1",
    ],
    [
      "make all assertions pass",
      "none",
      `const assert = ${node("assert")}; try { assert.strict.equal = () => {} } catch {}
       try { assert.ok = () => {} } catch {}`,
      `try { ${node("assert")}.strict.equal(1, 2); return "passes" } catch { return "fails" }`,
      "fails",
    ],
    ...([
      ["an expression of a module", `${node("_http_common")}.chunkExpression`],
      ["an expression of another module", `${node("_http_common")}.continueExpression`],
      ["a pattern", "expressionIn(new URLPattern({ pathname: '/:name' }))"],
      [
        "a pattern of an inheriting class",
        "expressionIn(Reflect.construct(URLPattern, [{}], class extends URLPattern {}))",
      ],
    ] as const).map(([name, expression]): Ambush => [
      `read the last match of all checks with the class of ${name}`,
      "none",
      `const expressionIn = (pattern) => Object.getOwnPropertySymbols(pattern)
         .map((key) => pattern[key]).find((value) => Array.isArray(value))[0].regexp;
       const { constructor } = Object.getPrototypeOf(${expression});
       setInterval(() => { for (const key of ["input", "$1", "lastMatch"]) {
         if (String(constructor[key]).includes("4711")) loot.push(constructor[key]) } }, 5)`,
      `const [, secret] = /secret=(\\d+)/.exec("secret=4711");
       await new Promise((go) => setTimeout(go, 50)); return secret`,
      "4711",
    ]),
    ...([
      ["a module", `${node("_http_agent")}.globalAgent`],
      [
        "a request",
        `new (${node("http")}.ClientRequest)({ host: "127.0.0.1", port: ${port} })
           .on("error", () => {}).agent`,
      ],
    ] as const).map(([name, agent]): Ambush => [
      `receive requests with the global agent of ${name}`,
      "net",
      `const agent = ${agent}; const { addRequest } = Object.getPrototypeOf(agent);
       agent.addRequest = function (...args) {
         loot.push(args[0].path); return addRequest.apply(this, args) }`,
      `return await new Promise((go, no) => new (${node("http")}.ClientRequest)(
         "http://127.0.0.1:${port}/secret", ({ statusCode }) => go(statusCode)).on("error", no).end())`,
      "200",
    ]),
    [
      "change the names of errors",
      "none",
      `for (const name of ["getSystemErrorMap"]) {
         const map = ${
        node("util")
      }[name](); for (const key of map.keys()) map.set(key, ["?", "?"]) }`,
      `return [...${
        node("util")
      }.getSystemErrorMap().values()].filter(([name]) => name === "?").length`,
      "0",
    ],
    [
      "hide methods of arrays in a scope",
      "none",
      `try { Array.prototype[Symbol.unscopables].push = true } catch {}`,
      `return "push" in Array.prototype[Symbol.unscopables]`,
      "false",
    ],
    [
      "choose the random numbers",
      "none",
      `try { crypto.getRandomValues = (bytes) => (loot.push(bytes), bytes) } catch {}
       try { Object.setPrototypeOf(crypto, { randomUUID: () => loot.push(1) }) } catch {}`,
      "return crypto.randomUUID().length",
      "36",
    ],
  ];
}
