/** The end of connections: in order, without loss of the answer, and within a time limit. */
import tls from "node:tls";
import { assertEquals } from "@std/assert";
import type { Connection } from "../../src/net/connection.ts";
import { HOST, listening, readAll, readUntil, selfSigned } from "./listening.ts";
import { later } from "../waiting.ts";

const LARGEST = 65_536;
const QUERY = "query\n";

/** Answers a query with the longest answer of NRPE. */
async function answerLargest(connection: Connection): Promise<void> {
  await connection.handshake();
  const buffer = new Uint8Array(QUERY.length);
  await connection.read(buffer);
  await connection.write(new Uint8Array(LARGEST));
  await connection.end();
}

/** Connects with TLS. Resolves after the handshake. */
function connectTls(port: number): Promise<tls.TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: HOST, port, rejectUnauthorized: false });
    socket.once("secureConnect", () => resolve(socket)).once("error", reject);
  });
}

Deno.test("end() sends every byte to a plain peer that sent more than was read", async () => {
  await using server = await listening(answerLargest);
  using conn = await Deno.connect({ hostname: HOST, port: server.port });
  await conn.write(new TextEncoder().encode(QUERY + "x".repeat(5_000)));
  // The answer is sent before the peer reads. The peer then sends more bytes, which the server does
  // not read.
  await later(50);
  await conn.write(new Uint8Array(5_000));
  assertEquals(await readAll(conn), { bytes: LARGEST, end: "FIN" });
  conn.close();
  assertEquals(await server.served(1), ["done"]);
});

Deno.test("end() sends every byte to a TLS peer that sent more than was read", async () => {
  await using server = await listening(answerLargest, { tls: await selfSigned() });
  const socket = await connectTls(server.port);
  socket.write(QUERY + "x".repeat(100_000));
  let bytes = 0;
  const ended = Promise.withResolvers<string>();
  socket.on("data", (chunk) => bytes += chunk.length);
  socket.on("end", () => ended.resolve("close_notify")).on("error", ended.reject);
  assertEquals([await ended.promise, bytes], ["close_notify", LARGEST]);
  socket.destroy();
  assertEquals(await server.served(1), ["done"]);
});

Deno.test("end() notifies the peer immediately and waits for its end", async () => {
  for (const options of [{}, { tls: await selfSigned() }]) {
    const order: string[] = [];
    await using server = await listening(async (connection) => {
      await connection.handshake();
      await connection.end();
      order.push("server is done");
    }, options);
    if (options.tls) {
      const socket = await connectTls(server.port);
      await new Promise((resolve) => socket.once("end", resolve).resume());
      order.push("peer was told");
      socket.destroy();
    } else {
      using conn = await Deno.connect({ hostname: HOST, port: server.port });
      assertEquals(await conn.read(new Uint8Array(1)), null);
      order.push("peer was told");
    }
    await server.served(1);
    assertEquals(order, ["peer was told", "server is done"]);
  }
});

Deno.test("end() stops waiting for a peer that never reads and never ends", async () => {
  const tlsOptions = await selfSigned();
  await using plain = await listening(answerLargest);
  await using secure = await listening(answerLargest, { tls: tlsOptions });
  const conn = await Deno.connect({ hostname: HOST, port: plain.port });
  await conn.write(new TextEncoder().encode(QUERY));
  const socket = await connectTls(secure.port);
  socket.on("error", () => {}).pause().write(QUERY);
  assertEquals(await plain.served(1), ["done"]);
  assertEquals(await secure.served(1), ["done"]);
  // The peer can still read the answer.
  assertEquals(await readAll(conn), { bytes: LARGEST, end: "FIN" });
  conn.close();
  socket.destroy();
});

Deno.test("end() stops reading from a peer that never stops sending", async () => {
  for (const options of [{}, { tls: await selfSigned() }]) {
    await using server = await listening(answerLargest, options);
    const flood = new Uint8Array(16_384);
    if (options.tls) {
      const socket = await connectTls(server.port);
      socket.on("error", () => {}).resume().write(QUERY);
      const more = () => {
        while (!socket.destroyed && socket.writable && socket.write(flood));
      };
      socket.on("drain", more);
      more();
      assertEquals(await server.served(1), ["done"]);
      socket.destroy();
    } else {
      using conn = await Deno.connect({ hostname: HOST, port: server.port });
      await conn.write(new TextEncoder().encode(QUERY));
      const flooding = (async () => {
        for (;;) await conn.write(flood);
      })().catch(() => {});
      assertEquals(await server.served(1), ["done"]);
      await flooding;
    }
  }
});

Deno.test("end() does not reject after the peer has disconnected, or if it was called before", async () => {
  for (const options of [{}, { tls: await selfSigned() }]) {
    const gone = Promise.withResolvers<void>();
    await using server = await listening(async (connection) => {
      await connection.handshake();
      await gone.promise;
      await readUntil(connection, "").catch(() => {});
      await connection.end();
      await connection.end();
    }, options);
    if (options.tls) {
      const socket = await connectTls(server.port);
      socket.on("error", () => {}).destroy();
    } else {
      (await Deno.connect({ hostname: HOST, port: server.port })).close();
    }
    gone.resolve();
    assertEquals(await server.served(1), ["done"]);
  }
});
