import { connect } from "node:net";
import tls from "node:tls";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { listen } from "../../src/net/listen.ts";
import type { TlsServerOptions } from "../../src/net/tls_options.ts";
import { answering, askTls, HOST, listening, readAll, readUntil, selfSigned } from "./listening.ts";
import { later, PATIENCE, statusOf, within } from "../waiting.ts";

const encoder = new TextEncoder();

const ipv6 = (() => {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
})();

/** Returns options for a plain listener, for `node:tls` and for `Deno.listenTls`. */
async function both(): Promise<{ name: string; options: Parameters<typeof listening>[1] }[]> {
  const tls = await selfSigned();
  return [
    { name: "plain", options: {} },
    { name: "node:tls", options: { tls } },
    { name: "Deno.listenTls", options: { tls, onStuck() {} } },
  ];
}

Deno.test("listen() skips connections that the peer reset before they were accepted", async () => {
  const errors: unknown[] = [];
  const onAcceptError = (error: unknown) => errors.push(error);
  const listener = await listen({ hostname: HOST, port: 0, onAcceptError });
  const { port } = listener.address;
  for (let count = 0; count < 100; count++) {
    const socket = connect(port, HOST);
    await within(
      PATIENCE,
      "a connection",
      new Promise((resolve) => socket.once("connect", resolve)),
    );
    socket.resetAndDestroy();
  }
  await later(50);
  using peer = await Deno.connect({ hostname: HOST, port });
  const accepted = await within(PATIENCE, "the connection of the peer", listener.accept());
  assertEquals(accepted?.peer.port, (peer.localAddr as Deno.NetAddr).port);
  // Each error would cause a wait. All waits together would take five seconds.
  assertEquals(errors, []);
  accepted?.close();
  listener.close();
});

Deno.test("listen() accepts plain connections and reports the address of the peer", async () => {
  await using server = await listening(async (connection) => {
    assertEquals(await connection.handshake(), undefined);
    assertEquals(await readUntil(connection, ""), "hello");
    await connection.write(encoder.encode(JSON.stringify(connection.peer)));
    await connection.end();
  });
  using conn = await Deno.connect({ hostname: HOST, port: server.port });
  await conn.write(encoder.encode("hello"));
  // The peer has ended its side: the server must still answer.
  await conn.closeWrite();
  const text = await new Response(conn.readable).text();
  assertEquals(JSON.parse(text), { address: HOST, port: conn.localAddr.port });
});

Deno.test("listen() needs only permission for its address", {
  permissions: { net: [HOST] },
}, async () => {
  for (const { options } of await both()) {
    await using server = await listening(answering("fine"), options);
    if (options?.tls !== undefined) {
      assertEquals((await askTls(server.port, "query\n")).answer, "6 fine");
    }
  }
});

Deno.test("listen() reports why it cannot listen", async () => {
  using taken = Deno.listen({ hostname: HOST, port: 0 });
  const { port } = taken.addr;
  for (const { name, options } of await both()) {
    const error = await assertRejects(() => listen({ hostname: HOST, port, ...options }), Error);
    assertEquals(error.message, `Cannot listen on ${HOST}:${port}: Address already in use`, name);
  }
});

Deno.test(
  "listen() reports why an IPv6 address of another host cannot be used",
  { ignore: !ipv6 },
  async () => {
    for (const { name, options } of await both()) {
      const port = 5666;
      const elsewhere = { hostname: "2001:db8::1", port, ...options };
      const none = await assertRejects(() => listen(elsewhere), Error);
      const where = `[2001:db8::1]:${port}`;
      assertEquals(
        none.message,
        `Cannot listen on ${where}: Cannot assign requested address`,
        name,
      );
    }
  },
);

Deno.test("listen() without permission throws NotCapable", { permissions: "none" }, async () => {
  for (const { options } of await both()) {
    const where = { hostname: HOST, port: 0, ...options };
    await assertRejects(() => listen(where), Deno.errors.NotCapable);
  }
});

Deno.test("listen() accepts IPv6, and reports IPv4 peers of an IPv6 socket as IPv4", {
  ignore: !ipv6,
}, async () => {
  const rows = [["::1", "::1", "::1"], ["[::1]", "::1", "::1"], ["::", HOST, HOST]] as const;
  for (const [hostname, from, expected] of rows) {
    for (const { options } of await both()) {
      const peers: string[] = [];
      await using server = await listening((connection) => {
        peers.push(connection.peer.address);
        return answering("fine")(connection);
      }, { ...options, hostname });
      assert(!server.listener.address.hostname.includes("["));
      if (options?.tls !== undefined) await askTls(server.port, "query\n", { host: from });
      else {
        using conn = await Deno.connect({ hostname: from, port: server.port });
        await conn.write(encoder.encode("query\n"));
        await readAll(conn);
      }
      assertEquals(peers, [expected]);
    }
  }
});

