/** The supported versions of the NRPE packet. NRPE 1.x used version 1, which is not supported. */
export type PacketVersion = 2 | 3 | 4;

/**
 * The type of a packet. A query is type 1 on the wire. A response is type 2, or type 3 if another
 * packet of the same response follows.
 */
export type PacketType = "query" | "response";

/** A decoded NRPE packet. */
export interface Packet {
  /** Version of the packet; a response has the version of its query. */
  version: PacketVersion;
  /** Whether the packet is a query or a response. */
  type: PacketType;
  /**
   * The signed 16-bit result code. In a response it is the return code of the plugin, normally 0 to
   * 3. In a query it has no meaning; NRPE writes random bytes in version 2.
   */
  resultCode: number;
  /** The bytes of the text, up to the first NUL. The encoding is unknown, in practice UTF-8. */
  text: Uint8Array;
  /** Length of the text buffer in bytes, in versions 3 and 4. Version 2 has no such field. */
  bufferLength?: number;
  /** Length of the text buffer of version 2 in bytes, if it is not 1,024. */
  payloadSize?: number;
  /** True in type 3 of version 2: the next packet continues the text of this response. */
  more?: boolean;
}

/** An NRPE packet to encode. A decoded {@linkcode Packet} can be encoded again without change. */
export interface PacketInput {
  /** Version of the packet. */
  version: PacketVersion;
  /** Whether the packet is a query or a response. */
  type: PacketType;
  /** Return code of the plugin in a response, a signed 16-bit integer; default: 0. */
  resultCode?: number;
  /** The text; a string is encoded as UTF-8. It ends at its first NUL. */
  text: string | Uint8Array;
  /**
   * Length of the text buffer in versions 3 and 4, in bytes, 0 to 65,536; default: the length that
   * NRPE's own programs use.
   */
  bufferLength?: number;
  /** Length of the text buffer of version 2 in bytes, with its closing NUL; default: 1,024. */
  payloadSize?: number;
  /**
   * Whether another packet of the same response follows, in version 2 (type 3); default: false.
   * NSClient++ sends and reads such packets, nrpe does not.
   */
  more?: boolean;
}

/** Bytes before the text in version 2. */
export const V2_HEADER_LENGTH = 10;

/** Bytes before the text in versions 3 and 4. */
export const HEADER_LENGTH = 16;

/** Default length of the text buffer of version 2, in bytes. */
export const V2_PAYLOAD_SIZE = 1024;

/** Padding of the C structure after the text of version 2. It is sent and included in the CRC. */
export const V2_TAIL_LENGTH = 2;

/**
 * Zeros after the buffer of version 3. They are sent and included in the CRC, but not in the buffer
 * length, because NRPE 3 used the wrong size of its structure.
 */
export const V3_TAIL_LENGTH = 3;

/** The longest buffer that NRPE accepts in versions 3 and 4, in bytes. */
export const MAX_BUFFER_LENGTH = 65536;

/**
 * Minimum length of a query in bytes. It is the length of version 2, so that a server that supports
 * only version 2 reads a whole packet before it refuses it.
 */
export const MIN_QUERY_LENGTH = 1036;

/** Length of the longest possible packet, version 3 with a full buffer, in bytes. */
export const MAX_PACKET_LENGTH: number = HEADER_LENGTH + MAX_BUFFER_LENGTH + V3_TAIL_LENGTH;

/** The number of each packet type on the wire. */
export const TYPE_CODES: Readonly<Record<PacketType, number>> = { query: 1, response: 2 };

/** The number of a response of version 2 if another packet follows. */
export const MORE_CODE = 3;

/**
 * Returns the length of a version 2 packet.
 *
 * @param payloadSize length of its text buffer in bytes; NSClient++ calls it `payload length`
 * @returns the length in bytes
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
 * Returns the length of the longest text that fits into a packet. `encodePacket()` cuts longer text,
 * as NRPE does; a caller that must not lose the end of a query compares the length first.
 *
 * @param version version of the packet
 * @param payloadSize length of the text buffer of version 2, in bytes
 * @returns the length in bytes, without the closing NUL
 */
export function maxTextLength(
  version: PacketVersion,
  payloadSize: number = V2_PAYLOAD_SIZE,
): number {
  return (version === 2 ? payloadSize : MAX_BUFFER_LENGTH) - 1;
}
