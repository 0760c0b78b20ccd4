import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "../fast_check.ts";
import { decodePacket } from "../../src/protocol/decode_packet.ts";
import { encodePacket } from "../../src/protocol/encode_packet.ts";
import { ProtocolError, type ProtocolFault } from "../../src/protocol/protocol_error.ts";
import { type ByteSource, type ReadOptions, readPacket } from "../../src/protocol/read_packet.ts";
import { concat, deal, decode, encode, withCrc } from "./bytes.ts";
import { parseHex, vectors } from "./vectors.ts";

/** Never settles, like a peer that sends nothing and keeps the connection open. */
const silence = new Promise<never>(() => {});

/** Returns a source that returns `bytes`. After them, its reads never settle. */
function dealThenHang(bytes: Uint8Array, sizes?: number[]): ByteSource {
  const source = deal(bytes, sizes);
  return { read: async (buffer) => await source.read(buffer) ?? await silence };
}

/** Counts the reads and bytes of a source. */
function watch(source: ByteSource): ByteSource & { reads: number; bytes: number; largest: number } {
  const watched = {
    reads: 0,
    bytes: 0,
    largest: 0,
    async read(buffer: Uint8Array) {
      watched.reads++;
      watched.largest = Math.max(watched.largest, buffer.buffer.byteLength);
      const count = await source.read(buffer);
      watched.bytes += count ?? 0;
      return count;
    },
  };
  return watched;
}

Deno.test(
  "readPacket() reads a packet of the usual size with one read",
  { permissions: "none" },
  async () => {
    for (const version of [2, 3, 4] as const) {
      for (const type of ["query", "response"] as const) {
        const bytes = encodePacket({ version, type, text: "check_load" });
        const source = watch(dealThenHang(bytes));
        assertEquals(await readPacket(source, { expect: type }), decodePacket(bytes));
        assertEquals([source.reads, source.bytes], [1, bytes.length]);
      }
    }
  },
);

Deno.test("readPacket() reads every recorded packet byte by byte and does not wait for more", {
  permissions: "none",
}, async () => {
  for (const { name, direction, bytes } of vectors) {
    if (bytes.length === 0 || name.startsWith("hostile")) continue;
    const packet = await readPacket(dealThenHang(bytes, [1]), { expect: direction });
    assertEquals(packet, decodePacket(bytes), name);
  }
});

Deno.test(
  "readPacket() returns the same packet for pieces of any size",
  { permissions: "none" },
  async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 8 });
    const input = fc.record({
      version: fc.constantFrom(2, 3, 4),
      type: fc.constantFrom("query", "response"),
      text: fc.integer({ min: 0, max: 65535 }).map((length) => "x".repeat(length)),
    });
    await fc.assert(fc.asyncProperty(input, sizes, async (packet, chunks) => {
      const bytes = encodePacket(packet);
      assertEquals(await readPacket(dealThenHang(bytes, chunks)), decodePacket(bytes));
    }));
  },
);

Deno.test("readPacket() does not wait for the tail of version 3", {
  permissions: "none",
}, async () => {
  const bytes = encodePacket({ version: 3, type: "response", text: "OK" });
  const packet = await readPacket(dealThenHang(bytes.subarray(0, -3)));
  assertEquals(decode(packet.text), "OK");
});

Deno.test("readPacket() consumes the tail of version 3 if it arrives with the end of the packet", {
  permissions: "none",
}, async () => {
  for (const length of [2, 1017, 5000, 65535]) {
    const bytes = encodePacket({ version: 3, type: "response", text: "x".repeat(length) });
    const source = watch(deal(bytes));
    await readPacket(source);
    assertEquals(source.bytes, bytes.length);
  }
});

Deno.test("readPacket() accepts a query of NRPE 4.0.0, whose CRC includes three more bytes", {
  permissions: "none",
}, async () => {
  const bytes = withCrc(parseHex("0004 0001 00*8 000003f9 6f6b 00*1018"));
  for (const sizes of [[Infinity], [1]]) {
    const packet = await readPacket(dealThenHang(bytes, sizes), { expect: "query" });
    assertEquals([decode(packet.text), packet.bufferLength], ["ok", 1017]);
  }
});