Deno.test("accept() returns null after close(), also if it was already waiting", async () => {
  for (const { options } of await both()) {
    const listener = await listen({ hostname: HOST, port: 0, ...options });
    const waiting = listener.accept();
    listener.close();
    listener.close();
    assertEquals(await waiting, null);
    assertEquals(await listener.accept(), null);
  }
});

Deno.test("Accepted connections continue after the listener is closed", async () => {
  const accepted = Promise.withResolvers<void>();
  await using server = await listening((connection) => {
    accepted.resolve();
    return answering("fine")(connection);
  });
  using conn = await Deno.connect({ hostname: HOST, port: server.port });
  await accepted.promise;
  server.listener.close();
  await conn.write(encoder.encode("query\n"));
  assertEquals(await new Response(conn.readable).text(), "6 fine");
});

Deno.test("accept() continues after it ran out of file descriptors", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  for (const tls of [undefined, await selfSigned()]) await runOutOfDescriptors(tls);
});

async function runOutOfDescriptors(tls: TlsServerOptions | undefined): Promise<void> {
  const listenUrl = new URL("../../src/net/listen.ts", import.meta.url);
  const program = `
    import { listen } from "${listenUrl}";
    let errors = 0;
    const listener = await listen({
      hostname: "${HOST}",
      port: 0,
      tls: ${JSON.stringify(tls)},
      onAcceptError: () => errors++ || console.log("exhausted"),
    });
    console.log(listener.address.port);
    const held = [];
    for (let connection; (connection = await listener.accept()) !== null;) {
      held.push(connection);
      const ended = () => connection.close();
      connection.handshake().then(() => connection.read(new Uint8Array(1))).then(ended, ended);
    }`;
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", 'ulimit -n 64; exec "$0" run --quiet --allow-net -', Deno.execPath()],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  await new Response(program).body!.pipeTo(child.stdin);
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const next = async () => (await within(PATIENCE, "a line of the listener", lines.read())).value;
  const port = Number(await next());
  const conns: Deno.Conn[] = [];
  try {
    for (let index = 0; index < 80; index++) {
      conns.push(await Deno.connect({ hostname: HOST, port }));
    }
    assertMatch(await next() ?? "", /^exhausted/);
    // Connections in the kernel's queue are accepted as soon as others are closed.
    for (const conn of conns) await conn.closeWrite();
    for (const conn of conns) assertEquals(await readAll(conn), { bytes: 0, end: "FIN" });
  } finally {
    for (const conn of conns) conn.close();
    child.kill();
    await lines.cancel();
    await statusOf(child, "the listener");
  }
}

Deno.test("close() rejects pending calls and may be called repeatedly", async () => {
  for (const { name, options } of await both()) {
    const pending = Promise.withResolvers<PromiseSettledResult<unknown>[]>();
    await using server = await listening(async (connection) => {
      await connection.handshake();
      const never = [connection.read(new Uint8Array(1)), connection.write(new Uint8Array(3e7))];
      await later(20);
      connection.close();
      connection.close();
      pending.resolve(await Promise.allSettled(never));
      await assertRejects(() => connection.read(new Uint8Array(1)));
      await assertRejects(() => connection.write(new Uint8Array(1)));
      await connection.end();
    }, options);
    await using _peer = name !== "plain" ? silentTls(server.port) : await silent(server.port);
    const states = (await pending.promise).map(({ status }) => status);
    assertEquals(states, ["rejected", "rejected"], name);
    assertEquals(await server.served(1), ["done"], name);
  }
});

/** Connects a peer that never reads. */
async function silent(port: number): Promise<AsyncDisposable> {
  const conn = await Deno.connect({ hostname: HOST, port });
  return { [Symbol.asyncDispose]: () => Promise.resolve(conn.close()) };
}

/** Connects a peer that completes the handshake and then never reads. */
function silentTls(port: number): AsyncDisposable {
  const socket = tls.connect({ host: HOST, port, rejectUnauthorized: false });
  socket.on("error", () => {});
  return { [Symbol.asyncDispose]: () => Promise.resolve(void socket.destroy()) };
}
