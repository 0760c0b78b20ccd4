import { decodePacket, isIntactV2, packetLength } from "./decode_packet.ts";
import { MAX_PACKET_LENGTH, type Packet } from "./packet.ts";
import { ProtocolError } from "./protocol_error.ts";
import type { ByteSource } from "./read_packet.ts";
import { createReceiver, type Receiver, receiveWaiting } from "./receiver.ts";

/** Options of {@linkcode readResponse}. */
export interface ResponseReadOptions {
  /** Length of the text buffer of version 2 in bytes, with its closing NUL; default: 1,024. */
  payloadSize?: number | undefined;
}

/** Initial size of the buffer in bytes. */
const FIRST_LENGTH = 2048;

/** Limit of the joined text of a response of several packets, in bytes: 1 MiB. */
export const MAX_JOINED_LENGTH = 1_048_576;

/** Limit of the packets of a response: one for each byte of text. A server can send empty ones. */
const MAX_PACKETS = 65_536;

/**
 * Reads a response, which in version 2 may consist of several packets: all but the last one have
 * type 3. NSClient++ answers that way if the text is longer than one packet. The text may be split
 * inside a UTF-8 character.
 *
 * @param source the source; errors of its `read` are passed on
 * @param options the buffer size of version 2
 * @returns the response; several packets are joined to one, with the result code of the first
 * @throws {ProtocolError} as `readPacket()` does, also `"size"` if the joined text is longer than
 * {@linkcode MAX_JOINED_LENGTH} or has more than 65,536 packets, and `"truncated"` if the source ends
 * before the last packet
 */
export async function readResponse(
  source: ByteSource,
  { payloadSize }: ResponseReadOptions = {},
): Promise<Packet> {
  const receiver = createReceiver(source, FIRST_LENGTH);
  const packets: Packet[] = [];
  let length = 0;
  for (;;) {
    const packet = await nextPacket(receiver, payloadSize, packets.length);
    const { version, more = false, text } = packet;
    if (packets.length === 0 && !more) return packet;
    if (version !== 2) {
      throw readError("version", `expected another packet of version 2, got ${version}`, receiver);
    }
    packets.push(packet);
    length += text.length;
    if (length > MAX_JOINED_LENGTH) {
      throw readError("size", `expected at most ${MAX_JOINED_LENGTH} bytes of text`, receiver);
    }
    if (packets.length > MAX_PACKETS) {
      throw readError("size", `expected at most ${MAX_PACKETS} packets`, receiver);
    }
    if (!more) return join(packets, length);
  }
}

async function nextPacket(
  receiver: Receiver,
  payloadSize: number | undefined,
  before: number,
): Promise<Packet> {
  const size = payloadSize === undefined ? {} : { payloadSize };
  for (;;) {
    const { bytes } = receiver;
    const length = packetLength(bytes, payloadSize);
    if (length !== undefined && bytes.length >= length) {
      if (bytes[1] === 2 && !isIntactV2(bytes, length)) await receiveWaiting(receiver);
      const packet = decodePacket(receiver.bytes, {
        expect: "response",
        acceptMore: true,
        ...size,
      });
      receiver.take(length);
      return packet;
    }
    if (await receiver.more(MAX_PACKET_LENGTH)) continue;
    if (before === 0) return decodePacket(bytes, { expect: "response", ...size });
    throw readError(
      "truncated",
      `truncated: expected another packet after ${before}, got ${bytes.length} bytes of it`,
      receiver,
    );
  }
}

function join(packets: readonly Packet[], length: number): Packet {
  const text = new Uint8Array(length);
  let at = 0;
  for (const part of packets) {
    text.set(part.text, at);
    at += part.text.length;
  }
  const { more: _more, ...first } = packets[0]!;
  return { ...first, text };
}

function readError(
  fault: ProtocolError["fault"],
  message: string,
  { received }: Receiver,
): ProtocolError {
  return new ProtocolError(fault, `Cannot read response: ${message}`, received);
}
