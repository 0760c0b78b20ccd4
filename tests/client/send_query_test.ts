import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  ConnectError,
  encodeText,
  ProtocolError,
  type QueryOptions,
  sendQuery,
} from "../../src/client/mod.ts";
import { encodeResponse } from "../../src/protocol/encode_response.ts";
import { withCrc } from "../protocol/bytes.ts";
import {
  type Answer,
  closes,
  fakeServer,
  patched,
  response,
  sameVersion,
  sendAll,
  silent,
} from "./fake_server.ts";

const permissions = { net: true } as const;
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function plain(port: number, options: Partial<QueryOptions> = {}): QueryOptions {
  return { host: "127.0.0.1", port, command: "check_it", tls: false, ...options };
}

Deno.test("sendQuery() sends command and arguments and returns state and text", {
  permissions,
}, async () => {
  await using server = fakeServer(sameVersion({ resultCode: 1, text: "LOAD WARNING\nmore|a=1" }));
  for (const version of [2, 3, 4] as const) {
    const output = await sendQuery(plain(server.port, { version, args: ["-w", "5 %", "é"] }));
    assertEquals(output, { state: "WARNING", text: "LOAD WARNING\nmore|a=1" });
  }
  assertEquals(server.queries.map(({ version }) => version), [2, 3, 4]);
  for (const { text } of server.queries) assertEquals(decode(text), "check_it!-w!5 %!é");
});

Deno.test("sendQuery() converts every result code to a state", { permissions }, async () => {
  const cases = [[0, "OK"], [1, "WARNING"], [2, "CRITICAL"], [3, "UNKNOWN"], [4, "UNKNOWN"], [
    -1,
    "UNKNOWN",
  ], [256, "UNKNOWN"]] as const;
  for (const [resultCode, state] of cases) {
    await using server = fakeServer(sameVersion({ resultCode }));
    assertEquals((await sendQuery(plain(server.port))).state, state, String(resultCode));
    assertEquals(server.queries.length, 1, "any code is an answer");
  }
});

Deno.test("sendQuery() keeps every byte of the text", { permissions }, async () => {
  const long = "x".repeat(65_535);
  const texts: Uint8Array[] = [
    new Uint8Array(0),
    encodeText("\n"),
    encodeText("grün ✔"),
    Uint8Array.of(0x67, 0x72, 0xfc, 0x6e, 0xff, 0xc3),
    encodeText(long),
  ];
  for (const text of texts) {
    await using server = fakeServer(sameVersion({ text }));
    const output = await sendQuery(plain(server.port));
    assertEquals(encodeText(output.text), text);
  }
});

Deno.test("sendQuery() accepts every form of a response", { permissions }, async () => {
  const whole = response({ resultCode: 2 });
  const answers: [string, Answer][] = [
    ["byte by byte", async (_, conn) => {
      for (const byte of whole) await sendAll(conn, Uint8Array.of(byte));
      return undefined;
    }],
    ["from a server that does not close", async (query, conn) => {
      await sendAll(conn, whole);
      return silent(query, conn);
    }],
    ["with more bytes after it", () => Uint8Array.of(...whole, ...whole)],
    ["of version 2", () => response({ version: 2, resultCode: 2 })],
    ["of version 3", () => response({ version: 3, resultCode: 2 })],
    ["without padding and NUL", () => {
      const text = encodeText("OK - fine");
      return withCrc(patched(response({ resultCode: 2, bufferLength: text.length }), 0));
    }],
  ];
  for (const [label, answer] of answers) {
    await using server = fakeServer(answer);
    const output = await sendQuery(plain(server.port));
    assertEquals(output, { state: "CRITICAL", text: "OK - fine" }, label);
    assertEquals(server.queries.length, 1, `${label}: one query`);
  }
  // A server before 4.0 sends an empty buffer if the text is empty.
  await using empty = fakeServer(() => response({ text: "", bufferLength: 0, resultCode: 1 }));
  assertEquals(await sendQuery(plain(empty.port)), { state: "WARNING", text: "" });
  assertEquals(empty.queries.length, 1);
});

