import { assertEquals, assertThrows } from "@std/assert";
import { decodePacket, packetLength } from "../../src/protocol/decode_packet.ts";
import { encodePacket } from "../../src/protocol/encode_packet.ts";
import { ProtocolError, type ProtocolFault } from "../../src/protocol/protocol_error.ts";
import { concat, decode, encode, withCrc } from "./bytes.ts";
import { parseHex } from "./vectors.ts";

Deno.test(
  "decodePacket() accepts the deviations that NRPE accepts",
  { permissions: "none" },
  () => {
    const align = (bytes: Uint8Array) => Uint8Array.from(bytes).fill(0x7f, 10, 12);
    const head4 = "0004 0001 00000000 0000 0000";
    const head3 = "0003 0001 00000000 0000 0000";
    const cases: [why: string, bytes: Uint8Array, text: string][] = [
      ["no padding", withCrc(parseHex(`${head4} 00000003 6f6b00`)), "ok"],
      ["no closing NUL", withCrc(parseHex(`${head4} 00000002 6f6b`)), "ok"],
      ["bytes after the NUL", withCrc(parseHex(`${head4} 00000006 6f6b00585858`)), "ok"],
      ["an empty buffer", withCrc(parseHex(`${head4} 00000000`)), ""],
      ["an alignment that is not zero", align(withCrc(parseHex(`${head4} 00000003 6f6b00`))), "ok"],
      [
        "bytes after the packet",
        concat(withCrc(parseHex(`${head4} 00000003 6f6b00`)), encode("X")),
        "ok",
      ],
      ["the CRC of NRPE 4.0.0", withCrc(parseHex(`${head4} 00000003 6f6b00`), 3), "ok"],
      ["version 3 without its tail", withCrc(parseHex(`${head3} 00000002 6f6b`), 3), "ok"],
      ["version 3 with an empty buffer", withCrc(parseHex(`${head3} 00000000 000000`)), ""],
      [
        "version 3 with a tail that is not zero",
        concat(withCrc(parseHex(`${head3} 00000002 6f6b`), 3), encode("abc")),
        "ok",
      ],
      [
        "version 2 with fill, a result code and random last bytes",
        withCrc(parseHex("0002 0001 00000000 6f3a 6f6b00 5a*1021 4142")),
        "ok",
      ],
      [
        "version 2 without a closing NUL",
        withCrc(parseHex("0002 0001 00000000 0000 78*1024 0000")),
        "x".repeat(1023),
      ],
    ];
    for (const [why, bytes, text] of cases) {
      assertEquals(decode(decodePacket(bytes, { expect: "query" }).text), text, why);
    }
  },
);

Deno.test("decodePacket() names the kind of the error and the expected form", {
  permissions: "none",
}, () => {
  const head = "0004 0001 00000000 0000 0000";
  const good = withCrc(parseHex(`${head} 00000003 6f6b00`));
  const length = "length";
  const cases: [bytes: Uint8Array, fault: ProtocolFault, message: string][] = [
    [encode(""), "truncated", "expected at least 16 bytes, got 0"],
    [encode("\0"), "truncated", "expected at least 16 bytes, got 1"],
    [parseHex("0002"), "truncated", "expected 1036 bytes, got 2"],
    [good.subarray(0, 15), "truncated", "expected at least 16 bytes, got 15"],
    [good.subarray(0, 18), "truncated", "expected 19 bytes, got 18"],
    [parseHex("0000"), "version", "expected version 2, 3 or 4, got 0"],
    [parseHex("0001"), "version", "expected version 2, 3 or 4, got 1"],
    [parseHex("0005"), "version", "expected version 2, 3 or 4, got 5"],
    [parseHex("ffff"), "version", "expected version 2, 3 or 4, got 65535"],
    [encode("GET / HTTP/1.0"), "version", "expected version 2, 3 or 4, got 18245"],
    [parseHex("1603010200"), "version", "expected version 2, 3 or 4, got 5635, which is TLS"],
    [parseHex(`${head} 00010001`), length, "expected a buffer length from 0 to 65536, got 65537"],
    [parseHex(`${head} ffffffff`), length, "expected a buffer length from 0 to 65536, got -1"],
    [
      parseHex(`${head} 7fffffff`),
      length,
      "expected a buffer length from 0 to 65536, got 2147483647",
    ],
    [
      parseHex(`${head} 80000000`),
      length,
      "expected a buffer length from 0 to 65536, got -2147483648",
    ],
    [Uint8Array.from(good).fill(0, 4, 8), "crc", "expected CRC-32 0xa8ff1e67, got 0x00000000"],
    [
      withCrc(parseHex("0004 0003 00000000 0000 0000 00000001 00")),
      "type",
      "expected type 1 (query) or 2 (response), got 3",
    ],
    [
      encodePacket({ version: 4, type: "response", text: "ok" }),
      "type",
      "expected a query, got a response",
    ],
  ];
  for (const [bytes, fault, message] of cases) {
    const error = assertThrows(() => decodePacket(bytes, { expect: "query" }), ProtocolError);
    assertEquals([error.fault, error.message], [fault, `Cannot decode packet: ${message}`]);
    assertEquals(error.received, bytes.length, message);
  }
});

