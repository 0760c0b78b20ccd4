import { decodePacket, isIntactV2, packetLength } from "./decode_packet.ts";
import { MAX_PACKET_LENGTH, type Packet, V2_PAYLOAD_SIZE, v2Length } from "./packet.ts";
import type { ByteSource } from "./read_packet.ts";
import { createReceiver, receiveWaiting } from "./receiver.ts";

/** Options of {@linkcode readQuery}. */
export interface QueryReadOptions {
  /**
   * Length of the text buffer of version 2 in bytes, in addition to the usual 1,024. Clients are
   * configured or built with it: `check_nrpe -P`, `payload length` of NSClient++.
   */
  payloadSize?: number | undefined;
}

/**
 * Initial size of the buffer in bytes: more than a usual query, so that the first read shows whether
 * the packet of a client is longer.
 */
const FIRST_LENGTH = 2048;

/**
 * Reads the query of a client. A query of version 2 has no length field: it is complete as soon as
 * its CRC is right over one of the two accepted lengths.
 *
 * @param source the source; errors of its `read` are passed on
 * @param options the second accepted size of version 2
 * @returns the query; `payloadSize` is set if it is not 1,024. The response must have the same size
 * @throws {ProtocolError} as `readPacket()` does. If the CRC is right over all received bytes, but
 * the size is not accepted, the message contains "another payload size".
 * @throws {RangeError} if the payload size is not an integer from 1 to 65,536
 */
export async function readQuery(
  source: ByteSource,
  { payloadSize = V2_PAYLOAD_SIZE }: QueryReadOptions = {},
): Promise<Packet> {
  const sizes = [...new Set([payloadSize, V2_PAYLOAD_SIZE])].sort((a, b) => a - b);
  const lengths = sizes.map(v2Length);
  const receiver = createReceiver(source, FIRST_LENGTH);
  for (let before = 0;; before = receiver.bytes.length) {
    const alive = await receiver.more(MAX_PACKET_LENGTH);
    const { bytes } = receiver;
    const length = packetLength(bytes);
    const isV2 = length !== undefined && bytes[1] === 2;
    if (isV2) {
      const at = lengths.findIndex((each) =>
        before < each && each <= bytes.length && isIntactV2(bytes, each)
      );
      if (at >= 0) return decodePacket(bytes, { expect: "query", payloadSize: sizes[at]! });
    }
    if (!alive || isDecided(bytes, isV2 ? lengths.at(-1)! : length)) {
      if (isV2) await receiveWaiting(receiver);
      return decodePacket(receiver.bytes, { expect: "query", payloadSize: sizes.at(-1)! });
    }
  }
}

/**
 * Returns whether further bytes cannot make the packet valid: all bytes are there, or the bytes of
 * version 2 so far are an intact packet of another size, whose client waits for the response.
 */
function isDecided(bytes: Uint8Array, length: number | undefined): boolean {
  if (length === undefined) return false;
  if (bytes.length >= length) return true;
  // Sizes are multiples of 4 in practice. The restriction limits the work for a peer that sends its
  // bytes one by one.
  return bytes[1] === 2 && bytes.length > v2Length(1) && bytes.length % 4 === 0 &&
    isIntactV2(bytes, bytes.length);
}
