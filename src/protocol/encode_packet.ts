import { crc32 } from "./crc32.ts";
import { cutText } from "./cut_text.ts";
import {
  HEADER_LENGTH,
  MAX_BUFFER_LENGTH,
  maxTextLength,
  MIN_QUERY_LENGTH,
  MORE_CODE,
  type PacketInput,
  TYPE_CODES,
  V2_HEADER_LENGTH,
  V2_PAYLOAD_SIZE,
  v2Length,
  V3_TAIL_LENGTH,
} from "./packet.ts";

const encoder = new TextEncoder();

/**
 * Encodes an NRPE packet.
 *
 * NRPE's own programs write the same bytes: a query is padded to 1,036 bytes, a response is as long
 * as its text. In version 2, NRPE writes random bytes to the result code of a query and to the last
 * two bytes of a packet. This function writes zeros instead, so that equal packets have equal
 * bytes.
 *
 * Text that does not fit is cut, but not inside a UTF-8 character: after 1,023 bytes in version 2,
 * after 65,535 in versions 3 and 4. The text ends at its first NUL, because a peer stops reading
 * there. The buffer of an empty response contains one byte: if it were empty, `check_nrpe` would
 * report a failure and run the command again.
 *
 * @param packet the packet, see {@linkcode PacketInput}
 * @returns the bytes of the whole packet
 * @throws {RangeError} if the version, result code, buffer length or payload size is out of range, or
 * if the text does not fit the given buffer length
 * @throws {TypeError} if the type is neither `"query"` nor `"response"`, or if `more` is true for
 * anything but a response of version 2
 *
 * @example
 * ```ts
 * import { encodePacket } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * const query = encodePacket({ version: 4, type: "query", text: "check_load" });
 * assertEquals(query.length, 1036);
 *
 * const response = encodePacket({ version: 4, type: "response", resultCode: 1, text: "LOAD 5.2" });
 * assertEquals(response.length, 25);
 * ```
 */
export function encodePacket(packet: PacketInput): Uint8Array {
  checkInput(packet);
  const whole = typeof packet.text === "string" ? encoder.encode(packet.text) : packet.text;
  const nul = whole.indexOf(0);
  const text = nul === -1 ? whole : whole.subarray(0, nul);
  const bytes = packet.version === 2 ? layV2(packet, text) : layV3(packet, text);
  bytes[1] = packet.version;
  bytes[3] = packet.more === true ? MORE_CODE : TYPE_CODES[packet.type];
  const resultCode = packet.resultCode ?? 0;
  bytes[8] = resultCode >> 8;
  bytes[9] = resultCode;
  writeUint32(bytes, 4, crc32(bytes));
  return bytes;
}

function checkInput({ version, type, resultCode = 0, more = false }: PacketInput): void {
  if (version !== 2 && version !== 3 && version !== 4) {
    throw new RangeError(`Cannot encode packet: expected version 2, 3 or 4, got "${version}"`);
  }
  if (type !== "query" && type !== "response") {
    throw new TypeError(`Cannot encode packet: expected type "query" or "response", got "${type}"`);
  }
  if (more && (version !== 2 || type !== "response")) {
    throw new TypeError(
      `Cannot encode packet: only a response of version 2 can have more packets, got a ${type} of ` +
        `version ${version}`,
    );
  }
  if (!Number.isInteger(resultCode) || resultCode < -32768 || resultCode > 32767) {
    throw new RangeError(
      `Cannot encode packet: expected a result code from -32768 to 32767, got "${resultCode}"`,
    );
  }
}

/** Returns a version 2 packet that contains only the text. */
function layV2({ payloadSize = V2_PAYLOAD_SIZE }: PacketInput, text: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(v2Length(payloadSize));
  bytes.set(cutText(text, maxTextLength(2, payloadSize)), V2_HEADER_LENGTH);
  return bytes;
}

/** Returns a packet of version 3 or 4 that contains only the buffer length and the text. */
function layV3(packet: PacketInput, whole: Uint8Array): Uint8Array {
  const text = packet.bufferLength === undefined
    ? cutText(whole, maxTextLength(packet.version))
    : whole;
  const bufferLength = packet.bufferLength ?? usualBufferLength(packet, text.length);
  if (!Number.isInteger(bufferLength) || bufferLength < 0 || bufferLength > MAX_BUFFER_LENGTH) {
    throw new RangeError(
      `Cannot encode packet: expected a buffer length from 0 to ${MAX_BUFFER_LENGTH}, ` +
        `got "${bufferLength}"`,
    );
  }
  if (text.length > bufferLength) {
    throw new RangeError(
      `Cannot encode packet: text of ${text.length} bytes does not fit buffer length ` +
        `"${bufferLength}"`,
    );
  }
  const bytes = new Uint8Array(HEADER_LENGTH + bufferLength + tailLength(packet));
  writeUint32(bytes, 12, bufferLength);
  bytes.set(text, HEADER_LENGTH);
  return bytes;
}

/** The buffer length that NRPE's own programs use for text of this length in bytes. */
function usualBufferLength(packet: PacketInput, textLength: number): number {
  if (packet.type === "query") {
    return Math.max(MIN_QUERY_LENGTH - HEADER_LENGTH - tailLength(packet), textLength + 1);
  }
  // In NRPE 3, the tail is the closing NUL.
  return packet.version === 3 ? Math.max(1, textLength) : textLength + 1;
}

function tailLength({ version }: PacketInput): number {
  return version === 3 ? V3_TAIL_LENGTH : 0;
}

function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
