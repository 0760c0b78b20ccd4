import { type DecodeOptions, decodePacket, packetLength } from "./decode_packet.ts";
import { MAX_PACKET_LENGTH, MIN_QUERY_LENGTH, type Packet, V3_TAIL_LENGTH } from "./packet.ts";
import { ProtocolError } from "./protocol_error.ts";

/** Where bytes come from: a connection, plain or TLS, or a test. */
export interface ByteSource {
  /**
   * Waits for bytes and puts as many as there are into `buffer`.
   *
   * @param buffer where to put them; never empty
   * @returns how many bytes were put there, null at the end
   */
  read(buffer: Uint8Array): Promise<number | null>;
}

/** What is known about a packet before it is read, and how large it may be. */
export interface ReadOptions extends DecodeOptions {
  /**
   * Bytes of the largest packet to accept, header included. Below 1,036 it refuses every query that
   * is padded as usual. The protocol's own limit, 65,555, if left out.
   */
  maxLength?: number;
}

/**
 * Bytes asked for at first: a whole query of any version as every `check_nrpe` pads it, so that it
 * takes one read and no growing.
 */
const FIRST_LENGTH = MIN_QUERY_LENGTH;

/**
 * Reads one packet, however its bytes are dealt out. The promise settles with the packet's last
 * byte, or with the first that shows a fault, and the source is not read any further: not for what
 * follows the packet, nor for the last three bytes of version 3, which some clients never send.
 *
 * What a packet claims about its length allocates nothing: the buffer grows with the bytes that
 * came, at most fourfold, and never beyond `maxLength`. Time is not bounded here; whoever owns the
 * source closes it at the deadline.
 *
 * @param source where the bytes come from; what its `read` throws is passed on
 * @param options what is known beforehand
 * @returns the packet
 * @throws {ProtocolError} as {@linkcode decodePacket} does, and `"size"` for a packet above
 * `maxLength`; `received` says how many bytes came. `"truncated"` if the source ends too early.
 */
export async function readPacket(source: ByteSource, options: ReadOptions = {}): Promise<Packet> {
  const { maxLength = MAX_PACKET_LENGTH, payloadSize } = options;
  let buffer = new Uint8Array(FIRST_LENGTH);
  let received = 0;
  while (true) {
    const count = await source.read(received === 0 ? buffer : buffer.subarray(received));
    // A source that reads nothing into room enough would be asked for ever: it counts as ended.
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
