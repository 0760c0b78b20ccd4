import { crc32 } from "./crc32.ts";
import {
  HEADER_LENGTH,
  MAX_BUFFER_LENGTH,
  MORE_CODE,
  type Packet,
  type PacketType,
  type PacketVersion,
  TYPE_CODES,
  V2_HEADER_LENGTH,
  V2_PAYLOAD_SIZE,
  V2_TAIL_LENGTH,
  v2Length,
  V3_TAIL_LENGTH,
} from "./packet.ts";
import { ProtocolError } from "./protocol_error.ts";

/** Options of {@linkcode decodePacket}. */
export interface DecodeOptions {
  /** The required type; default: both types are accepted. */
  expect?: PacketType;
  /** Length of the text buffer of version 2 in bytes, with its closing NUL; default: 1,024. */
  payloadSize?: number;
  /**
   * Whether type 3 of version 2 is accepted: a response that the next packet continues; default:
   * false, as in nrpe.
   */
  acceptMore?: boolean;
}

const ZEROS = new Uint8Array(4);

/**
 * Decodes an NRPE packet of version 2, 3 or 4.
 *
 * It accepts the deviations that NRPE accepts, and those that past releases of NRPE send: a buffer
 * without a closing NUL, bytes after the first NUL, an alignment that is not zero, a query without
 * padding, a version 3 packet without its last three bytes, the version 4 CRC of NRPE 4.0.0, an
 * empty buffer. Bytes after the packet are ignored.
 *
 * @param bytes a buffer that begins with the packet
 * @param options the expected type, and the buffer size of version 2
 * @returns the packet; its text is a copy
 * @throws {ProtocolError} if the bytes are not a valid packet. Like NRPE, it checks in this order:
 * version, length, truncated, crc, type.
 * @throws {RangeError} if the payload size is not an integer from 1 to 65,536
 *
 * @example
 * ```ts
 * import { decodePacket, encodePacket } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodePacket({ version: 4, type: "response", resultCode: 2, text: "DISK 99%" });
 * const packet = decodePacket(bytes);
 * assertEquals(packet.resultCode, 2);
 * assertEquals(new TextDecoder().decode(packet.text), "DISK 99%");
 * ```
 */
export function decodePacket(bytes: Uint8Array, options: DecodeOptions = {}): Packet {
  const length = packetLength(bytes, options.payloadSize);
  if (length === undefined || bytes.length < length) {
    const expected = length ?? `at least ${HEADER_LENGTH}`;
    const why = hasAnotherSize(bytes, length) ? ANOTHER_SIZE : "";
    throw packetError("truncated", `${why}expected ${expected} bytes, got ${bytes.length}`, bytes);
  }
  const version = bytes[1] as PacketVersion;
  checkCrc(bytes, version, length);
  const packet: Packet = {
    version,
    ...readType(bytes, version, options),
    resultCode: bytes[8]! << 24 >> 16 | bytes[9]!,
    text: readText(bytes, version, length),
  };
  if (version !== 2) packet.bufferLength = length - HEADER_LENGTH;
  else if (length !== v2Length(V2_PAYLOAD_SIZE)) packet.payloadSize = options.payloadSize!;
  return packet;
}

/**
 * Returns the length of a packet, read from its first bytes.
 *
 * @param head the bytes received so far
 * @param payloadSize length of the text buffer of version 2, in bytes
 * @returns the length in bytes; undefined if more bytes are needed to know it. The tail of version 3
 * is not counted: readers treat it as zeros and do not wait for it
 * @throws {ProtocolError} `"version"` or `"length"`, as soon as the bytes show it
 * @throws {RangeError} if the payload size is not an integer from 1 to 65,536
 */
export function packetLength(
  head: Uint8Array,
  payloadSize: number = V2_PAYLOAD_SIZE,
): number | undefined {
  if (head.length < 2) return undefined;
  const version = readUint16(head, 0);
  if (version === 2) return v2Length(payloadSize);
  if (version !== 3 && version !== 4) {
    // A TLS record: a handshake from a client, an alert from a server.
    const hint = version === 0x1603 || version === 0x1503 ? ", which is TLS" : "";
    throw packetError("version", `expected version 2, 3 or 4, got ${version}${hint}`, head);
  }
  if (head.length < HEADER_LENGTH) return undefined;
  const bufferLength = readUint32(head, 12) | 0;
  if (bufferLength < 0 || bufferLength > MAX_BUFFER_LENGTH) {
    const range = `0 to ${MAX_BUFFER_LENGTH}`;
    const message = `expected a buffer length from ${range}, got ${bufferLength}`;
    throw packetError("length", message, head);
  }
  return HEADER_LENGTH + bufferLength;
}

