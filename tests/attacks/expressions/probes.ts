/** Attempts at rarely used functions of the runtime, and at objects that instances share. */
import { type Ambush, type Expression, node, notForChecks, requires } from "./expression.ts";
import type { Surroundings } from "./expression.ts";

/** The commands of a worker and of a process with the same permissions. */
const kinds = ["", "_process"];

/** Returns code that tries calls one after the other, and returns those that did not throw. */
const succeeding = (...calls: string[]) =>
  `const done = [];
   for (const call of [${calls.map((call) => `async () => ${call}`).join(",\n")}]) {
     try { await call(); done.push(String(call)) } catch {} }
   return done.join() || "nothing"`;

const nothing = "OK nothing";
const noFile = /TypeError|NotCapable/;

/** Replaces the functions of the prototypes of an object that an expression returns. */
const replaceAll = (object: string) =>
  `for (let of = Object.getPrototypeOf(${object}); of && of !== Object.prototype;
     of = Object.getPrototypeOf(of)) {
     for (const key of Reflect.ownKeys(of)) {
       try { of[key] = () => { loot.push(String(key)) } } catch {} } }`;

/** The attempts. */
export function probes({ folder, port, other }: Surroundings): Expression[] {
  const [allowed, links] = [`${folder}/allowed`, `${folder}/links`];
  const [fs, net, dns] = ["fs", "net", "dns"].map(node);
  const undeclared = requires("net", `127.0.0.1:${other}`);
  const data = (code: string) => `import("data:text/javascript," + encodeURIComponent(${code}))`;
  const load = (url: string) => `return await import(${url})`;
  const listen = (call: string) =>
    `return await new Promise((go) => ${call}.on("error", (error) => go(error.code))
       .on("listening", () => go("listening")))`;
  const event = (emitter: string, name: string) =>
    `return await new Promise((go) => ${emitter}.on("error", (error) => go(error.code ?? error))
       .on("${name}", () => go("connected")))`;
  const looked = (call: string) =>
    `return await new Promise((go) => ${
      call.replace("GO", "(error) => go(error ? 'refused' : 'found')")
    })`;

  const modules: [attempt: string, code: string, answer: string | RegExp][] = [
    ["import a module of the daemon", load(`"file:///app/daemon.js"`), noFile],
    ["import a file without slashes", load(`"file:etc/hostname"`), noFile],
    ["import a file by backslashes", load(`"file:\\\\\\\\etc\\\\hostname"`), noFile],
    ["import a file by encoded slashes", load(`"file:///etc%2fhostname"`), noFile],
    ["import a file by an encoded scheme", load(`"fil%65:///etc/hostname"`), noFile],
    ["import a file after a blank", load(`" file:///etc/hostname"`), noFile],
    ["import a file with a line break in its scheme", load(`"fi\\nle:///etc/hostname"`), noFile],
    ["import a file by a URL object", load(`new URL("file://${folder}/secret")`), noFile],
    [
      "import a file as JSON",
      load(`"file://${folder}/secret", { with: { type: "json" } }`),
      noFile,
    ],
    ["import a path", load(`"${folder}/secret"`), noFile],
    ["import a path of another host", load(`"//localhost${folder}/secret"`), noFile],
    [
      "import a file through a data URL in a data URL",
      `return await ${
        data(`"export * from 'data:text/javascript,import%20%22file://${folder}/secret%22'"`)
      }`,
      noFile,
    ],
    [
      "import the real modules by the URL of a stand-in",
      `const url = (await ${data(`"export default import.meta.resolve('node:process')"`)}).default;
       const { default: got } = await import(url); return got === process ? "stand-in" : "real"`,
      "OK stand-in",
    ],
    [
      "import the real modules by a fragment of a stand-in",
      `const url = (await ${data(`"export default import.meta.resolve('node:process')"`)}).default;
       const { default: got } = await import(url + "#x"); return got === process ? "stand-in" : "real"`,
      "OK stand-in",
    ],
    [
      "import the real modules by more code in a stand-in",
      `const url = (await ${data(`"export default import.meta.resolve('node:os')"`)}).default;
       const { real } = await import(url + ";export{default as real}from'node:process'");
       return real === process ? "stand-in" : "real"`,
      "OK stand-in",
    ],
    [
      "import all real modules with import.meta.resolve()",
      `return (await ${
        data(`"export default import.meta.resolve('node:vm')"`)
      }).default.slice(0, 5)`,
      "OK data:",
    ],
    ["import a module of Deno's own namespace", load(`"deno:core"`), noFile],
    ["import a module of the checkin phase", load(`"checkin:x"`), noFile],
    ["import a closed module by a blank", load(`"node:vm "`), noFile],
    ["import an unknown module of Node", load(`"node:internal/bootstrap/node"`), noFile],
    ["import the single executable application", load(`"node:sea"`), noFile],
    [
      "get a closed module from a list",
      `return ${node("module")}.createRequire("file:///x")(["vm"])`,
      "vm is not for a check",
    ],
    [
      "get a closed module by a boxed name",
      `return process.getBuiltinModule(new String("inspector"))`,
      "inspector is not for a check",
    ],
    [
      "get a closed module with two schemes",
      `return typeof process.getBuiltinModule("node:node:repl")`,
      /OK undefined|not for a check/,
    ],
    [
      "get an internal module",
      `return typeof process.getBuiltinModule("internal/util")`,
      "OK undefined",
    ],
    [
      "load a module by its class",
      `return new (${node("module")}.Module)("x").load("${folder}/secret")`,
      notForChecks("module.load"),
    ],
    [
      "compile a module by its class",
      `return new (${node("module")}.Module)("x")._compile("1", "/x")`,
      notForChecks("module._compile"),
    ],
    [
      "find the paths of modules",
      `return ${node("module")}._resolveFilename("${folder}/secret")`,
      notForChecks("module._resolveFilename"),
    ],
    [
      "read a source map of a file",
      `return String(${node("module")}.findSourceMap("file://${folder}/secret"))`,
      "OK undefined",
    ],
    [
      "run a WebAssembly module with imports of Node",
      `return await import("data:application/wasm;base64," + btoa(
         "\\0asm\\x01\\0\\0\\0\\x01\\x04\\x01\\x60\\0\\0\\x02\\x0d\\x01\\x07node:vm\\x01a\\0\\0"))`,
      /TypeError|NotCapable|SyntaxError|LinkError/,
    ],
    [
      "evaluate code with a forged place",
      `return await eval("import('file://${folder}/secret')//# sourceURL=file://${folder}/x.js")`,
      noFile,
    ],
    [
      "make a function with a forged place",
      `return await new Function("return import('node:vm')//# sourceURL=node:vm")()`,
      "node:vm is not for a check",
    ],
  ];

  const namespace: [attempt: string, code: string, answer: string | RegExp][] = [
    ["get a pointer to memory", "return Deno.UnsafePointer.of(new Uint8Array(1))", "Requires ffi"],
    ["make a pointer from a number", "return Deno.UnsafePointer.create(1n)", "Requires ffi"],
    [
      "read memory by a forged pointer",
      "return new Deno.UnsafePointerView({ __proto__: null }).getInt8()",
      /TypeError|Requires ffi/,
    ],
    [
      "read a string by a forged pointer",
      "return Deno.UnsafePointerView.getCString({})",
      /TypeError|Requires ffi/,
    ],
    [
      "read a buffer by a forged pointer",
      "return Deno.UnsafePointerView.getArrayBuffer({}, 8)",
      /TypeError|Requires ffi/,
    ],
    [
      "make a callback for native code",
      `return new Deno.UnsafeCallback({ parameters: [], result: "void" }, () => {})`,
      "Requires ffi",
    ],
    [
      "call native code by a forged pointer",
      `return new Deno.UnsafeFnPointer({}, { parameters: [], result: "void" }).call()`,
      /TypeError|Requires ffi/,
    ],
    ["load a library", `return Deno.dlopen("libc.so.6", {})`, "Requires ffi"],
    [
      "load an addon of Node",
      `return process.dlopen({ exports: {} }, "/x.node")`,
      /not for a check|Requires ffi|is not a function/,
    ],
    [
      "register a test or a benchmark",
      `Deno.test("x", () => {}); Deno.bench("y", () => {}); return 1`,
      "OK 1",
    ],
    [
      "use unstable parts of the runtime",
      `return ["openKv", "cron", "bundle", "QuicEndpoint", "connectQuic", "unsafeProto"]
         .filter((name) => Deno[name] !== undefined).join() || "nothing"`,
      nothing,
    ],
    ["open a store of keys", `return await Deno.openKv("/tmp/kv")`, "TypeError"],
    [
      "use unstable classes of the platform",
      `return ["WebTransport", "WebSocketStream", "Worklet", "ServiceWorker", "WebSocketError"]
         .filter((name) => name in globalThis).join() || "nothing"`,
      nothing,
    ],
    [
      "end the handlers of signals",
      `Deno.removeSignalListener("SIGTERM", () => {}); return 1`,
      /OK (?:1|threw)/,
    ],
    [
      "take over a query as a server",
      `return Deno.serveHttp(new Proxy({}, { get: () => 3 }))`,
      notForChecks("Deno.serveHttp"),
    ],
    [
      "upgrade a forged request",
      `const { socket } = Deno.upgradeWebSocket(new Request("http://a/", { headers: {
         upgrade: "websocket", connection: "upgrade", "sec-websocket-key": "x" } }));
       try { socket.send("x") } catch (error) { return error.name }`,
      /InvalidState|TypeError/,
    ],
    ["start TLS on a forged connection", `return await Deno.startTls({ rid: 3 })`, "TypeError"],
    [
      "start TLS on a proxy of a connection",
      `return await Deno.startTls(new Proxy({}, { get: () => 3 }))`,
      /TypeError|BadResource/,
    ],
    ["list the environment", "return JSON.stringify(Deno.env.toObject())", "Requires env access"],
    ["list the environment by keys", "return Object.keys(process.env).join()", /^OK ?$/],
    [
      "read a variable by an inherited name",
      `return String(process.env.__proto__?.HOME)`,
      "OK undefined",
    ],
    ["read a variable with a NUL", `return Deno.env.get("HOME\\0")`, /TypeError|NotCapable/],
    [
      "read a variable by a converted name",
      `return Deno.env.get({ toString: () => "HOME" })`,
      /TypeError|NotCapable/,
    ],
    ["read the users of the process", `return process.getuid()`, "Requires sys access"],
    ["read the size of the terminal", "return Deno.consoleSize()", "threw"],
    ["read the load by Node", `return ${node("os")}.loadavg()`, "Requires sys access"],
    ["read the name of the host by Node", `return ${node("os")}.hostname()`, "Requires sys access"],
    ["read the home folder by Node", `return ${node("os")}.homedir()`, /Requires (?:sys|env)/],
    ["read the processors by Node", `return ${node("os")}.cpus()`, "Requires sys access"],
    [
      "read the interfaces by Node",
      `return ${node("os")}.networkInterfaces()`,
      "Requires sys access",
    ],
    [
      "read the memory of the host by Node",
      `return process.constrainedMemory()`,
      "Requires sys access",
    ],
    [
      "read a file as variables",
      `return process.loadEnvFile("${folder}/secret")`,
      notForChecks("process.loadEnvFile"),
    ],
    ["start the debugger", "return process._debugProcess?.(process.pid) ?? 'nothing'", nothing],
    [
      "send a message to the parent",
      succeeding("process.send({})", "process.disconnect()"),
      nothing,
    ],
    [
      "initialize the groups of the daemon",
      `return process.initgroups?.("root", 0) ?? "nothing"`,
      /nothing|TypeError|NotCapable/,
    ],
    ["become the superuser", `return process.setuid(0)`, /NotCapable|TypeError|EPERM|Error/],
    [
      "change the memory of other threads",
      `return ${node("worker_threads")}.setEnvironmentData("a", 1)`,
      notForChecks("worker_threads.setEnvironmentData"),
    ],
    [
      "send a message to another thread",
      `return await ${node("worker_threads")}.postMessageToThread(0, {})`,
      notForChecks("worker_threads.postMessageToThread"),
    ],
    [
      "start a thread of Node",
      `return new (${node("worker_threads")}.Worker)("1", { eval: true })`,
      notForChecks("worker_threads.Worker"),
    ],
    [
      "start a thread by the class of a global",
      `return new (Worker.prototype.constructor)("data:,1")`,
      notForChecks("Worker"),
    ],
    [
      "open a channel to all threads",
      `return new BroadcastChannel("x")`,
      notForChecks("BroadcastChannel"),
    ],
    [
      "change flags of V8",
      `return ${node("v8")}.setFlagsFromString("--allow-natives-syntax")`,
      notForChecks("v8.setFlagsFromString"),
    ],
    [
      "write a snapshot of the heap",
      `return ${node("v8")}.writeHeapSnapshot("${folder}/x")`,
      notForChecks("v8.writeHeapSnapshot"),
    ],
    ["use the syntax of V8's own functions", `return eval("%DebugPrint(1)")`, "SyntaxError"],
    [
      "request a permission",
      `return await Deno.permissions.request({ name: "read" })`,
      notForChecks("Deno.permissions.request"),
    ],
    [
      "revoke a permission",
      `return await Deno.permissions.revoke({ name: "net" })`,
      notForChecks("Deno.permissions.revoke"),
    ],
    [
      "forge the state of a permission",
      `const status = await Deno.permissions.query({ name: "read" });
       try { Object.defineProperty(status, "state", { value: "granted" }) } catch {}
       return Deno.readTextFileSync("${folder}/secret")`,
      "Requires read access",
    ],
    [
      "get the collector of memory",
      "return typeof gc === 'function' ? gc() : 'nothing'",
      /nothing|not for a check/,
    ],
    [
      "read uninitialized memory",
      `const { Buffer } = ${node("buffer")};
       for (let i = 0; i < 200; i++) for (const make of ["allocUnsafe", "allocUnsafeSlow"])
         if (Buffer[make](4096).some((byte) => byte !== 0)) return "found";
       return "nothing"`,
      nothing,
    ],
    [
      "read the pool of small buffers",
      `const { Buffer } = ${node("buffer")}; return Buffer.from("x").buffer.byteLength`,
      "OK 1",
    ],
    [
      "read a blob of another check by a guessed URL",
      `return (await fetch("blob:null/00000000-0000-4000-8000-000000000000")).status`,
      "TypeError",
    ],
    [
      "open a blob of another check by a guessed URL",
      `return String(${
        node("buffer")
      }.resolveObjectURL?.("blob:null/00000000-0000-4000-8000-000000000000"))`,
      /OK undefined|threw/,
    ],
    [
      "print by the streams of the console",
      `for (const one of [console._stdout, console._stderr]) one?.write?.("FORGED\\n"); return 1`,
      "OK 1",
    ],
    [
      "print by a console of its own",
      `new console.Console(process.stdout).log("FORGED"); return 1`,
      "OK 1",
    ],
    ["print by an unfinished line", `process.stdout.write("FORGED"); return 1`, "OK 1"],
  ];

  const network: [attempt: string, code: string, answer: string | RegExp][] = [
    ["look up an undeclared name", looked(`${dns}.lookup("example.com", GO)`), "OK refused"],
    [
      "look up an undeclared name by promises",
      `return await ${node("dns/promises")}.lookup("example.com")`,
      /NotCapable|ENOTFOUND|EPERM/,
    ],
    [
      "look up a service",
      looked(`${dns}.lookupService("127.0.0.1", ${other}, GO)`),
      /refused|threw/,
    ],
    ["ask for the name of an address", looked(`${dns}.reverse("192.0.2.1", GO)`), /refused|threw/],
    [
      "ask a name server of its own",
      `const one = new (${dns}.Resolver)(); one.setServers(["127.0.0.1:${other}"]);
       ${looked(`one.resolve4("x.example", GO)`)}`,
      /refused|NotCapable/,
    ],
    [
      "ask an undeclared server by DNS of the runtime",
      `return await Deno.resolveDns("x.example", "TXT", {
         nameServer: { ipAddr: "127.0.0.1", port: ${other} } })`,
      undeclared,
    ],
    [
      "connect by a name for an address",
      event(`${net}.connect(${other}, "localhost")`, "connect"),
      /NotCapable|EPERM/,
    ],
    [
      "connect to another port by a lookup of a name",
      event(
        `${net}.connect({ port: ${other}, host: "declared.example",
         lookup: (name, options, done) => done(null, [{ address: "127.0.0.1", family: 4 }]) })`,
        "connect",
      ),
      /NotCapable|Requires|EACCES/,
    ],
    [
      "connect to another port by a lookup",
      event(
        `${net}.connect({ port: ${other}, host: "127.0.0.1", autoSelectFamily: true,
         lookup: (name, options, done) => done(null, "127.0.0.1", 4) })`,
        "connect",
      ),
      /NotCapable|Requires/,
    ],
    [
      "connect with the handle of another socket",
      `const one = ${net}.connect(${port}, "127.0.0.1"); one.on("error", () => {});
       await new Promise((go) => one.on("connect", go));
       try { one._handle.connect({ oncomplete() {} }, "127.0.0.1", ${other}) } catch (error) {
         return String(error) } finally { one.destroy() } return "no connection"`,
      /NotCapable|no connection|TypeError/,
    ],
    [
      "connect with a string as port",
      `return await Deno.connect({ hostname: "127.0.0.1", port: "${other}" })`,
      undeclared,
    ],
    [
      "connect with a port that wraps",
      `return await Deno.connect({ hostname: "127.0.0.1", port: ${other} + 65536 })`,
      /threw/,
    ],
    ["connect to all addresses", `return await Deno.connect({ port: ${other} })`, /NotCapable/],
    [
      "connect to the unspecified address",
      `return await Deno.connect({ hostname: "0.0.0.0", port: ${port} })`,
      /NotCapable/,
    ],
    [
      "connect to a scoped address",
      `return await Deno.connect({ hostname: "::1%lo", port: ${other} })`,
      /threw/,
    ],
    [
      "open a stream of datagrams",
      `return Deno.listenDatagram({ transport: "unixpacket", path: "/x" })`,
      /NotCapable|is not a function/,
    ],
    [
      "send a datagram to an undeclared port",
      `const one = ${node("dgram")}.createSocket("udp4"); one.on("error", () => {});
       return await new Promise((go) => { setTimeout(go, 200, "not sent");
         one.send("x", ${other}, "127.0.0.1", (error) => go(error ?? "sent")) })`,
      /NotCapable|not sent/,
    ],
    [
      "connect datagrams to an undeclared port",
      `const one = ${node("dgram")}.createSocket("udp4"); one.on("error", () => {});
       return await new Promise((go) => { setTimeout(go, 200, "not connected");
         one.connect(${other}, "127.0.0.1", (error) => go(error ?? "open")) })`,
      /NotCapable|not connected/,
    ],
    [
      "listen by the handle of a socket",
      `const one = new (${net}.Socket)(); const server = ${net}.createServer();
       try { return one._handle?.listen?.(1) ?? server._handle?.listen(1) ?? "nothing" } catch { return "nothing" }`,
      /nothing|-13/,
    ],
    [
      "listen with an internal function of Node",
      `return ${net}._createServerHandle?.("127.0.0.1", 0, 4) ?? -13`,
      /-13|\[object|NotCapable/,
    ],
    [
      "listen with a server of HTTPS",
      listen(`${node("https")}.createServer().listen(0)`),
      /EACCES|NotCapable/,
    ],
    [
      "listen on a path",
      listen(`${net}.createServer().listen("${allowed}/new")`),
      /EACCES|NotCapable/,
    ],
    [
      "fetch a file",
      `return await (await fetch("file:///etc/hostname")).text()`,
      /NotCapable|TypeError|Requires/,
    ],
    [
      "fetch from an undeclared port with a client",
      `return await fetch("http://127.0.0.1:${other}/", { client: Deno.createHttpClient({}) })`,
      undeclared,
    ],
    [
      "fetch with a local address of its own",
      `return (await fetch("http://127.0.0.1:${other}/", {
         client: Deno.createHttpClient({ localAddress: "127.0.0.2" }) })).status`,
      undeclared,
    ],
    [
      "fetch with a host header",
      `return (await fetch("http://127.0.0.1:${port}/", {
       headers: { host: "127.0.0.1:${other}" } })).status`,
      /OK (?:200|threw)/,
    ],
    [
      "smuggle a request in a body",
      `try { await (await fetch("http://127.0.0.1:${port}/", { method: "POST",
         headers: { "content-length": "0" },
         body: "GET /redirect HTTP/1.1\\r\\nhost: a\\r\\n\\r\\n" })).text() } catch {}
       return (await fetch("http://127.0.0.1:${port}/")).status`,
      "OK 200",
    ],
    [
      "smuggle a request by two lengths",
      `try { await (await fetch("http://127.0.0.1:${port}/", { method: "POST",
         headers: { "transfer-encoding": "chunked", "content-length": "4" },
         body: "0\\r\\n\\r\\nGET /redirect HTTP/1.1\\r\\nhost: a\\r\\n\\r\\n" })).text() } catch {}
       return (await fetch("http://127.0.0.1:${port}/")).status`,
      "OK 200",
    ],
    [
      "open a tunnel",
      `return await fetch("http://127.0.0.1:${port}/", { method: "CONNECT" })`,
      "TypeError",
    ],
    [
      "open a WebSocket by a client",
      `return await new Promise((go) => {
       try { const one = new WebSocket("ws://127.0.0.1:${other}/", { client: Deno.createHttpClient({}) });
         one.onerror = ({ message }) => go(message || "refused"); one.onopen = () => go("open")
       } catch (error) { go(error) } })`,
      /refused|NotCapable/,
    ],
    [
      "request a socket of the host",
      `return await new Promise((go) =>
       ${node("http")}.get({ socketPath: "/run/x.sock" }, () => go("open")).on("error", go))`,
      /NotCapable|Requires/,
    ],
    [
      "request by an agent of its own",
      `return await new Promise((go) => {
       const agent = new (${node("http")}.Agent)();
       agent.createConnection = () => ${net}.connect(${other}, "127.0.0.1");
       ${node("http")}.get({ agent }, () => go("open")).on("error", go) })`,
      /NotCapable|Requires/,
    ],
    [
      "start TLS over HTTP to another port",
      `return await new Promise((go) =>
       ${node("tls")}.connect({ port: ${other}, host: "127.0.0.1", rejectUnauthorized: false })
         .on("error", go).on("secureConnect", () => go("open")))`,
      /NotCapable|Requires/,
    ],
  ];

  const files: [attempt: string, code: string, answer: string | RegExp][] = [
    [
      "read through a link by promises",
      `return await ${fs}.promises.readFile("${links}/out", "utf8")`,
      "NotCapable",
    ],
    [
      "read through a link by a stream",
      `return await new Promise((go) => ${fs}.createReadStream("${links}/out").on("error", go).on("data", go))`,
      "NotCapable",
    ],
    [
      "read through a link by bytes",
      `return ${fs}.readFileSync(new TextEncoder().encode("${links}/out"), "utf8")`,
      "NotCapable",
    ],
    [
      "read through a link by a URL of Node",
      `return ${fs}.readFileSync(${node("url")}.pathToFileURL("${links}/out"), "utf8")`,
      "NotCapable",
    ],
    [
      "read through a link by a folder with dots",
      `return Deno.readTextFileSync("${links}/folder/../outside/file")`,
      /NotCapable|NotFound/,
    ],
    [
      "open through a link with flags",
      `return ${fs}.openSync("${links}/out", ${fs}.constants.O_PATH ?? 0)`,
      "NotCapable",
    ],
    ["test access through a link", `return ${fs}.accessSync("${links}/out")`, "NotCapable"],
    [
      "append through a link",
      `return Deno.writeTextFileSync("${links}/out", "x", { append: true })`,
      "NotCapable",
    ],
    ["truncate through a link", `return Deno.truncateSync("${links}/out")`, "NotCapable"],
    [
      "copy through a link",
      `return Deno.copyFileSync("${links}/out", "${allowed}/copy")`,
      "NotCapable",
    ],
    ["make a link", `return Deno.symlinkSync("${folder}/secret", "${allowed}/link")`, "NotCapable"],
    [
      "make a hard link to a link",
      `return Deno.linkSync("${links}/out", "${allowed}/hard")`,
      "NotCapable",
    ],
    ["move a link", `return Deno.renameSync("${links}/out", "${allowed}/moved")`, "NotCapable"],
    ["remove a file outside", `return Deno.removeSync("${folder}/outside/file")`, "NotCapable"],
    ["remove through a link", `return Deno.removeSync("${links}/folder/file")`, "NotCapable"],
    [
      "write with a file of another object",
      `return ${fs}.writeFileSync({ fd: 1, toString: () => "${folder}/secret" }, "x")`,
      "TypeError",
    ],
    [
      "write to a descriptor of the runtime",
      succeeding(...[1, 2].map((fd) => `${fs}.writeFileSync(${fd}, "FORGED")`)),
      nothing,
    ],
    [
      "write to a stream of a descriptor",
      `return await new Promise((go) => { try { ${fs}.createWriteStream(null, { fd: 1 }).on("error", (e) => go(e.code))
         .write("FORGED") } catch (error) { go(error.code) } })`,
      /EBADF|ERR_/,
    ],
    [
      "write to a vector of a descriptor",
      `return ${fs}.writevSync(1, [new Uint8Array(1)])`,
      "EBADF",
    ],
    [
      "write to a descriptor with a fraction",
      `return ${fs}.writeSync(1.5, "FORGED")`,
      /threw|EBADF/,
    ],
    [
      "write to a negative descriptor",
      `return ${fs}.writeSync(-4294967295, "FORGED")`,
      /threw|EBADF/,
    ],
    [
      "write to a descriptor by an object",
      `return ${fs}.writeSync({ valueOf: () => 1 }, "FORGED")`,
      /threw/,
    ],
    ["read memory by a file", `return Deno.readTextFileSync("/proc/self/mem")`, "NotCapable"],
    [
      "read the arguments by a file",
      `return Deno.readTextFileSync("/proc/self/cmdline")`,
      "NotCapable",
    ],
    ["list the folder above", `return [...Deno.readDirSync("${folder}")]`, "NotCapable"],
    ["examine the folder above", `return Deno.statSync("${allowed}/..")`, "NotCapable"],
    ["watch the folder above", `return Deno.watchFs("${allowed}/..")`, "NotCapable"],
    [
      "copy a folder with its links",
      `return ${fs}.cpSync("${links}", "${allowed}/copy", { recursive: true })`,
      "NotCapable",
    ],
    [
      "make a file in a folder behind a link",
      `return Deno.makeTempFileSync({ dir: "${links}/folder" })`,
      "NotCapable",
    ],
    [
      "import a declared file with Node",
      `return ${node("module")}.createRequire("file:///x")("${allowed}/file")`,
      "require() of",
    ],
  ];

  const programs: [attempt: string, code: string, answer: string | RegExp][] = [
    [
      "start a program relative to a folder",
      `return new Deno.Command("./id", { cwd: "/usr/bin" }).outputSync().code`,
      "NotCapable",
    ],
    [
      "start a program with dots",
      `return new Deno.Command("/usr/bin/../bin/id").outputSync().code`,
      "NotCapable",
    ],
    [
      "start a program through a shell",
      `return ${node("child_process")}.execSync("id")`,
      /NotCapable|threw/,
    ],
    [
      "start a program by the URL of a file",
      `return new Deno.Command(new URL("file:///usr/bin/id")).outputSync()`,
      "NotCapable",
    ],
    [
      "start a program as another group",
      `return new Deno.Command("/usr/bin/printf", { gid: 0, uid: 0 }).outputSync()`,
      /NotCapable|PermissionDenied|OK \[object/,
    ],
    [
      "start a program with an audit library",
      `return new Deno.Command("/usr/bin/printf", { env: { LD_AUDIT: "/x.so" } }).outputSync().code`,
      "NotCapable",
    ],
    [
      "get the mark of its programs",
      `return new TextDecoder().decode(new Deno.Command("/bin/cat", { args: ["/proc/self/environ"] }).outputSync().stdout)
         .replace(/.*(CHECKWRIGHT_\\w+).*/s, "$1").length < 99`,
      "OK true",
    ],
    [
      "keep a program as a daemon",
      `const one = new Deno.Command("/bin/cat", { detached: true, stdin: "piped" }).spawn();
       one.kill("SIGKILL"); return (await one.status).signal`,
      "OK SIGKILL",
    ],
    [
      "signal a process by the number of its program",
      `const one = ${node("child_process")}.spawn("/bin/cat"); one.pid = 1;
       try { return one.kill(0) } catch (error) { return error } finally { delete one.pid; one.kill("SIGKILL") }`,
      /OK/,
    ],
  ];

  const table = (command: string, rows: typeof modules): Expression[] =>
    kinds.flatMap((kind) =>
      rows.map(([attempt, code, answer]): Expression => [
        `${attempt}${kind.replace("_", " in a ")}`,
        `${command}${kind}`,
        code,
        answer,
      ])
    );
  return [
    ...table("none", modules),
    ...table("none", namespace),
    ...table("net", network),
    ...table("files", files),
    ...table("run", programs),
  ];
}

/** The attacks on another check. */
export function probingAmbushes({ folder, port }: Surroundings): Ambush[] {
  const url = `http://127.0.0.1:${port}/`;
  const file = `${folder}/allowed/file`;
  const [stream, events, util, crypto, fs, net, http, v8] = [
    ...["stream", "events", "util", "crypto", "fs", "net", "http", "v8"],
  ].map(node);
  const [threads, hooks, handles, readline, assert] = [
    ...["worker_threads", "async_hooks", "fs/promises", "readline", "assert"],
  ].map(node);
  const children = node("child_process");
  const request = `return (await new Promise((go, no) => ${http}.get("${url}", go).on("error", no)))
    .statusCode`;
  const fetched = `return await (await fetch("${url}")).text()`;
  const listed =
    `return (await ${stream}.Readable.from(["a"]).map((one) => one + "b").toArray())[0]`;
  const passed = `const one = new (${stream}.PassThrough)(); one.end("secret");
    return String((await Array.fromAsync(one))[0])`;
  const module = "new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))";
  const define = (names: string, owners: string) =>
    `for (const name of [${names}]) for (const of of [${owners}]) {
       try { Object.defineProperty(of, name, { configurable: true, get() { loot.push(name) } }) }
       catch {} }`;
  const assign = (...changes: string[]) =>
    changes.map((change) => `try { ${change} } catch {}`).join("\n");

  /** The objects whose classes are attacked, by the permissions of the command. */
  const instances: Readonly<
    Record<string, [name: string, objects: string[], victim: string, answer: string][]>
  > = {
    none: [
      [
        "an iterator of events",
        [`${events}.on(new (${events})(), "x")`],
        `const one = new (${events})(); setTimeout(() => one.emit("x", "secret"), 5);
         for await (const [value] of ${events}.on(one, "x")) return value`,
        "secret",
      ],
      [
        "an iterator of a timer",
        [`${node("timers/promises")}.setInterval(1)`],
        `for await (const one of ${node("timers/promises")}.setInterval(1, "secret")) return one`,
        "secret",
      ],
      [
        "a mapped stream",
        [
          `${stream}.Readable.from(["a"]).map((one) => one)`,
          `${stream}.Readable.from(["a"])[Symbol.asyncIterator]()`,
        ],
        listed,
        "ab",
      ],
      [
        "the states of a stream",
        ["_readableState", "_writableState"].map((name) => `new (${stream}.PassThrough)().${name}`),
        passed,
        "secret",
      ],
      [
        "a decoding stream",
        ["new TextDecoderStream()", "new TextDecoderStream().readable"],
        `return (await Array.fromAsync(new Blob(["secret"]).stream().pipeThrough(new TextDecoderStream())))[0]`,
        "secret",
      ],
      [
        "parameters of a media type",
        [`new (${util}.MIMEType)("a/b;c=d").params`],
        `return new (${util}.MIMEType)("a/b;c=d").params.get("c")`,
        "d",
      ],
      [
        "a parsed URL",
        [`${node("url")}.parse("http://a/")`],
        `return ${node("url")}.format(${node("url")}.parse("http://a/b"))`,
        "http://a/b",
      ],
      [
        "a reader of lines",
        [`${readline}.createInterface({ input: new (${stream}.PassThrough)() })`],
        `const input = ${stream}.Readable.from(["secret\\n"]);
         for await (const line of ${readline}.createInterface({ input })) return line`,
        "secret",
      ],
      [
        "an error of an assertion",
        [`(() => { try { ${assert}.equal(1, 2) } catch (error) { return error } })()`],
        `try { ${assert}.equal(1, 2, "secret") } catch (error) { return error.message }`,
        "secret",
      ],
      [
        "a list of blocked addresses",
        [`new (${net}.BlockList)()`, `new (${net}.SocketAddress)()`],
        `const one = new (${net}.BlockList)(); one.addAddress("192.0.2.1"); return one.check("192.0.2.1")`,
        "true",
      ],
      [
        "a hash",
        [`${crypto}.createHash("md5")`, `${crypto}.createHmac("md5", "key")`],
        `return ${crypto}.createHash("md5").update("x").digest("hex").length`,
        "32",
      ],
      [
        "a group of Diffie and Hellman",
        [`${crypto}.getDiffieHellman("modp14")`, `${crypto}.createDiffieHellman(64)`],
        `return ${crypto}.getDiffieHellman("modp14").getPrime().length`,
        "256",
      ],
      [
        "a signature",
        [`${crypto}.createSign("sha256")`, `${crypto}.createVerify("sha256")`],
        `let text = ""; const { Writable } = ${stream};
         new Writable({ write(one, _, done) { text += one; done() } }).write("secret"); return text`,
        "secret",
      ],
      [
        "a deserializer",
        [`new (${v8}.DefaultDeserializer)(${v8}.serialize(1))`],
        `return ${v8}.deserialize(${v8}.serialize("secret"))`,
        "secret",
      ],
      [
        "the timing of Node",
        [`${node("perf_hooks")}.performance.nodeTiming`, `performance.mark("x")`],
        `return performance.mark("secret").name`,
        "secret",
      ],
      [
        "a port of threads",
        [`new (${threads}.MessageChannel)().port1`],
        `const { port1, port2 } = new (${threads}.MessageChannel)(); port1.postMessage("secret");
         const { message } = ${threads}.receiveMessageOnPort(port2); port1.close(); return message`,
        "secret",
      ],
      [
        "an asynchronous resource",
        [`new (${hooks}.AsyncResource)("x")`, `${hooks}.AsyncLocalStorage.snapshot()`],
        `const one = new (${hooks}.AsyncLocalStorage)();
         return one.run("secret", () => ${hooks}.AsyncResource.bind(() => one.getStore())())`,
        "secret",
      ],
      [
        "a locale",
        [
          `new Intl.Locale("de")`,
          `new Intl.ListFormat()`,
          `new Intl.PluralRules()`,
          `new Intl.Collator()`,
          `new Intl.DurationFormat("de")`,
        ],
        `return new Intl.ListFormat("en").format(["a", "b"]) + new Intl.Locale("de-DE").region`,
        "a and bDE",
      ],
      [
        "a date",
        [
          `Temporal.PlainDate.from("2020-01-01")`,
          `Temporal.Duration.from("P1D")`,
          `Temporal.PlainTime.from("10:00")`,
          `Temporal.Now.zonedDateTimeISO()`,
        ],
        `return String(Temporal.PlainDate.from("2020-01-01").add({ days: 1 }))`,
        "2020-01-02",
      ],
      [
        "an instance of WebAssembly",
        [
          module,
          `new WebAssembly.Instance(${module})`,
          `new WebAssembly.Table({ initial: 1, element: "anyfunc" })`,
          `new WebAssembly.Global({ value: "i32" }, 1)`,
        ],
        `return new WebAssembly.Global({ value: "i32" }, 7).value`,
        "7",
      ],
      [
        "a stack of resources",
        ["new DisposableStack()", "new AsyncDisposableStack()"],
        `let ended = 0; { using one = new DisposableStack(); one.defer(() => ended++) } return ended`,
        "1",
      ],
      [
        "a helper of iterators",
        ["[1].values().take(1)", "Iterator.from({ next() {} })", "new Map().keys()"],
        `return [1, 2].values().map((one) => one * 2).toArray()`,
        "2,4",
      ],
      [
        "a key",
        [`await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign"])`],
        `const one = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign"]);
         return one.algorithm.name`,
        "HMAC",
      ],
      [
        "a reader of files",
        ["new FileReader()", `new ProgressEvent("x")`],
        `return await new Promise((go) => { const one = new FileReader();
           one.onload = () => go(one.result); one.readAsText(new Blob(["secret"])) })`,
        "secret",
      ],
      [
        "a form",
        ["new FormData()", "new FormData().entries()", "new Response(new FormData())"],
        `const one = new FormData(); one.set("a", "secret");
         return (await new Response(one).formData()).get("a")`,
        "secret",
      ],
      [
        "a combined signal",
        ["AbortSignal.any([AbortSignal.abort()])", "new AbortController()"],
        `const one = new AbortController(); const both = AbortSignal.any([one.signal]); one.abort("secret");
         return both.reason`,
        "secret",
      ],
      [
        "a clone",
        [`new Error("x")`, `new Blob(["x"])`, `new DOMException("x")`].map((one) =>
          `structuredClone(${one})`
        ),
        `return structuredClone(new Error("secret")).message`,
        "secret",
      ],
    ],
    net: [
      [
        "a WebSocket",
        [`Object.assign(new WebSocket("ws://127.0.0.1:${port}/"), { onerror() {} })`],
        `return await new Promise((go) => new WebSocket("ws://127.0.0.1:${port}/").onerror = (one) => go(one.type))`,
        "error",
      ],
      [
        "a response of the network",
        [
          `await fetch("${url}")`,
          `(await fetch("${url}")).body`,
          `(await fetch("${url}")).headers`,
        ],
        fetched,
        "fine",
      ],
      [
        "a reader of bytes",
        [`(await fetch("${url}")).body.getReader({ mode: "byob" })`],
        `const one = (await fetch("${url}")).body.getReader({ mode: "byob" });
         return (await one.read(new Uint8Array(4))).value.length`,
        "4",
      ],
      ["a request of Node", [`${http}.get("${url}").on("error", () => {})`], request, "200"],
      [
        "a response of Node",
        ["one", "one.socket", "one.socket._handle"].map((name) =>
          `(await new Promise((go) => ${http}.get("${url}", (one) => go(${name}))))`
        ),
        request,
        "200",
      ],
      [
        "an HTTP client",
        ["Deno.createHttpClient({})"],
        `const client = Deno.createHttpClient({}); const text = await (await fetch("${url}", { client })).text();
         client.close(); return text`,
        "fine",
      ],
      [
        "a connection",
        ["one", "one.readable", "one.writable"].map((name) =>
          `(await Deno.connect({ hostname: "127.0.0.1", port: ${port} }).then((one) => ${name}))`
        ),
        `const one = await Deno.connect({ hostname: "127.0.0.1", port: ${port} });
         await one.write(new TextEncoder().encode("GET / HTTP/1.0\\r\\n\\r\\n"));
         const bytes = new Uint8Array(4); await one.read(bytes); one.close();
         return new TextDecoder().decode(bytes)`,
        "HTTP",
      ],
      [
        "a resolver with promises",
        [
          `new (${node("dns/promises")}.Resolver)()`,
          `new (${node("dns/promises")}.Resolver)()._handle`,
        ],
        `return typeof new (${node("dns/promises")}.Resolver)().resolve4`,
        "function",
      ],
    ],
    files: [
      [
        "an open file",
        [`Deno.openSync("${file}")`, `Deno.openSync("${file}").readable`],
        `using one = Deno.openSync("${file}"); const bytes = new Uint8Array(7); one.readSync(bytes);
         return new TextDecoder().decode(bytes)`,
        "allowed",
      ],
      [
        "a handle of a file",
        [`await ${handles}.open("${file}")`, `await (await ${handles}.open("${file}")).stat()`],
        `const one = await ${handles}.open("${file}"); const text = await one.readFile("utf8");
         await one.close(); return text.trim()`,
        "allowed",
      ],
      [
        "facts about a file",
        [
          `${fs}.statSync("${file}")`,
          `${fs}.readdirSync("${folder}/allowed", { withFileTypes: true })[0]`,
        ],
        `return ${fs}.statSync("${file}").isFile()`,
        "true",
      ],
      [
        "a watched folder",
        [`Deno.watchFs("${folder}/allowed")`],
        `const one = Deno.watchFs("${folder}/allowed"); setTimeout(() => one.close(), 20);
         for await (const event of one); return "closed"`,
        "closed",
      ],
    ],
    run: [
      [
        "the result of a program",
        ["", ".stdout"].map((part) => `${children}.spawnSync("/usr/bin/printf", ["x"])${part}`),
        `return String(${children}.execFileSync("/usr/bin/printf", ["secret"]))`,
        "secret",
      ],
      [
        "a running program",
        [`new Deno.Command("/usr/bin/printf", { args: ["x"], stdout: "piped" }).spawn()`],
        `const one = new Deno.Command("/usr/bin/printf", { args: ["secret"], stdout: "piped" }).spawn();
         return new TextDecoder().decode((await one.output()).stdout)`,
        "secret",
      ],
    ],
  };

  const others: Ambush[] = [
    [
      "replace the functions of query strings",
      "none",
      assign(
        ...["escape", "unescape", "parse"].map((name) =>
          `${node("querystring")}.${name} = () => "forged"`
        ),
      ),
      `return ${node("querystring")}.parse("a=%41").a`,
      "A",
    ],
    [
      "replace the functions of paths",
      "none",
      assign(
        `${node("path")}.join = () => "x"`,
        `${node("path")}.posix.join = () => "x"`,
        `${node("path")}.sep = "x"`,
      ),
      `return ${node("path")}.join("a", "b")`,
      "a/b",
    ],
    [
      "change the lists of HTTP",
      "none",
      assign(
        `${http}.STATUS_CODES[200] = "x"`,
        `${http}.METHODS.length = 0`,
        `${http}.maxHeaderSize = 1`,
      ),
      `return ${http}.STATUS_CODES[200] + ${http}.METHODS.includes("GET") + (${http}.maxHeaderSize > 1)`,
      "OKtruetrue",
    ],
    [
      "change the constants of the system",
      "none",
      assign(`${node("os")}.constants.signals.SIGTERM = 9`, `${node("os")}.EOL = "x"`),
      `return ${node("os")}.constants.signals.SIGTERM + ${node("os")}.EOL.length`,
      "16",
    ],
    [
      "change the constants of cryptography",
      "none",
      assign(
        `${crypto}.constants.RSA_PKCS1_PADDING = 9`,
        `${crypto}.webcrypto = 1`,
        `${crypto}.fips = 1`,
      ),
      `return ${crypto}.constants.RSA_PKCS1_PADDING + typeof ${crypto}.webcrypto`,
      "1object",
    ],
    [
      "weaken TLS",
      "net",
      assign(
        `${node("tls")}.DEFAULT_MIN_VERSION = "TLSv1"`,
        `${node("tls")}.DEFAULT_CIPHERS = "x"`,
        `${node("tls")}.checkServerIdentity = () => undefined`,
      ),
      `return ${node("tls")}.DEFAULT_MIN_VERSION + ${node("tls")}.checkServerIdentity.length`,
      "TLSv1.22",
    ],
    [
      "change the size of printed buffers",
      "none",
      assign(`${node("buffer")}.INSPECT_MAX_BYTES = 1`),
      `return ${node("buffer")}.INSPECT_MAX_BYTES > 1`,
      "true",
    ],
    [
      "silence a warning for other checks",
      "none",
      `${util}.deprecate(() => 1, "x", "DEP9")()`,
      `return ${util}.deprecate(() => "secret", "x", "DEP9")()`,
      "secret",
    ],
    [
      "receive rejections as an event",
      "none",
      `addEventListener("unhandledrejection", (one) => loot.push(one));
       addEventListener("error", (one) => loot.push(one));
       globalThis.onunhandledrejection = globalThis.onerror = (one) => loot.push(one)`,
      `Promise.reject(new Error("secret")); setTimeout(() => { throw new Error("secret") });
       await new Promise((go) => setTimeout(go, 20)); return 1`,
      "1",
    ],
    [
      "define symbols that Node looks up",
      "none",
      define(
        [
          "nodejs.util.promisify.custom",
          "nodejs.rejection",
          "nodejs.stream.disturbed",
          "nodejs.ref",
        ]
          .map((name) => `Symbol.for("${name}")`).join(),
        "Object.prototype, Function.prototype",
      )
        .replace("loot.push(name)", "loot.push(1)"),
      `return await ${util}.promisify((done) => done(null, "secret"))()`,
      "secret",
    ],
    [
      "make all objects thenable",
      "none",
      define(`"then"`, "Object.prototype, Array.prototype, Function.prototype"),
      `return await (async () => ({ a: "secret" }))().then(({ a }) => a)`,
      "secret",
    ],
    [
      "set the options of all functions",
      "none",
      define(
        `"signal", "highWaterMark", "agent", "lookup", "client", "shell", "cwd", "env", "mode"`,
        "Object.prototype",
      ),
      `return new (${stream}.PassThrough)().readableHighWaterMark > 1`,
      "true",
    ],
    [
      "set the attributes of all descriptors",
      "none",
      define(`"get", "set", "value", "writable", "configurable"`, "Object.prototype"),
      `return Object.getOwnPropertyDescriptor({ a: "secret" }, "a").value`,
      "secret",
    ],
  ];

  return [
    ...Object.entries(instances).flatMap(([command, rows]) =>
      rows.map(([name, objects, victim, answer]): Ambush => [
        `replace the methods of ${name}`,
        command,
        `for (const make of [${objects.map((one) => `async () => ${one}`).join(",\n")}]) {
           const made = await make(); if (made) { ${replaceAll("made")} } }`,
        victim,
        answer,
      ])
    ),
    ...others,
  ];
}
