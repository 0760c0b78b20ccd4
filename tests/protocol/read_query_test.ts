import { assertEquals, assertRejects } from "@std/assert";
import { decodePacket } from "../../src/protocol/decode_packet.ts";
import { encodePacket } from "../../src/protocol/encode_packet.ts";
import { ProtocolError } from "../../src/protocol/protocol_error.ts";
import type { ByteSource } from "../../src/protocol/read_packet.ts";
import { readQuery } from "../../src/protocol/read_query.ts";
import { concat, deal, decode } from "./bytes.ts";
import { vectors } from "./vectors.ts";

const silence = new Promise<never>(() => {});

/** Returns the bytes and then waits forever, as a client that waits for its response. */
function dealThenHang(bytes: Uint8Array, sizes?: number[]): ByteSource {
  const source = deal(bytes, sizes);
  return { read: async (buffer) => await source.read(buffer) ?? await silence };
}

const query = (text: string, payloadSize?: number) =>
  encodePacket({ version: 2, type: "query", text, ...(payloadSize && { payloadSize }) });

Deno.test("readQuery() reads every recorded query and does not wait for more", {
  permissions: "none",
}, async () => {
  for (const { name, direction, bytes } of vectors) {
    if (direction !== "query" || name.startsWith("hostile")) continue;
    for (const sizes of [[Infinity], [1], [700]]) {
      for (const options of [{}, { payloadSize: 512 }, { payloadSize: 4096 }]) {
        const packet = await readQuery(dealThenHang(bytes, sizes), options);
        assertEquals(packet, decodePacket(bytes), name);
      }
    }
  }
});

Deno.test("readQuery() accepts version 2 of the configured size and of the usual size", {
  permissions: "none",
}, async () => {
  for (const payloadSize of [64, 512, 1023, 1025, 4096, 65536]) {
    for (const sizes of [[Infinity], [700], [1448]]) {
      const read = (bytes: Uint8Array) => readQuery(dealThenHang(bytes, sizes), { payloadSize });
      const own = await read(query("check_it!5", payloadSize));
      assertEquals([decode(own.text), own.payloadSize], ["check_it!5", payloadSize]);
      const usual = await read(query("check_it!6"));
      assertEquals([decode(usual.text), usual.payloadSize], ["check_it!6", undefined]);
    }
  }
});

Deno.test("readQuery() names another payload size as the reason", {
  permissions: "none",
}, async () => {
  const cases: [sent: number, accepted: number, message: string][] = [
    [4096, 1024, "expected 1036 bytes, got 4108 with a valid CRC-32"],
    [1500, 1024, "expected 1036 bytes, got 1512 with a valid CRC-32"],
    [65536, 1024, "expected 1036 bytes, got 65548 with a valid CRC-32"],
    [8192, 4096, "expected 4108 bytes, got 8204 with a valid CRC-32"],
    [512, 1024, "expected 1036 bytes, got 524"],
    [2048, 4096, "expected 4108 bytes, got 2060"],
  ];
  for (const [sent, payloadSize, message] of cases) {
    const reading = readQuery(dealThenHang(query("check_it", sent)), { payloadSize });
    const error = await assertRejects(() => reading, ProtocolError);
    assertEquals(error.message, `Cannot decode packet: another payload size: ${message}`);
  }
});

Deno.test("readQuery() refuses a damaged query at once", { permissions: "none" }, async () => {
  const damaged = query("check_it").fill(0x30, 20, 21);
  const cases: [bytes: Uint8Array, payloadSize: number, fault: string][] = [
    [damaged, 1024, "crc"],
    [concat(damaged, query("check_it")), 1024, "crc"],
    [query("check_it", 4096).fill(0x30, 20, 21), 4096, "crc"],
    [encodePacket({ version: 2, type: "response", text: "OK" }), 1024, "type"],
    [encodePacket({ version: 2, type: "response", text: "OK", more: true }), 1024, "type"],
  ];
  for (const [bytes, payloadSize, fault] of cases) {
    const reading = readQuery(dealThenHang(bytes), { payloadSize });
    assertEquals((await assertRejects(() => reading, ProtocolError)).fault, fault as "crc");
  }
});

Deno.test("readQuery() reports the end of the source", { permissions: "none" }, async () => {
  for (const bytes of [query("check_it"), query("check_it", 4096)]) {
    for (let received = 0; received < bytes.length; received += 101) {
      const reading = readQuery(deal(bytes.subarray(0, received), [500]), { payloadSize: 4096 });
      const error = await assertRejects(() => reading, ProtocolError);
      assertEquals([error.fault, error.received], ["truncated", received]);
    }
  }
});
