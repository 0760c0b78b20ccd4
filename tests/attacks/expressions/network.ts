/** Attempts to reach undeclared hosts, ports and sockets, and to listen. */
import { type Expression, node, notForChecks, requires, type Surroundings } from "./expression.ts";

/** Returns code that waits for the first of two events of an emitter. */
function first(made: string, event: string): string {
  return `return await new Promise((go, no) => ${made}.on("error", no).on("${event}", () => go("${event}")))`;
}

/** The attempts. */
export function network({ folder, port, other }: Surroundings): Expression[] {
  const declared = `http://127.0.0.1:${port}`;
  const no = requires("net", `127.0.0.1:${other}`);
  const outside = `${folder}/outside/socket`;
  const noSocket = requires("read", outside);
  const client = (options: string) =>
    `return await fetch("${declared}/", { client: Deno.createHttpClient(${options}) })`;
  const datagram = `const socket = ${node("dgram")}.createSocket("udp4");`;
  return [
    [
      "fetch a declared address by name",
      "net",
      `return await fetch("http://localhost:${port}/")`,
      requires("net", `localhost:${port}`),
    ],
    ["fetch by an octal address", "net", `return await fetch("http://0177.0.0.1:${other}/")`, no],
    ["fetch by a short address", "net", `return await fetch("http://127.1:${other}/")`, no],
    [
      "fetch by a hexadecimal address",
      "net",
      `return await fetch("http://0x7f000001:${other}/")`,
      no,
    ],
    [
      "fetch by an address with a dot at its end",
      "net",
      `return await fetch("http://127.0.0.1.:${other}/")`,
      no,
    ],
    [
      "fetch by full-width digits",
      "net",
      `return await fetch("http://\\uff11\\uff12\\uff17.0.0.1:${other}/")`,
      no,
    ],
    [
      "fetch by a mapped address",
      "net",
      `return await fetch("http://[::ffff:7f00:1]:${other}/")`,
      requires("net", `127.0.0.1:${other}`),
    ],
    [
      "fetch by a host in the user name",
      "net",
      `return await fetch("http://127.0.0.1:${port}@127.0.0.1:${other}/")`,
      no,
    ],
    [
      "fetch by a host before a backslash",
      "net",
      `return await fetch("http://127.0.0.1:${other}\\\\@127.0.0.1:${port}/")`,
      no,
    ],
    [
      "follow a redirect with a body",
      "net",
      `return await fetch("${declared}/redirect?status=307", { method: "POST", body: "x" })`,
      no,
    ],
    [
      "follow a redirect to another address family",
      "net",
      `return await fetch("${declared}/redirect?to=http://[::1]:${other}/")`,
      requires("net", `[::1]:${other}`),
    ],
    [
      "follow a redirect without a scheme",
      "net",
      `return await fetch("${declared}/redirect?to=//127.0.0.1:${other}/")`,
      no,
    ],
    [
      "follow a redirect through a declared redirect",
      "net",
      `return await fetch("${declared}/redirect?to=/redirect")`,
      no,
    ],
    [
      "follow a redirect to a file",
      "net",
      `return await fetch("${declared}/redirect?to=file://${folder}/secret")`,
      "Fetch failed",
    ],
    [
      "follow a redirect to data",
      "net",
      `return await fetch("${declared}/redirect?to=data:text/plain,x")`,
      "Fetch failed",
    ],
    [
      "follow a redirect of a WebSocket",
      "net",
      `const socket = new WebSocket("ws://127.0.0.1:${port}/redirect");
       return await new Promise((go) => { socket.onerror = (e) => go(e.message); socket.onopen = go })`,
      "Invalid status code: 302",
    ],
    [
      "follow a redirect of an event source",
      "net",
      `const source = new EventSource("${declared}/redirect");
       return await new Promise((go) => {
         source.onerror = () => { source.close(); go("refused") }; source.onopen = go })`,
      "refused",
    ],
    [
      "open an event source",
      "none",
      `const source = new EventSource("http://127.0.0.1:${other}/");
       return await new Promise((go) => {
         source.onerror = () => { source.close(); go("refused") }; source.onopen = go })`,
      "refused",
    ],
    [
      "resolve a declared name to another address",
      "name",
      `const lookup = (_, options, call) =>
         options.all ? call(null, [{ address: "127.0.0.2", family: 4 }]) : call(null, "127.0.0.2", 4);
       ${first(`${node("net")}.connect({ host: "localhost", port: ${port}, lookup })`, "connect")}`,
      requires("net", `127.0.0.2:${port}`),
    ],
    [
      "resolve an undeclared port",
      "net",
      `const lookup = (_, options, call) => options.all ? call(null, [{ address: "127.0.0.1", family: 4 }]) : call(null, "127.0.0.1", 4);
       ${first(`${node("http")}.get({ host: "a", port: ${other}, lookup })`, "response")}`,
      no,
    ],
    [
      "change the host between two reads",
      "net",
      `let reads = 0; const target = { host: "127.0.0.1",
         get port() { return reads++ ? ${other} : ${port} } };
       ${first(`${node("net")}.connect(target)`, "connect")}`,
      /connect|NotCapable/,
    ],
    [
      "change the port between two reads of the runtime",
      "net",
      `let reads = 0; const connection = await Deno.connect({ hostname: "127.0.0.1",
         get port() { return reads++ ? ${other} : ${port} } });
       const got = connection.remoteAddr.port === ${port}; connection.close(); return got`,
      "true",
    ],
    [
      "change the proxy between two reads",
      "net",
      `let reads = 0; const client = Deno.createHttpClient({ proxy: {
         get url() { return reads++ ? "http://127.0.0.1:${other}" : "${declared}" } } });
       return (await fetch("${declared}/", { client })).status`,
      /200|NotCapable/,
    ],
    [
      "connect with HTTP/2",
      "net",
      first(`${node("http2")}.connect("http://127.0.0.1:${other}")`, "connect"),
      no,
    ],
    [
      "connect with HTTP/2 over another socket",
      "net",
      `const made = ${node("net")}.connect(${other}, "127.0.0.1");
       ${first("made", "connect")}`,
      no,
    ],
    [
      "connect with TLS",
      "net",
      `return await Deno.connectTls({ hostname: "127.0.0.1", port: ${other} })`,
      no,
    ],
    [
      "connect with HTTPS",
      "net",
      first(`${node("https")}.get("https://127.0.0.1:${other}/")`, "response"),
      "NotCapable",
    ],
    [
      "use a proxy by host and port",
      "net",
      client(`{ proxy: { transport: "tcp", hostname: "127.0.0.1", port: ${other} } }`),
      no,
    ],
    ["use a SOCKS proxy", "net", client(`{ proxy: { url: "socks5://127.0.0.1:${other}" } }`), no],
    [
      "use a proxy with an unstable transport",
      "net",
      client(`{ proxy: { transport: "vsock", cid: 1, port: 1 } }`),
      requires("net", "vsock:1:1"),
    ],
    [
      "use a proxy socket outside of the declared folder",
      "unix",
      client(`{ proxy: { transport: "unix", path: "${outside}" } }`),
      noSocket,
    ],
    [
      "connect to a socket outside of the declared folder",
      "unix",
      `return await Deno.connect({ transport: "unix", path: "${outside}" })`,
      noSocket,
    ],
    [
      "connect to a socket through dots",
      "unix",
      `return await Deno.connect({ transport: "unix", path: "${folder}/allowed/../outside/socket" })`,
      noSocket,
    ],
    [
      "connect to a socket with node:http",
      "unix",
      first(`${node("http")}.get({ socketPath: "${outside}" })`, "response"),
      noSocket,
    ],
    [
      "connect to an abstract socket",
      "unix",
      `return await Deno.connect({ transport: "unix", path: "\\0abstract" })`,
      "and an absolute path",
    ],
    [
      "connect to an abstract socket with node:net",
      "unix",
      first(`${node("net")}.connect("\\0abstract")`, "connect"),
      "and an absolute path",
    ],
    [
      "connect to an abstract socket without files",
      "none",
      `return await Deno.connect({ transport: "unix", path: "\\0abstract" })`,
      "NotCapable",
    ],
    [
      "listen on a socket in a declared folder",
      "unix",
      first(`${node("net")}.createServer().listen("${folder}/allowed/new.socket")`, "listening"),
      "NotCapable",
    ],
    [
      "listen with HTTP",
      "net",
      first(`${node("http")}.createServer().listen(${port}, "127.0.0.1")`, "listening"),
      "EACCES",
    ],
    [
      "listen with HTTP/2",
      "net",
      first(`${node("http2")}.createServer().listen(${port}, "127.0.0.1")`, "listening"),
      "EACCES",
    ],
    [
      "listen with TLS",
      "net",
      first(`${node("tls")}.createServer().listen(${port}, "127.0.0.1")`, "listening"),
      "EACCES",
    ],
    [
      "listen on an open descriptor",
      "net",
      first(`${node("net")}.createServer().listen({ fd: 5 })`, "listening"),
      "EINVAL",
    ],
    [
      "listen with a server of the runtime",
      "net",
      "return Deno.serveHttp({})",
      notForChecks("Deno.serveHttp"),
    ],
    [
      "listen for datagrams",
      "net",
      "return Deno.listenDatagram({ port: 0, transport: 'udp' })",
      /listenDatagram/,
    ],
    [
      "listen for datagrams on a declared port",
      "net",
      `${datagram} ${first(`socket.bind(${port}, "127.0.0.1")`, "listening")}`,
      "bind EACCES",
    ],
    [
      "adopt a descriptor for datagrams",
      "net",
      `${datagram} socket.bind({ fd: 5 }); return "bound"`,
      /Unsupported fd type|not for a check/,
    ],
    [
      "join a multicast group",
      "net",
      `${datagram} socket.addMembership("224.0.0.251"); return "joined"`,
      /EBADF|EACCES|NotCapable/,
    ],
    [
      "ask an undeclared name server",
      "net",
      `return await Deno.resolveDns("a.example", "A",
         { nameServer: { ipAddr: "127.0.0.1", port: ${other} } })`,
      no,
    ],
    [
      "ask for a service name",
      "net",
      `return await ${node("dns")}.promises.lookupService("127.0.0.1", 22)`,
      "EPERM",
    ],
    [
      "list the interfaces of the host",
      "net",
      `return ${node("os")}.networkInterfaces()`,
      requires("sys", "networkInterfaces"),
    ],
    [
      "inject a header",
      "net",
      `return await fetch("${declared}/", { headers: { x: "a\\r\\nb: c" } })`,
      "TypeError",
    ],
    [
      "reach undeclared hosts from a process",
      "net_process",
      `return await fetch("${declared}/redirect")`,
      no,
    ],
    [
      "listen in a process",
      "net_process",
      first(`${node("net")}.createServer().listen(${port}, "127.0.0.1")`, "listening"),
      "EACCES",
    ],
    ...([
      [
        "connect to the address of all interfaces",
        first(`${node("net")}.connect(${other}, "0.0.0.0")`, "connect"),
        "NotCapable",
      ],
      [
        "connect to a mapped address",
        first(`${node("net")}.connect(${other}, "::ffff:127.0.0.1")`, "connect"),
        no,
      ],
      [
        "connect to a number as a host",
        `return await Deno.connect({ hostname: "2130706433", port: ${other} })`,
        "NotCapable",
      ],
      [
        "connect to a port that overflows",
        `return await Deno.connect({ hostname: "127.0.0.1", port: ${other} + 65536 })`,
        "RangeError",
      ],
      [
        "connect to a port with blanks",
        first(`${node("net")}.connect({ host: "127.0.0.1", port: " ${other} " })`, "connect"),
        no,
      ],
      [
        "connect to a host with a NUL",
        `return await Deno.connect({ hostname: "127.0.0.1\\0.x", port: ${other} })`,
        "URIError",
      ],
      [
        "connect to one of several addresses",
        first(
          `${node("net")}.connect({ host: "x", port: ${other}, autoSelectFamily: true,
           lookup: (_, __, call) => call(null, [{ address: "127.0.0.1", family: 4 }]) })`,
          "connect",
        ),
        no,
      ],
      [
        "listen with a function of Node's servers",
        `${node("net")}.createServer()._listen2("127.0.0.1", ${other}, 4, 5)`,
        /NotCapable|OK undefined/,
      ],
      [
        "bind a handle to an address",
        `return ${node("net")}.connect(${port}, "127.0.0.1")._handle.bind("127.0.0.1", ${other})`,
        no,
      ],
      [
        "connect with HTTP/2 by its own function",
        first(
          `${node("http2")}.connect("${declared}",
           { createConnection: () => ${node("net")}.connect(${other}, "127.0.0.1") })`,
          "connect",
        ),
        no,
      ],
      [
        "use a proxy of an agent",
        first(
          `${node("http")}.get({ host: "127.0.0.1", port: ${port}, agent: new (${
            node("http")
          }.Agent)(
           { proxyEnv: { HTTP_PROXY: "http://127.0.0.1:${other}" } }) })`,
          "response",
        ),
        no,
      ],
      [
        "use a dispatcher",
        `return await fetch("http://127.0.0.1:${other}/", { dispatcher: { dispatch() {} } })`,
        no,
      ],
      [
        "use an object as a client",
        `return await fetch("${declared}/", { client: { rid: 3 } })`,
        "TypeError",
      ],
      [
        "add a header with a line break",
        `return ${node("http")}.get("${declared}", { headers: { x: "a\\r\\nb: c" } })`,
        "Invalid character in header",
      ],
      [
        "resolve a name with its own server",
        `const one = new (${
          node("dns")
        }.promises.Resolver)(); one.setServers(["127.0.0.1:${other}"]); return await one.resolve4("x.y")`,
        "NotCapable",
      ],
      [
        "resolve an address",
        `return await ${node("dns")}.promises.lookupService("127.0.0.1", 22)`,
        "EPERM",
      ],
      [
        "serve a Unix socket",
        `return Deno.serve({ path: "${folder}/allowed/x" }, () => {})`,
        notForChecks("Deno.serve"),
      ],
      [
        "bind a datagram socket to a fraction of a port",
        `const one = ${node("dgram")}.createSocket({ type: "udp4", reusePort: true });
         return await new Promise((go) => { one.on("error", go); one.bind({ port: 0.5 }, () => go("bound")) })`,
        "EACCES",
      ],
      [
        "list the interfaces",
        "return Deno.networkInterfaces()",
        requires("sys", "networkInterfaces"),
      ],
      [
        "read into a buffer that is resized",
        `const one = await Deno.connect({ hostname: "127.0.0.1", port: ${port} });
         const buffer = new ArrayBuffer(9, { maxByteLength: 99 }); one.read(new Uint8Array(buffer)).catch(() => {});
         try { buffer.resize(0) } finally { one.close() }`,
        "a check cannot shrink a buffer",
      ],
      [
        "start TLS twice on a connection",
        `const one = await Deno.connect({ hostname: "127.0.0.1", port: ${port} });
         const [a, b] = await Promise.allSettled([1, 2].map(() => Deno.startTls(one, { hostname: "x" })));
         a.value?.close(); return b.reason`,
        "BadResource",
      ],
      [
        "use a transport that does not exist",
        "return [typeof WebTransport, typeof Deno.connectQuic, typeof Deno.QuicEndpoint]",
        "OK undefined,undefined,undefined",
      ],
    ] as const).map(([attempt, code, answer]): Expression => [attempt, "net", code, answer]),
  ];
}
