import { crc32 } from "../../src/protocol/crc32.ts";
import { decodePacket } from "../../src/protocol/decode_packet.ts";
import { encodePacket } from "../../src/protocol/encode_packet.ts";
import { readPacket } from "../../src/protocol/read_packet.ts";

const query = { version: 4, type: "query", text: "check_disk!20%!10%!/" } as const;
const response = { version: 4, type: "response", text: "x".repeat(65535) } as const;
const queryBytes = encodePacket(query);
const responseBytes = encodePacket(response);

/** Returns the packet again and again, with one read if the buffer is large enough. */
function repeat(packet: Uint8Array) {
  let at = 0;
  return {
    read(buffer: Uint8Array) {
      const piece = packet.subarray(at, at + buffer.length);
      buffer.set(piece);
      at = (at + piece.length) % packet.length;
      return Promise.resolve(piece.length);
    },
  };
}

const queries = repeat(queryBytes);
const responses = repeat(responseBytes);

Deno.bench("crc32() of 1,036 bytes", { group: "crc32" }, () => void crc32(queryBytes));
Deno.bench("crc32() of 64 KiB", { group: "crc32" }, () => void crc32(responseBytes));

const small = { group: "a query of 1,036 bytes" };
Deno.bench("encodePacket() of a query", small, () => void encodePacket(query));
Deno.bench("decodePacket() of a query", small, () => void decodePacket(queryBytes));
Deno.bench("readPacket() of a query", small, async () => void await readPacket(queries));

const large = { group: "a response of 64 KiB" };
Deno.bench("encodePacket() of a response", large, () => void encodePacket(response));
Deno.bench("decodePacket() of a response", large, () => void decodePacket(responseBytes));
Deno.bench("readPacket() of a response", large, async () => void await readPacket(responses));
