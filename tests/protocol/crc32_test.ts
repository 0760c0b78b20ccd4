import { assertEquals } from "@std/assert";
import fc from "../fast_check.ts";
import { crc32 } from "../../src/protocol/crc32.ts";
import { encode, slowCrc32 } from "./bytes.ts";

Deno.test("crc32() returns the published check values", { permissions: "none" }, () => {
  const cases: [text: string, crc: number][] = [
    ["", 0],
    ["a", 0xe8b7be43],
    ["123456789", 0xcbf43926],
    ["The quick brown fox jumps over the lazy dog", 0x414fa339],
  ];
  for (const [text, crc] of cases) assertEquals(crc32(encode(text)), crc, text);
});

Deno.test(
  "crc32() returns the CRC of the definition for any bytes",
  { permissions: "none" },
  () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assertEquals(crc32(bytes), slowCrc32(bytes));
    }));
  },
);

Deno.test("crc32() returns the same CRC for data in pieces", { permissions: "none" }, () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
    const middle = Math.min(cut, bytes.length);
    assertEquals(crc32(bytes, crc32(bytes, 0, 0, middle), middle), crc32(bytes));
  }));
});
