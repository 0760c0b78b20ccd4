/** Sends malformed and slow input to a real daemon. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { once } from "node:events";
import { connect as tlsConnect } from "node:tls";
import { sendQuery } from "../../src/client/mod.ts";
import { decodePacket } from "../../src/protocol/decode_packet.ts";
import { encodePacket } from "../../src/protocol/encode_packet.ts";
import { serve, type Served } from "../serving.ts";
import { later, PATIENCE, until, within } from "../waiting.ts";

const agent = fileURLToPath(new URL("../fixtures/interop_agent.ts", import.meta.url));
const query = encodePacket({ version: 4, type: "query", text: "ok" });
const query2 = encodePacket({ version: 2, type: "query", text: "ok" });

async function withSettings(yaml: string, ...args: string[]): Promise<Served> {
  const path = await Deno.makeTempFile({ suffix: ".yaml" });
  await Deno.writeTextFile(path, yaml);
  try {
    return await serve(agent, "--settings", path, ...args);
  } finally {
    await Deno.remove(path);
  }
}

/** Reads until the daemon closes or resets the connection. */
async function readAll(connection: Deno.Conn): Promise<Uint8Array> {
  const chunks: number[] = [];
  const buffer = new Uint8Array(65_536);
  const read = () => within(PATIENCE, "an answer or a close", connection.read(buffer));
  try {
    for (let count; (count = await read()) !== null;) {
      chunks.push(...buffer.subarray(0, count));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
  return Uint8Array.from(chunks);
}

async function exchange(port: number, ...parts: Uint8Array[]): Promise<Uint8Array> {
  using connection = await Deno.connect({ port, hostname: "127.0.0.1" });
  for (const part of parts) await connection.write(part);
  return await readAll(connection);
}

function patched(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
}

const nothing = new Uint8Array();

Deno.test("The daemon closes after a malformed packet, logs peer and reason, and answers the next query", async () => {
  await using served = await withSettings("limits: { query: 20s }", "--no-tls");
  const table: [name: string, bytes: Uint8Array, reason: string][] = [
    ["bad CRC, version 4", patched(query, 4, 0, 0, 0, 0), "CRC"],
    ["bad CRC, version 2", patched(query2, 4, 0, 0, 0, 0), "CRC"],
    ["type 0", patched(query, 2, 0, 0), "CRC"],
    ["version 1", patched(query, 0, 0, 1), "version"],
    ["version 5", patched(query, 0, 0, 5), "version"],
    ["version -1", patched(query, 0, 255, 255), "version"],
    ["HTTP", new TextEncoder().encode("GET / HTTP/1.0\r\n\r\n"), "version"],
    ["TLS on the plain port", Uint8Array.of(22, 3, 1, 0, 47, 1, 0, 0, 43, 3, 3), "TLS"],
    ["length 65537", patched(query, 12, 0, 1, 0, 1), "length"],
    ["length 2^31-1", patched(query, 12, 127, 255, 255, 255), "length"],
    ["length -1", patched(query, 12, 255, 255, 255, 255), "length"],
    ["empty text", encodePacket({ version: 4, type: "query", text: "" }), "command"],
    ["! alone", encodePacket({ version: 4, type: "query", text: "!" }), "command"],
    ["a response", encodePacket({ version: 4, type: "response", text: "ok" }), "query"],
  ];
  for (const [name, bytes, reason] of table) {
    assertEquals(await exchange(served.port, bytes), nothing, name);
    // Only the first event of a kind has a line of its own.
    await until(
      `the line of the log about ${name}`,
      () =>
        served.log().split("\n").find((line) =>
          line.includes(" connection error peer=127.0.0.1 ") && line.includes(reason)
        ),
    );
    const answer = decodePacket(await exchange(served.port, query));
    assertEquals(new TextDecoder().decode(answer.text), "all fine|load=0.5", name);
  }
});

Deno.test("An unusual but complete packet is answered", async () => {
  await using served = await serve(agent, "--no-tls");
  const short = encodePacket({ version: 4, type: "query", text: "ok", bufferLength: 3 });
  const table: [name: string, parts: Uint8Array[]][] = [
    [
      "byte by byte",
      [...query.subarray(0, 40)].map((byte) => Uint8Array.of(byte)).concat([query.slice(40)]),
    ],
    ["bytes after it", [query, new Uint8Array(5000)]],
    ["two at once", [query, query]],
    ["without padding", [short]],
    ["version 3", [encodePacket({ version: 3, type: "query", text: "ok" })]],
    ["version 2 with another fill", [query2]],
  ];
  for (const [name, parts] of table) {
    const answer = decodePacket(await exchange(served.port, ...parts));
    assertEquals(new TextDecoder().decode(answer.text), "all fine|load=0.5", name);
    assertEquals(answer.version, parts[0]![1] ?? 4, name);
  }
  using connection = await Deno.connect({ port: served.port, hostname: "127.0.0.1" });
  await connection.write(query);
  await connection.closeWrite();
  assertEquals(decodePacket(await readAll(connection)).resultCode, 0);
});

Deno.test("The daemon closes the connection if a packet ends too early, at every length", async () => {
  await using served = await serve(agent, "--no-tls");
  for (const length of [0, 1, 9, 10, 15, 16, 500, 1035]) {
    using connection = await Deno.connect({ port: served.port, hostname: "127.0.0.1" });
    await connection.write(query.subarray(0, length));
    await connection.closeWrite();
    assertEquals(await readAll(connection), nothing);
  }
});

Deno.test("A silent or slow client is disconnected at its limit, in plain text", async () => {
  await using served = await withSettings("limits: { query: 300ms, response: 300ms }", "--no-tls");
  for (const part of [nothing, query.subarray(0, 1), query.subarray(0, 500)]) {
    using connection = await Deno.connect({ port: served.port, hostname: "127.0.0.1" });
    if (part.length > 0) await connection.write(part);
    assertEquals(await readAll(connection), nothing);
  }
  await served.logged("limits.query");
  // A client that sends one byte now and then is disconnected, too.
  using slow = await Deno.connect({ port: served.port, hostname: "127.0.0.1" });
  const start = performance.now();
  const dripping = (async () => {
    for (const byte of query) {
      await slow.write(Uint8Array.of(byte));
      await later(50);
    }
  })();
  dripping.catch(() => {});
  assertEquals(await readAll(slow), nothing);
  assert(performance.now() - start < 5_000);
});

Deno.test("A silent or slow client is disconnected at its limit after the TLS handshake; during the handshake, its end is logged", async () => {
  await using served = await withSettings("limits: { handshake: 300ms, query: 300ms }");
  const hello = Uint8Array.of(22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3);
  // The runtime keeps such a connection open, see `replaceWorn()` in daemon/acceptors.ts.
  for (const part of [nothing, hello]) {
    using connection = await Deno.connect({ port: served.port, hostname: "127.0.0.1" });
    if (part.length > 0) await connection.write(part);
    await served.logged("limits.handshake");
  }
  for (const part of [undefined, query.subarray(0, 20)]) {
    const socket = tlsConnect({ port: served.port, host: "127.0.0.1", rejectUnauthorized: false });
    socket.on("error", () => {});
    await within(PATIENCE, "a handshake", once(socket, "secureConnect"));
    if (part !== undefined) socket.write(part);
    socket.resume();
    await within(PATIENCE, "a close", once(socket, "close"));
  }
  await served.logged("limits.query");
});

Deno.test("A host that is not allowed gets no byte of NRPE, and the log contains its address", async () => {
  for (const args of [["--no-tls"], []]) {
    await using served = await withSettings('allowedHosts: ["192.0.2.1"]', ...args);
    if (args.length > 0) assertEquals(await exchange(served.port, query), nothing);
    else assertEquals(await exchangeTls(served.port, query), nothing);
    await served.logged("Host is not allowed to talk to us");
    assertStringIncludes(served.log(), "refused peer=127.0.0.1");
  }
});

/** Like `exchange()`, but with TLS. The server may refuse the client before or after the handshake. */
async function exchangeTls(port: number, bytes: Uint8Array): Promise<Uint8Array> {
  const chunks: number[] = [];
  const socket = tlsConnect({ port, host: "127.0.0.1", rejectUnauthorized: false });
  socket.on("error", () => {});
  socket.on("secureConnect", () => socket.write(bytes));
  socket.on("data", (chunk: Uint8Array) => chunks.push(...chunk));
  await within(PATIENCE, "a close", once(socket, "close"));
  return Uint8Array.from(chunks);
}

Deno.test("Connections above the limit of an address are closed, and the log names the limit", async () => {
  await using served = await withSettings("limits: { perAddress: 3 }", "--no-tls");
  const open = await Promise.all(
    [1, 2, 3].map(() => Deno.connect({ port: served.port, hostname: "127.0.0.1" })),
  );
  await later(100);
  assertEquals(await exchange(served.port, query), nothing);
  await served.logged("limits.perAddress");
  open.forEach((connection) => connection.close());
  await later(100);
  assertEquals(decodePacket(await exchange(served.port, query)).resultCode, 0);
});

for (const args of [["--no-tls"], []]) {
  const mode = args.length > 0 ? "plain text" : "TLS";
  Deno.test(`64 busy clients get their answers beside 1,000 idle connections, in ${mode}`, async () => {
    await using served = await serve(agent, ...args);
    const idle: Deno.Conn[] = [];
    for (let count = 0; count < 1_000; count++) {
      idle.push(await Deno.connect({ port: served.port, hostname: "127.0.0.1" }));
    }
    const tls = args.length > 0 ? false as const : {};
    const answers = await Promise.all(Array.from({ length: 64 }, async () => {
      const texts: string[] = [];
      for (let count = 0; count < 3; count++) {
        const query = { host: "127.0.0.1", port: served.port, tls, command: "ok", timeout: 30 };
        texts.push((await sendQuery(query)).text);
      }
      return texts;
    }));
    assertEquals(answers.flat(), new Array(192).fill("all fine|load=0.5"));
    idle.forEach((connection) => connection.close());
  });
}
