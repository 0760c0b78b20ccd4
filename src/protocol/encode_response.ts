import { cutText } from "./cut_text.ts";
import { encodePacket } from "./encode_packet.ts";
import { MAX_BUFFER_LENGTH, maxTextLength, type PacketVersion } from "./packet.ts";

/** A response to encode. */
export interface ResponseInput {
  /** Version of the query. */
  version: PacketVersion;
  /** Return code of the plugin. */
  resultCode: number;
  /** The text; it ends at its first NUL. */
  text: Uint8Array;
  /** Length of the text buffer of the query of version 2 in bytes; default: 1,024. */
  payloadSize?: number | undefined;
  /**
   * Whether text that is longer than one packet of version 2 is cut (`"one"`, as nrpe does), or
   * sent in several packets (`"many"`, as NSClient++ does); default: `"one"`. nrpe's own client
   * cannot read several packets.
   */
  packets?: "one" | "many" | undefined;
}

/**
 * Encodes a response. With `packets: "many"`, a long text of version 2 becomes several packets of
 * the same result code. All but the last one have type 3. As in NSClient++, each contains as many
 * bytes as fit, so that a UTF-8 character can be split: a client joins the texts before it decodes
 * them. The whole text is cut at 65,535 bytes, as in version 4.
 *
 * @param response the response
 * @returns the bytes of all packets, for one write
 * @throws {RangeError} as `encodePacket()` does
 */
export function encodeResponse(
  { version, resultCode, text, payloadSize, packets = "one" }: ResponseInput,
): Uint8Array {
  const size = version === 2 && payloadSize !== undefined ? { payloadSize } : {};
  const common = { version, type: "response", resultCode, ...size } as const;
  const most = maxTextLength(version, payloadSize);
  if (version !== 2 || packets === "one" || text.length <= most) {
    return encodePacket({ ...common, text });
  }
  if (most === 0) throw new RangeError("Cannot encode response: payload size 1 has no room");
  const nul = text.indexOf(0);
  const whole = cutText(nul === -1 ? text : text.subarray(0, nul), MAX_BUFFER_LENGTH - 1);
  const count = Math.max(1, Math.ceil(whole.length / most));
  const encoded = Array.from({ length: count }, (_, index) =>
    encodePacket({
      ...common,
      text: whole.subarray(index * most, (index + 1) * most),
      ...(index < count - 1 && { more: true }),
    }));
  const { length } = encoded[0]!;
  const bytes = new Uint8Array(count * length);
  encoded.forEach((packet, index) => bytes.set(packet, index * length));
  return bytes;
}
