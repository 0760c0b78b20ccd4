/**
 * What is wrong with bytes from a peer:
 *
 * - `"version"`: not NRPE, or a version other than 2, 3 and 4;
 * - `"type"`: neither query nor response, or not the one that was expected;
 * - `"length"`: a buffer length below 0 or above 65,536;
 * - `"size"`: a packet larger than the reader was told to accept;
 * - `"crc"`: the CRC-32 does not match;
 * - `"truncated"`: the bytes end before the packet does;
 * - `"empty"`: a query that names no command.
 */
export type ProtocolFault =
  | "version"
  | "type"
  | "length"
  | "size"
  | "crc"
  | "truncated"
  | "empty";

/**
 * A peer broke the NRPE protocol. The message says what was expected and never repeats bytes of the
 * peer, only numbers, so that it may be logged as it is.
 *
 * @example
 * ```ts
 * import { decodePacket, ProtocolError } from "@checkwright/checkwright";
 * import { assert, assertEquals } from "@std/assert";
 *
 * try {
 *   decodePacket(new TextEncoder().encode("GET / HTTP/1.0\r\n\r\n"));
 * } catch (error) {
 *   assert(error instanceof ProtocolError);
 *   assertEquals(error.fault, "version");
 * }
 * ```
 */
export class ProtocolError extends Error {
  /** `"ProtocolError"` */
  override readonly name: string = "ProtocolError";

  /** What is wrong, for code that must tell one case from another. */
  readonly fault: ProtocolFault;

  /**
   * Bytes that had been received when the fault was found; undefined where the fault is not in
   * bytes but in a query's text. After `"truncated"`, 0 means that the peer closed without a word: it is how
   * NRPE refuses, and the only case in which a client may ask again in an older version.
   */
  readonly received: number | undefined;

  /**
   * Says what a peer did wrong, in a word for code and in a sentence for people.
   *
   * @param fault what is wrong
   * @param message the sentence for people
   * @param received bytes received until then, if it was bytes
   */
  constructor(fault: ProtocolFault, message: string, received?: number) {
    super(message);
    this.fault = fault;
    this.received = received;
  }
}
