import { type DecodeOptions, decodePacket, packetLength } from "./decode_packet.ts";
import { MAX_PACKET_LENGTH, MIN_QUERY_LENGTH, type Packet, V3_TAIL_LENGTH } from "./packet.ts";
import { ProtocolError } from "./protocol_error.ts";

/** A source of bytes: a connection, plain or TLS, or a test. */
export interface ByteSource {
  /**
   * Waits for bytes and writes them to `buffer`.
   *
   * @param buffer the buffer to fill; never empty
   * @returns number of bytes written to it; null at the end
   */
  read(buffer: Uint8Array): Promise<number | null>;
}

/** Options of {@linkcode readPacket}. */
export interface ReadOptions extends DecodeOptions {
  /**
   * Length of the largest accepted packet in bytes, with its header; default: 65,555, the limit of
   * the protocol. Below 1,036, every query with the usual padding is refused.
   */
  maxLength?: number;
}

/**
 * Initial size of the buffer in bytes. Every `check_nrpe` pads its queries to this length, so that
 * one read is enough and the buffer need not grow.
 */
const FIRST_LENGTH = MIN_QUERY_LENGTH;

/**
 * Reads one packet from a source that returns its bytes in pieces of any size. It stops at the last
 * byte of the packet, or at the first byte that shows an error. It does not wait for bytes after the
 * packet, or for the last three bytes of version 3, which some clients never send.
 *
 * The length field of a packet does not reserve memory: the buffer grows with the received bytes,
 * to at most four times their number and at most `maxLength`. The function has no time limit; the
 * owner of the source closes it at the deadline.
 *
 * @param source the source; errors of its `read` are passed on
 * @param options the expected type, the largest length, and the buffer size of version 2
 * @returns the packet
 * @throws {ProtocolError} as {@linkcode decodePacket} does, also `"size"` for a packet above
 * `maxLength`, and `"truncated"` if the source ends too early; `received` is the number of bytes read
 */
export async function readPacket(source: ByteSource, options: ReadOptions = {}): Promise<Packet> {
  const { maxLength = MAX_PACKET_LENGTH, payloadSize } = options;
  let buffer = new Uint8Array(FIRST_LENGTH);
  let received = 0;
  while (true) {
    const count = await source.read(received === 0 ? buffer : buffer.subarray(received));
    // A read of 0 bytes counts as the end, to avoid an endless loop: the buffer always has room.
    if (count === null || count === 0) return decodePacket(buffer.subarray(0, received), options);
    received += count;
    const head = buffer.subarray(0, received);
    const length = packetLength(head, payloadSize);
    if (length === undefined) continue;
    if (length > maxLength) {
      const message = `Cannot read packet: expected at most ${maxLength} bytes, got ${length}`;
      throw new ProtocolError("size", message, received);
    }
    if (received >= length) return decodePacket(head, options);
    if (received === buffer.length) {
      const grown = new Uint8Array(Math.min(length + V3_TAIL_LENGTH, received * 4));
      grown.set(buffer);
      buffer = grown;
    }
  }
}
