/** Versions of the NRPE packet that are spoken here; version 1 died with NRPE 1.x. */
export type PacketVersion = 2 | 3 | 4;

/** What a packet is: type 1 on the wire asks, type 2 answers. */
export type PacketType = "query" | "response";

/** An NRPE packet as it was read. */
export interface Packet {
  /** Version of the layout; a response has the version of its query. */
  version: PacketVersion;
  /** Whether it asks or answers. */
  type: PacketType;
  /**
   * The signed 16-bit field as on the wire: the return code of the plugin in a response, 0 to 3 if
   * the peer is well-behaved; random in version 2 queries, where it means nothing.
   */
  resultCode: number;
  /** The bytes before the first NUL; of any encoding, in practice UTF-8. */
  text: Uint8Array;
  /**
   * Bytes of the buffer that holds the text in versions 3 and 4, as the packet says; version 2 has
   * no such field.
   */
  bufferLength?: number;
}

/** An NRPE packet to write. Every {@linkcode Packet} is one, and is written as it was read. */
export interface PacketInput {
  /** Version of the layout. */
  version: PacketVersion;
  /** Whether it asks or answers. */
  type: PacketType;
  /** Return code of the plugin in a response, a signed 16-bit integer; 0 if left out. */
  resultCode?: number;
  /** The text; a string is written as UTF-8. It ends at its first NUL. */
  text: string | Uint8Array;
  /**
   * Bytes of the buffer that holds the text in versions 3 and 4, 0 to 65,536. If left out, what
   * NRPE's own programs send.
   */
  bufferLength?: number;
  /** Bytes of the text buffer of version 2, closing NUL included; 1,024 if left out. */
  payloadSize?: number;
}

/** Bytes before the text in version 2. */
export const V2_HEADER_LENGTH = 10;

/** Bytes before the text in versions 3 and 4. */
export const HEADER_LENGTH = 16;

/** Bytes of the text buffer of version 2, wherever nothing else was agreed upon. */
export const V2_PAYLOAD_SIZE = 1024;

/** Padding of the C structure after the text of version 2: on the wire and under the CRC. */
export const V2_TAIL_LENGTH = 2;

/**
 * Zeros after the buffer of version 3: on the wire and under the CRC, but not in the buffer's
 * length, because NRPE 3 took the wrong size of its structure.
 */
export const V3_TAIL_LENGTH = 3;

/** The longest buffer that NRPE accepts in versions 3 and 4, in bytes. */
export const MAX_BUFFER_LENGTH = 65536;

/**
 * Bytes that a query has at least: the size of version 2, so that a server that knows no other
 * reads a whole packet before it refuses.
 */
export const MIN_QUERY_LENGTH = 1036;

/** Bytes of the longest packet there is: version 3 with a full buffer. */
export const MAX_PACKET_LENGTH: number = HEADER_LENGTH + MAX_BUFFER_LENGTH + V3_TAIL_LENGTH;

/** The type field of each kind of packet. */
export const TYPE_CODES: Readonly<Record<PacketType, number>> = { query: 1, response: 2 };

/**
 * Bytes of a whole version 2 packet.
 *
 * @param payloadSize bytes of its text buffer; NSClient++ calls it `payload length`
 * @returns bytes on the wire
 * @throws {RangeError} if the size is not an integer from 1 to 65,536
 */
export function v2Length(payloadSize: number): number {
  if (!Number.isInteger(payloadSize) || payloadSize < 1 || payloadSize > MAX_BUFFER_LENGTH) {
    throw new RangeError(
      `Cannot use payload size "${payloadSize}": expected 1 to ${MAX_BUFFER_LENGTH} bytes`,
    );
  }
  return V2_HEADER_LENGTH + payloadSize + V2_TAIL_LENGTH;
}

/**
 * The longest text that a packet carries. {@linkcode PacketInput} text beyond it is cut, as NRPE
 * does; who must not lose the end of a query compares first.
 *
 * @param version version of the layout
 * @param payloadSize bytes of the text buffer of version 2
 * @returns bytes, without the closing NUL
 */
export function maxTextLength(
  version: PacketVersion,
  payloadSize: number = V2_PAYLOAD_SIZE,
): number {
  return (version === 2 ? payloadSize : MAX_BUFFER_LENGTH) - 1;
}
