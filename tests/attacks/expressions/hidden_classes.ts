/**
 * Finds the classes that user code can change. It runs inside a sandbox: a test sends its source.
 * It creates objects of many kinds, and follows their prototypes and all of their properties.
 */
export async function findChangeable(
  { folder, port }: { folder: string; port: number },
): Promise<string[]> {
  // deno-lint-ignore no-explicit-any -- the modules of Node, by name
  const node = (name: string): any => process.getBuiltinModule(name);
  // deno-lint-ignore no-explicit-any -- names that the types of the runtime lack
  const all = globalThis as any;
  const key = new Uint8Array(16);
  const ignore = (emitter: { on(event: string, run: () => void): unknown }) => {
    emitter.on("error", () => {});
    return emitter;
  };
  const makers: Record<string, () => unknown> = {
    stream: () => new ReadableStream({ start: (to) => to.enqueue(1) }),
    reader: () => {
      const reader = new ReadableStream().getReader();
      reader.read();
      return reader;
    },
    tee: () => new ReadableStream().tee()[0],
    bytes: () => {
      const reader = new ReadableStream({ type: "bytes" }).getReader({ mode: "byob" });
      reader.read(new Uint8Array(1));
      return reader;
    },
    iterator: () => new ReadableStream().values(),
    writer: () => {
      const writer = new WritableStream({ write: () => new Promise(() => {}) }).getWriter();
      writer.write(1);
      writer.write(1);
      return writer;
    },
    transform:
      () => [new TransformStream(), new TextDecoderStream(), new CompressionStream("gzip")],
    web:
      () => [new Headers({ a: "b" }), new Response("x"), new Response("x").clone(), new FormData()],
    request: () => new Request("http://a/", { method: "POST", body: "x" }),
    blob: () => [new Blob(["x"]), new Blob(["x"]).stream(), new File(["x"], "y")],
    url: () => [new URL("http://a/?b=c").searchParams, new URLPattern("http://a/:b")],
    abort: () => [new AbortController(), AbortSignal.any([AbortSignal.abort()])],
    channel: () => {
      const { port1, port2 } = new MessageChannel();
      setTimeout(() => port1.close());
      return [port1, port2];
    },
    event: () => [new EventTarget(), new CustomEvent("x"), new ErrorEvent("x")],
    performance: () => [performance.mark("x"), performance.measure("y")],
    intl:
      () => [new Intl.NumberFormat(), new Intl.DateTimeFormat(), new Intl.Segmenter().segment("")],
    temporal: () => [all.Temporal.Now.instant(), all.Temporal.Now.zonedDateTimeISO()],
    wasm:
      () => [new WebAssembly.Memory({ initial: 1 }), new WebAssembly.Global({ value: "i32" }, 1)],
    timer: () => [setTimeout(() => {}, 1), all.setImmediate(() => {})],
    iterators: () => [[].keys(), new Map().keys(), "a".matchAll(/a/g), [1].values().map(String)],
    error: () => [new AggregateError([]), new DOMException("x"), new Deno.errors.NotFound("x")],
    navigator: () => [navigator, all.navigator.userAgentData, all.location],
    client: () => Deno.createHttpClient({}),
    emitter: () => new (node("events").EventEmitterAsyncResource)({ name: "x" }),
    nodeStream: () => [new (node("stream").PassThrough)(), node("stream").Readable.from(["a"])],
    hooks: () => [
      new (node("async_hooks").AsyncLocalStorage)(),
      new (node("async_hooks").AsyncResource)("x"),
    ],
    socket: () => [new (node("net").Socket)(), new (node("net").BlockList)()],
    servers: () =>
      ["http", "https", "net", "tls", "http2"].map((name) => node(name).createServer()),
    agents: () => [new (node("http").Agent)(), new (node("https").Agent)()],
    message: () => {
      const asked = node("http").request({ host: "127.0.0.1", port: 1 });
      ignore(asked);
      setTimeout(() => asked.destroy(), 1);
      return [asked, new (node("http").IncomingMessage)(), new (node("http").ServerResponse)({})];
    },
    parser: () => node("_http_common").parsers.alloc(),
    datagram: () => ignore(node("dgram").createSocket("udp4")),
    hash: () => [node("crypto").createHash("md5"), node("crypto").createHmac("md5", "k")],
    cipher: () => [
      node("crypto").createCipheriv("aes-128-cbc", key, key),
      node("crypto").createDecipheriv("aes-128-cbc", key, key),
    ],
    signer: () => [node("crypto").createSign("sha256"), node("crypto").createVerify("sha256")],
    keys: () => [
      node("crypto").generateKeyPairSync("ec", { namedCurve: "P-256" }),
      node("crypto").createSecretKey(key),
      node("crypto").createECDH("prime256v1"),
    ],
    zlib: () => [node("zlib").createGzip(), node("zlib").createBrotliCompress()],
    lines: () => node("readline").createInterface({ input: node("stream").Readable.from(["a"]) }),
    text:
      () => [new (node("string_decoder").StringDecoder)(), new (node("util").MIMEType)("a/b;c=d")],
    histogram:
      () => [node("perf_hooks").createHistogram(), node("perf_hooks").monitorEventLoopDelay()],
    resolver: () => [new (node("dns").Resolver)(), new (node("dns").promises.Resolver)()],
    process: () =>
      Reflect.ownKeys(process).map((name) => {
        try {
          return Reflect.get(process, name);
        } catch {
          return undefined;
        }
      }),
    duplex: () => node("stream").duplexPair(),
    typed: () => [node("stream").Writable, node("fs").ReadStream, node("fs").WriteStream],
    web2: () => [
      node("stream").Readable.toWeb(node("stream").Readable.from(["a"])),
      node("stream").Writable.toWeb(new (node("stream").PassThrough)()),
    ],
    on: async () => {
      const emitter = new (node("events"))();
      const values = node("events").on(emitter, "x");
      emitter.emit("x", 1);
      await values.next();
      return values;
    },
    promises: () => [node("timers/promises").setInterval(1), node("timers/promises").scheduler],
    tracing: () => node("diagnostics_channel").tracingChannel("x"),
    modules: () =>
      node("module").builtinModules.map((name: string) => {
        try {
          return node(name);
        } catch {
          return undefined;
        }
      }),
  };
  const sleep = (milliseconds: number) => new Promise((go) => setTimeout(go, milliseconds));
  const later = (run: () => void) => setTimeout(run, 500);
  /** Objects that need a permission. */
  const live: Record<string, () => unknown> = {
    connection: async () => {
      const made = await Deno.connect({ hostname: "127.0.0.1", port });
      later(() => made.close());
      return [made, made.readable, made.writable];
    },
    tls: async () => {
      const made = node("tls").connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
      ignore(made);
      const { ssl } = made;
      await sleep(50);
      made.destroy();
      return [made, ssl];
    },
    http2: async () => {
      const made = node("http2").connect(`http://127.0.0.1:${port}/`);
      ignore(made);
      const asked = made.request({ ":path": "/" });
      ignore(asked);
      await sleep(100);
      later(() => made.destroy());
      return [made, asked];
    },
    response: async () => [await fetch(`http://127.0.0.1:${port}/`)],
    child: () => {
      const options = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
      const made = new Deno.Command("/bin/cat", options).spawn();
      later(() => made.kill());
      return [made, made.stdin, made.stdout, made.stderr, made.status];
    },
    nodeChild: async () => {
      const made = node("child_process").spawn("/bin/cat", []);
      await sleep(50);
      later(() => made.kill());
      return made;
    },
    file: async () => {
      const made = await Deno.open(`${folder}/allowed/file`);
      later(() => made.close());
      return [made, made.readable, Deno.watchFs(`${folder}/allowed`)];
    },
    handle: async () => {
      const made = await node("fs/promises").open(`${folder}/allowed/file`);
      return [made, made.readLines(), made.createReadStream()];
    },
    fileStream: () => node("fs").createReadStream(`${folder}/allowed/file`),
  };
  for (const [name, make] of Object.entries(live)) {
    makers[name] = async () => {
      try {
        return await make();
      } catch (error) {
        if (/NotCapable|EACCES|EPERM/.test(String(error))) return undefined;
        throw error;
      }
    };
  }
  const found: string[] = [];
  const seen = new Set<unknown>();
  const queue: [value: object, path: string][] = [];
  const push = (value: unknown, path: string) => {
    if ((typeof value !== "object" || value === null) && typeof value !== "function") return;
    if (seen.has(value) || path.split(".").length > 8) return;
    seen.add(value);
    queue.push([value, path]);
  };
  push(globalThis, "globalThis");
  for (const [name, make] of Object.entries(makers)) push(await make(), name);
  for (const [value, path] of queue) {
    const weak: string[] = [];
    const names = Reflect.ownKeys(value);
    for (const name of names) {
      const { value: part, writable, configurable, get } = Reflect.getOwnPropertyDescriptor(
        value,
        name,
      )!;
      if (writable || configurable) weak.push(String(name));
      push(part, `${path}.${String(name)}`);
      push(get, `${path}.get ${String(name)}`);
    }
    // Only the prototype of a class has a method and its constructor.
    if (names.includes("constructor") && weak.some((name) => name !== "constructor")) {
      found.push(`${path}: ${weak.join(" ")}`);
    }
    // Such a class exposes the last match of all code in the realm.
    if (names.includes("lastMatch")) found.push(`${path}: lastMatch`);
    push(Reflect.getPrototypeOf(value), `${path}.prototype`);
  }
  return [`${queue.length > 5_000}`, ...found];
}