Deno.test(
  "sendQuery() sends the query once more, as version 2, if the server closes without a response",
  {
    permissions,
  },
  async () => {
    for (const version of [3, 4] as const) {
      await using old = fakeServer(closes, sameVersion({ text: "from 2.15" }));
      const output = await sendQuery(plain(old.port, { version }));
      assertEquals(output, { state: "OK", text: "from 2.15" });
      assertEquals(old.queries.map((query) => query.version), [version, 2]);
    }
    for (const version of [2, 3, 4] as const) {
      await using server = fakeServer(closes);
      const error = await assertRejects(
        () => sendQuery(plain(server.port, { version })),
        ProtocolError,
      );
      assertEquals([error.fault, error.received], ["truncated", 0]);
      assertEquals(
        server.queries.map((query) => query.version),
        version === 2 ? [2] : [version, 2],
      );
    }
  },
);

Deno.test("sendQuery() does not send the query again if it does not fit version 2", {
  permissions,
}, async () => {
  await using server = fakeServer(closes);
  const args = ["y".repeat(1100)];
  await assertRejects(() => sendQuery(plain(server.port, { args })), ProtocolError);
  assertEquals(server.queries.length, 1);
});

Deno.test("sendQuery() reports a malformed response and does not run the command again", {
  permissions,
}, async () => {
  const whole = response();
  const cases: [string, Uint8Array, ProtocolError["fault"]][] = [
    ["another version", patched(whole, 0, 0, 7), "version"],
    ["HTTP", encodeText("HTTP/1.0 400 Bad Request\r\n\r\n"), "version"],
    ["a query", withCrc(patched(whole, 2, 0, 1)), "type"],
    ["type 3", withCrc(patched(whole, 2, 0, 3)), "type"],
    ["a damaged text", patched(whole, 16, 0x30), "crc"],
    ["a negative length", patched(whole, 12, 0xff, 0xff, 0xff, 0xff), "length"],
    ["a length beyond the limit", patched(whole, 12, 0, 1, 0, 1), "length"],
    ["less than its length field", patched(whole, 12, 0, 0, 1, 0), "truncated"],
    ["one byte", whole.subarray(0, 1), "truncated"],
    ["half a header", whole.subarray(0, 12), "truncated"],
    ["half of version 2", response({ version: 2 }).subarray(0, 500), "truncated"],
    ["another payload size", response({ version: 2, payloadSize: 4096 }), "crc"],
    ["type 3 without a further packet", response({ version: 2, more: true }), "truncated"],
  ];
  for (const [label, bytes, fault] of cases) {
    await using server = fakeServer(() => bytes);
    const error = await assertRejects(() => sendQuery(plain(server.port)), ProtocolError);
    assertEquals(error.fault, fault, label);
    assertEquals(server.queries.length, 1, label);
  }
});

Deno.test("sendQuery() joins a response of several packets", { permissions }, async () => {
  const text = encodeText(`${"é".repeat(8_000)} end|a=1`);
  const bytes = encodeResponse({ version: 2, resultCode: 2, text, packets: "many" });
  const answers: [string, Answer][] = [
    ["at once", () => bytes],
    ["in pieces", async (_, conn) => {
      for (let at = 0; at < bytes.length; at += 700) {
        await sendAll(conn, bytes.subarray(at, at + 700));
      }
      return undefined;
    }],
    ["from a server that does not close", async (query, conn) => {
      await sendAll(conn, bytes);
      return silent(query, conn);
    }],
  ];
  for (const [label, answer] of answers) {
    for (const version of [2, 4] as const) {
      await using server = fakeServer(answer);
      const output = await sendQuery(plain(server.port, { version }));
      assertEquals(output, { state: "CRITICAL", text: decode(text) }, label);
      assertEquals(server.queries.length, 1, label);
    }
  }
});

Deno.test("sendQuery() reports a response that ends after a packet of type 3 as truncated", {
  permissions,
}, async () => {
  const text = encodeText("x".repeat(3_000));
  const bytes = encodeResponse({ version: 2, resultCode: 1, text, packets: "many" });
  for (const length of [1036, 1037, 2072, 3107]) {
    await using server = fakeServer(() => bytes.subarray(0, length));
    const error = await assertRejects(() => sendQuery(plain(server.port)), ProtocolError);
    assertEquals([error.fault, error.received], ["truncated", length]);
    assertMatch(
      error.message,
      /truncated: expected another packet after [12], got \d+ bytes of it$/,
    );
    assertEquals(server.queries.length, 1, "the query is not sent again");
  }
});

