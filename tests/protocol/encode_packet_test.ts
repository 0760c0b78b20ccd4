import { assertEquals, assertThrows } from "@std/assert";
import fc from "../fast_check.ts";
import { decodePacket } from "../../src/protocol/decode_packet.ts";
import { encodePacket } from "../../src/protocol/encode_packet.ts";
import { maxTextLength, type PacketInput } from "../../src/protocol/packet.ts";
import { concat, decode, encode, slowCrc32, withCrc } from "./bytes.ts";
import { parseHex } from "./vectors.ts";

const query = { type: "query", text: "ok" } as const;
const response = { type: "response", text: "OK" } as const;

Deno.test("encodePacket() writes every field of each version", { permissions: "none" }, () => {
  const cases: [packet: PacketInput, withoutCrc: string][] = [
    [{ ...query, version: 2 }, "0002 0001 00000000 0000 6f6b 00*1022 0000"],
    [{ ...query, version: 3 }, "0003 0001 00000000 0000 0000 000003f9 6f6b 00*1015 000000"],
    [{ ...query, version: 4 }, "0004 0001 00000000 0000 0000 000003fc 6f6b 00*1018"],
    [{ ...response, version: 2 }, "0002 0002 00000000 0000 4f4b 00*1022 0000"],
    [{ ...response, version: 3 }, "0003 0002 00000000 0000 0000 00000002 4f4b 000000"],
    [{ ...response, version: 4 }, "0004 0002 00000000 0000 0000 00000003 4f4b 00"],
    [{ ...response, version: 4, resultCode: 3 }, "0004 0002 00*4 0003 0000 00000003 4f4b00"],
    [{ ...response, version: 4, resultCode: -1 }, "0004 0002 00*4 ffff 0000 00000003 4f4b00"],
    [{ ...response, version: 2, payloadSize: 4 }, "0002 0002 00*4 0000 4f4b0000 0000"],
    [{ ...response, version: 4, bufferLength: 2 }, "0004 0002 00*4 0000 0000 00000002 4f4b"],
    [{ ...query, version: 3, bufferLength: 3 }, "0003 0001 00*4 0000 0000 00000003 6f6b00 000000"],
  ];
  for (const [packet, expected] of cases) {
    assertEquals(encodePacket(packet), withCrc(parseHex(expected)), expected);
  }
});

Deno.test("encodePacket() writes an empty buffer only if bufferLength is 0", {
  permissions: "none",
}, () => {
  const empty = { type: "response", text: "" } as const;
  assertEquals(encodePacket({ ...empty, version: 4 }).length, 17);
  assertEquals(encodePacket({ ...empty, version: 3 }).length, 20);
  assertEquals(encodePacket({ ...empty, version: 3, bufferLength: 0 }).length, 19);
});

Deno.test("encodePacket() pads a query up to 1,036 bytes", {
  permissions: "none",
}, () => {
  const cases: [version: 3 | 4, textLength: number, length: number][] = [
    [4, 1019, 1036],
    [4, 1020, 1037],
    [3, 1016, 1036],
    [3, 1017, 1037],
  ];
  for (const [version, textLength, length] of cases) {
    const packet = encodePacket({ version, type: "query", text: "x".repeat(textLength) });
    assertEquals(packet.length, length, `version ${version}, ${textLength} bytes`);
  }
});

Deno.test("encodePacket() cuts long text between two characters", {
  permissions: "none",
}, () => {
  for (const version of [2, 3, 4] as const) {
    const limit = maxTextLength(version);
    assertEquals(limit, version === 2 ? 1023 : 65535);
    for (const type of ["query", "response"] as const) {
      const sent = (text: string | Uint8Array) =>
        decodePacket(encodePacket({ version, type, text })).text;
      assertEquals(sent("x".repeat(limit)).length, limit);
      assertEquals(sent("x".repeat(limit + 1)).length, limit);
      assertEquals(decode(sent("x".repeat(limit - 1) + "ö")), "x".repeat(limit - 1));
      assertEquals(sent(new Uint8Array(limit + 1).fill(0xe9)).length, limit);
    }
  }
});

Deno.test("encodePacket() ends the text at its first NUL", { permissions: "none" }, () => {
  for (const version of [2, 3, 4] as const) {
    const plain = { version, type: "response", text: "before" } as const;
    assertEquals(encodePacket({ ...plain, text: "before\0after" }), encodePacket(plain));
    const bytes = concat(encode("before"), Uint8Array.of(0, 1, 2));
    assertEquals(encodePacket({ ...plain, text: bytes }), encodePacket(plain));
  }
});

Deno.test("encodePacket() refuses values that are out of range", { permissions: "none" }, () => {
  const good = { version: 4, type: "response", text: "OK" } as const;
  const cases: [change: Record<string, unknown>, message: string][] = [
    [{ version: 5 }, 'expected version 2, 3 or 4, got "5"'],
    [{ type: "more" }, 'expected type "query" or "response", got "more"'],
    [{ resultCode: 32768 }, 'expected a result code from -32768 to 32767, got "32768"'],
    [{ resultCode: 0.5 }, 'expected a result code from -32768 to 32767, got "0.5"'],
    [{ bufferLength: 65537 }, 'expected a buffer length from 0 to 65536, got "65537"'],
    [{ bufferLength: -1 }, 'expected a buffer length from 0 to 65536, got "-1"'],
    [{ bufferLength: NaN }, 'expected a buffer length from 0 to 65536, got "NaN"'],
    [{ bufferLength: 1 }, 'text of 2 bytes does not fit buffer length "1"'],
    [{ version: 2, payloadSize: 0 }, 'payload size "0": expected 1 to 65536 bytes'],
    [{ version: 2, payloadSize: 65537 }, 'payload size "65537": expected 1 to 65536 bytes'],
  ];
  for (const [change, message] of cases) {
    const error = assertThrows(
      () => encodePacket({ ...good, ...change } as PacketInput),
      Error,
      message,
    );
    assertEquals(error.name, "type" in change ? "TypeError" : "RangeError");
  }
});

const anyInput: fc.Arbitrary<PacketInput> = fc.record({
  version: fc.constantFrom(2, 3, 4),
  type: fc.constantFrom("query", "response"),
  resultCode: fc.integer({ min: -32768, max: 32767 }),
  text: fc.uint8Array({ min: 1, maxLength: 2000 }),
});

Deno.test("decodePacket() returns the packet that encodePacket() encoded", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(anyInput, (input) => {
    const { bufferLength: _, ...packet } = decodePacket(encodePacket(input));
    const text = input.text.slice(0, packet.text.length);
    assertEquals(packet, { ...input, text } as typeof packet);
    assertEquals(packet.text.length > Math.min(input.text.length, maxTextLength(2)) - 4, true);
  }));
});

Deno.test("encodePacket() writes a decoded packet unchanged and with a correct CRC", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(anyInput, fc.nat(65536), (input, length) => {
    const bufferLength = Math.max(length, input.text.length);
    const bytes = encodePacket({ ...input, bufferLength });
    assertEquals(encodePacket(decodePacket(bytes)), bytes);
    const zeroed = bytes.slice().fill(0, 4, 8);
    assertEquals(new DataView(bytes.buffer).getUint32(4), slowCrc32(zeroed));
  }));
});