const ANOTHER_SIZE = "another payload size: ";

/**
 * Returns whether bytes are an intact packet of version 2 whose text buffer has another length than
 * expected. It is a part of the configuration of both peers.
 *
 * @param bytes all bytes received
 * @param length the expected length of the packet in bytes
 */
function hasAnotherSize(bytes: Uint8Array, length: number | undefined): boolean {
  return bytes.length !== length && bytes.length > V2_HEADER_LENGTH + V2_TAIL_LENGTH &&
    readUint16(bytes, 0) === 2 && isIntactV2(bytes, bytes.length);
}

/**
 * Returns whether the CRC of a version 2 packet is right.
 *
 * @param bytes a buffer that begins with the packet
 * @param length the length of the packet in bytes, not above the length of the buffer
 */
export function isIntactV2(bytes: Uint8Array, length: number): boolean {
  return crcV2(bytes, length) === readUint32(bytes, 4);
}

function crcV2(bytes: Uint8Array, length: number): number {
  return crc32(bytes, crc32(ZEROS, crc32(bytes, 0, 0, 4), 0, 4), 8, length);
}

/** In the computation of the CRC, the CRC field and the alignment of versions 3 and 4 are zeros. */
function checkCrc(bytes: Uint8Array, version: PacketVersion, length: number): void {
  const expected = readUint32(bytes, 4);
  let actual: number;
  if (version === 2) {
    actual = crcV2(bytes, length);
  } else {
    actual = crc32(bytes, crc32(ZEROS, crc32(bytes, 0, 0, 4), 0, 4), 8, 10);
    actual = crc32(ZEROS, actual, 0, 2);
    actual = crc32(bytes, actual, 12, length);
    // The CRC of version 3 always includes the tail. The CRC of version 4 includes it only in NRPE
    // 4.0.0, by mistake.
    if (version === 3 || actual !== expected) {
      const withTail = crc32(ZEROS, actual, 0, V3_TAIL_LENGTH);
      if (version === 3 || withTail === expected) actual = withTail;
    }
  }
  if (actual !== expected && hasAnotherSize(bytes, length)) {
    throw packetError(
      "crc",
      `${ANOTHER_SIZE}expected ${length} bytes, got ${bytes.length} with a valid CRC-32`,
      bytes,
    );
  }
  if (actual !== expected) {
    throw packetError("crc", `expected CRC-32 ${hex(actual)}, got ${hex(expected)}`, bytes);
  }
}

function readType(
  bytes: Uint8Array,
  version: PacketVersion,
  { expect, acceptMore = false }: DecodeOptions,
): Pick<Packet, "type" | "more"> {
  const code = readUint16(bytes, 2);
  if (code === MORE_CODE && version === 2 && acceptMore && expect !== "query") {
    return { type: "response", more: true };
  }
  if (code !== TYPE_CODES.query && code !== TYPE_CODES.response) {
    throw packetError("type", `expected type 1 (query) or 2 (response), got ${code}`, bytes);
  }
  const type = code === TYPE_CODES.query ? "query" : "response";
  if (expect !== undefined && type !== expect) {
    throw packetError("type", `expected a ${expect}, got a ${type}`, bytes);
  }
  return { type };
}

function readText(bytes: Uint8Array, version: PacketVersion, length: number): Uint8Array {
  const start = version === 2 ? V2_HEADER_LENGTH : HEADER_LENGTH;
  // The last byte of a version 2 buffer counts as NUL, even if it is another byte.
  const end = version === 2 ? length - V2_TAIL_LENGTH - 1 : length;
  const nul = bytes.indexOf(0, start);
  return bytes.slice(start, nul === -1 || nul > end ? end : nul);
}

function readUint16(bytes: Uint8Array, at: number): number {
  return bytes[at]! << 8 | bytes[at + 1]!;
}

function readUint32(bytes: Uint8Array, at: number): number {
  return (readUint16(bytes, at) << 16 | readUint16(bytes, at + 2)) >>> 0;
}

function hex(crc: number): string {
  return `0x${crc.toString(16).padStart(8, "0")}`;
}

function packetError(
  fault: ProtocolError["fault"],
  message: string,
  bytes: Uint8Array,
): ProtocolError {
  return new ProtocolError(fault, `Cannot decode packet: ${message}`, bytes.length);
}