Deno.test("readPacket() ignores bytes after the packet", { permissions: "none" }, async () => {
  const first = encodePacket({ version: 4, type: "response", text: "first" });
  const second = encodePacket({ version: 4, type: "response", text: "second" });
  const packet = await readPacket(deal(concat(first, second)));
  assertEquals(decode(packet.text), "first");
});

Deno.test("readPacket() reports an error at the first byte that shows it", {
  permissions: "none",
}, async () => {
  const long = encodePacket({ version: 4, type: "response", text: "x".repeat(5000) });
  const query = encodePacket({ version: 2, type: "query", text: "ok" });
  const cases: [bytes: Uint8Array, options: ReadOptions, fault: ProtocolFault, received: number][] =
    [
      [encode("GET / HTTP/1.0\r\n\r\n"), {}, "version", 2],
      [parseHex("160301002f0100002b0303"), {}, "version", 2],
      [parseHex("0004 0001 00*8 00010001"), {}, "length", 16],
      [parseHex("0003 0002 00*8 ffffffff"), {}, "length", 16],
      [long, { maxLength: 5016 }, "size", 16],
      [query, { maxLength: 1035 }, "size", 2],
      [query, { expect: "response" }, "type", 1036],
      [Uint8Array.from(query).fill(0, 4, 8), {}, "crc", 1036],
    ];
  for (const [bytes, options, fault, received] of cases) {
    const reading = readPacket(dealThenHang(bytes, [1]), options);
    const error = await assertRejects(() => reading, ProtocolError);
    assertEquals([error.fault, error.received], [fault, received], error.message);
  }
  assertEquals((await readPacket(deal(long), { maxLength: 5017 })).text.length, 5000);
});

Deno.test("readPacket() reports the number of bytes before the source ended", {
  permissions: "none",
}, async () => {
  const bytes = encodePacket({ version: 4, type: "response", text: "OK" });
  for (let received = 0; received < bytes.length; received++) {
    const reading = readPacket(deal(bytes.subarray(0, received), [5]));
    const error = await assertRejects(() => reading, ProtocolError);
    assertEquals([error.fault, error.received], ["truncated", received]);
  }
});

Deno.test("readPacket() treats a read of 0 bytes as the end", { permissions: "none" }, async () => {
  const reading = readPacket({ read: () => Promise.resolve(0) });
  assertEquals((await assertRejects(() => reading, ProtocolError)).fault, "truncated");
});

Deno.test("readPacket() passes on errors of the source", { permissions: "none" }, async () => {
  const source = { read: () => Promise.reject(new TypeError("reset")) };
  await assertRejects(() => readPacket(source), TypeError, "reset");
});

Deno.test("readPacket() allocates memory for received bytes only, not for the length field", {
  permissions: "none",
}, async () => {
  const bytes = encodePacket({ version: 4, type: "response", text: "x".repeat(65535) });
  for (const received of [16, 1035, 1036, 4143, 4144, 20000, bytes.length]) {
    const source = watch(deal(bytes.subarray(0, received), [100]));
    await readPacket(source).catch(() => {});
    assert(source.largest <= Math.max(1036, received * 4), `${source.largest} for ${received}`);
    assert(source.largest <= 65555);
  }
});

Deno.test("readPacket() accepts a response of an older version", {
  permissions: "none",
}, async () => {
  const bytes = encodePacket({ version: 2, type: "response", resultCode: 1, text: "WARNING" });
  const packet = await readPacket(deal(bytes, [10]), { expect: "response" });
  assertEquals([packet.version, packet.resultCode], [2, 1]);
});

Deno.test("readPacket() reads a packet with another payload size", {
  permissions: "none",
}, async () => {
  const options = { payloadSize: 8192 };
  const text = "x".repeat(8000);
  const bytes = encodePacket({ version: 2, type: "response", text, ...options });
  const packet = await readPacket(dealThenHang(bytes, [700]), options);
  assertEquals(decode(packet.text), text);
});