Deno.test("sendQuery() limits the length of a joined response", { permissions }, async () => {
  await using server = fakeServer(async (_, conn) => {
    const packet = response({ version: 2, more: true, text: "x".repeat(1023) });
    const block = new Uint8Array(64 * packet.length);
    for (let at = 0; at < block.length; at += packet.length) block.set(packet, at);
    for (let time = 0; time < 32; time++) await sendAll(conn, block);
    return undefined;
  });
  const error = await assertRejects(() => sendQuery(plain(server.port)), ProtocolError);
  assertEquals(error.fault, "size");
});

Deno.test(
  "sendQuery() has one deadline for both attempts",
  { permissions },
  async () => {
    await using server = fakeServer(closes, silent);
    for (const timeout of [0.2, "200ms"]) {
      const error = await assertRejects(
        () => sendQuery(plain(server.port, { timeout })),
        DOMException,
        'No response from "127.0.0.1" within 0.2 seconds',
      );
      assertEquals(error.name, "TimeoutError");
    }
    // The signal also works in the middle of a response, and during a handshake that the server
    // never answers.
    await using half = fakeServer(async (query, conn) => {
      await sendAll(conn, response().subarray(0, 20));
      return silent(query, conn);
    });
    const unresponsive = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = unresponsive.addr as Deno.NetAddr;
    for (const options of [plain(half.port), plain(port, { tls: {} })]) {
      const error = await assertRejects(
        () => sendQuery({ ...options, timeout: 0.2 }),
        DOMException,
      );
      assertEquals(error.name, "TimeoutError");
    }
    unresponsive.close();
  },
);

Deno.test("sendQuery() rejects with the reason of its signal", { permissions }, async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  await using server = fakeServer(async (query, conn) => {
    controller.abort(reason);
    return await silent(query, conn);
  });
  const { signal } = controller;
  for (let time = 0; time < 2; time++) {
    const outcome = await sendQuery(plain(server.port, { signal })).catch((error) => error);
    assertEquals(outcome, reason);
  }
  assertEquals(server.queries.length, 1);
});

Deno.test("sendQuery() refuses a query that the server would change", { permissions }, async () => {
  await using server = fakeServer(sameVersion());
  const cases: [Partial<QueryOptions>, RegExp][] = [
    [{ args: ["a", ""] }, /argument 2 "" is empty/],
    [{ args: ["a!b"] }, /contains "!"/],
    [{ command: "" }, /command "" is empty/],
    [
      { version: 2, args: ["y".repeat(1100)] },
      /^Cannot send a query of 1109 bytes: expected at most 1023 for version 2$/,
    ],
    [
      { args: ["y".repeat(70_000)] },
      /^Cannot send a query of 70009 bytes: expected at most 65535 for version 4$/,
    ],
    [{ version: 2, payloadSize: 4, command: "long" }, /expected at most 3 for version 2$/],
    [{ timeout: 0 }, /^Invalid timeout "0": expected/],
    [{ timeout: "-1s" }, /^Invalid timeout "-1s": expected/],
  ];
  for (const [options, message] of cases) {
    const error = await assertRejects(() => sendQuery(plain(server.port, options)), RangeError);
    assertMatch(error.message, message);
  }
  await assertRejects(() => sendQuery(plain(server.port, { timeout: "soon" })), SyntaxError);
  assertEquals(server.queries.length, 0);
});

Deno.test("sendQuery() supports the payload sizes of NSClient++ in version 2", {
  permissions,
}, async () => {
  // The fake server reads only 1,024-byte payloads. This server counts the received bytes.
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const served = (async () => {
    using conn = await listener.accept();
    const buffer = new Uint8Array(4096);
    let received = 0;
    while (received < 2012) received += await conn.read(buffer) ?? 2012;
    await sendAll(conn, response({ version: 2, payloadSize: 2000, text: "z".repeat(1500) }));
    return received;
  })();
  const { port } = listener.addr as Deno.NetAddr;
  const output = await sendQuery(plain(port, { version: 2, payloadSize: 2000 }));
  assertEquals(output.text.length, 1500);
  assertEquals(await served, 2012);
  listener.close();
});

Deno.test("sendQuery() reports a refused connection as a ConnectError", {
  permissions,
}, async () => {
  let port: number;
  {
    await using gone = fakeServer(closes);
    port = gone.port;
  }
  const error = await assertRejects(() => sendQuery(plain(port)), ConnectError);
  assertEquals(error.fault, "refused");
  assert(!(error instanceof ProtocolError));
});
