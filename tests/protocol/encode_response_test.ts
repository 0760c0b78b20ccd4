import { assertEquals, assertThrows } from "@std/assert";
import fc from "../fast_check.ts";
import { decodePacket } from "../../src/protocol/decode_packet.ts";
import { encodePacket } from "../../src/protocol/encode_packet.ts";
import { encodeResponse } from "../../src/protocol/encode_response.ts";
import { readResponse } from "../../src/protocol/read_response.ts";
import { concat, deal, encode } from "./bytes.ts";

Deno.test("encodeResponse() writes the same single packet as encodePacket()", {
  permissions: "none",
}, () => {
  for (const version of [2, 3, 4] as const) {
    for (const packets of [undefined, "one", "many"] as const) {
      for (const text of ["", "OK", "x".repeat(1023), "é".repeat(900)].map(encode)) {
        if (version === 2 && packets === "many" && text.length > 1023) continue;
        assertEquals(
          encodeResponse({ version, resultCode: 2, text, packets }),
          encodePacket({ version, type: "response", resultCode: 2, text }),
        );
      }
    }
  }
});

Deno.test("encodeResponse() splits a long text into packets of type 3 and a last one of type 2", {
  permissions: "none",
}, () => {
  const text = encode("x".repeat(1022) + "é" + "y".repeat(1022) + "z");
  const bytes = encodeResponse({ version: 2, resultCode: 1, text, packets: "many" });
  const common = { version: 2, type: "response", resultCode: 1 } as const;
  assertEquals(
    bytes,
    concat(
      encodePacket({ ...common, more: true, text: text.subarray(0, 1023) }),
      encodePacket({ ...common, more: true, text: text.subarray(1023, 2046) }),
      encodePacket({ ...common, text: text.subarray(2046) }),
    ),
  );
  const types = [0, 1036, 2072].map((at) => bytes[at + 3]);
  assertEquals(types, [3, 3, 2]);
  assertThrows(
    () => decodePacket(bytes, { expect: "response" }),
    Error,
    "expected type 1 (query) or 2 (response), got 3",
  );
});

Deno.test("readResponse() joins what encodeResponse() has split, for every size", {
  permissions: "none",
}, async () => {
  const cases = fc.asyncProperty(
    fc.uint8Array({ min: 1, max: 255, maxLength: 5_000 }),
    fc.integer({ min: 2, max: 3_000 }),
    fc.integer({ min: 1, max: 3_000 }),
    fc.integer({ min: 0, max: 3 }),
    async (text, payloadSize, piece, resultCode) => {
      const size = { payloadSize, packets: "many" } as const;
      const bytes = encodeResponse({ version: 2, resultCode, text, ...size });
      const packet = await readResponse(deal(bytes, [piece]), { payloadSize });
      assertEquals([packet.text, packet.resultCode], [text, resultCode]);
    },
  );
  await fc.assert(cases, { numRuns: 200 });
});

Deno.test("encodeResponse() ends the text at its first NUL and at 65,535 bytes", {
  permissions: "none",
}, async () => {
  const many = { version: 2, resultCode: 0, packets: "many" } as const;
  const nul = encode("a".repeat(2000) + "\0" + "b".repeat(2000));
  const [short, long] = await Promise.all(
    [nul, new Uint8Array(200_000).fill(0x78)].map((text) =>
      readResponse(deal(encodeResponse({ ...many, text })))
    ),
  );
  assertEquals([short!.text.length, long!.text.length], [2000, 65535]);
});