Deno.test("decodePacket() treats a non-zero alignment as zero in the CRC", {
  permissions: "none",
}, () => {
  const bytes = withCrc(parseHex("0004 0001 00000000 0000 1234 00000003 6f6b00"));
  assertEquals(assertThrows(() => decodePacket(bytes), ProtocolError).fault, "crc");
});

Deno.test(
  "decodePacket() includes the tail of version 3 in the CRC",
  { permissions: "none" },
  () => {
    const bytes = withCrc(parseHex("0003 0001 00000000 0000 0000 00000003 6f6b00"));
    assertEquals(assertThrows(() => decodePacket(bytes), ProtocolError).fault, "crc");
  },
);

Deno.test("decodePacket() reads the result code as a signed number", {
  permissions: "none",
}, () => {
  for (const resultCode of [0, 1, 3, 127, 128, 255, 256, 32767, -1, -128, -32768]) {
    for (const version of [2, 4] as const) {
      const bytes = encodePacket({ version, type: "response", resultCode, text: "x" });
      assertEquals(decodePacket(bytes).resultCode, resultCode);
    }
  }
});

Deno.test("decodePacket() returns a copy of the text", { permissions: "none" }, () => {
  const bytes = encodePacket({ version: 4, type: "query", text: "check_load" });
  const packet = decodePacket(bytes);
  bytes.fill(0xff);
  assertEquals(decode(packet.text), "check_load");
});

Deno.test("decodePacket() reads a packet with another payload size", {
  permissions: "none",
}, () => {
  const text = "x".repeat(3000);
  const bytes = encodePacket({ version: 2, type: "response", text, payloadSize: 4096 });
  assertEquals(bytes.length, 4108);
  assertEquals(decode(decodePacket(bytes, { payloadSize: 4096 }).text), text);
  assertEquals(assertThrows(() => decodePacket(bytes), ProtocolError).fault, "crc");
  for (const payloadSize of [0, 1.5, NaN, 65537]) {
    assertThrows(() => decodePacket(bytes, { payloadSize }), RangeError, "Cannot use payload size");
  }
});

Deno.test("packetLength() returns the length as soon as enough bytes are known", {
  permissions: "none",
}, () => {
  const v4 = encodePacket({ version: 4, type: "query", text: "ok" });
  const v3 = encodePacket({ version: 3, type: "query", text: "ok" });
  const v2 = encodePacket({ version: 2, type: "query", text: "ok" });
  assertEquals([0, 1, 2, 15, 16, 17].map((count) => packetLength(v4.subarray(0, count))), [
    ...[undefined, undefined, undefined, undefined],
    ...[1036, 1036],
  ]);
  assertEquals(packetLength(v3), 1033);
  assertEquals([0, 1, 2].map((count) => packetLength(v2.subarray(0, count))), [
    ...[undefined, undefined],
    1036,
  ]);
});
