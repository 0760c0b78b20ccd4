/**
 * The kind of a {@linkcode ProtocolError}:
 *
 * - `"version"`: not NRPE, or a version other than 2, 3 and 4;
 * - `"type"`: neither a query nor a response, or not the expected one;
 * - `"length"`: a buffer length below 0 or above 65,536;
 * - `"size"`: a packet larger than the limit of the reader;
 * - `"crc"`: the CRC-32 does not match;
 * - `"truncated"`: the bytes end before the packet does;
 * - `"empty"`: a query without the name of a command.
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
 * The error for bytes that are not a valid NRPE packet or query. Its kind is a
 * {@linkcode ProtocolFault}. The message contains the expected form and numbers, but never bytes from
 * the peer, so that it can be logged without escaping.
 *
 * @example
 * ```ts
 * import { decodePacket, ProtocolError } from "@checkwright/checkwright";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const bytes = new TextEncoder().encode("GET / HTTP/1.0\r\n\r\n");
 * const error = assertThrows(() => decodePacket(bytes), ProtocolError);
 * assertEquals(error.message, "Cannot decode packet: expected version 2, 3 or 4, got 18245");
 * assertEquals(error.received, 18);
 * ```
 */
export class ProtocolError extends Error {
  /** `"ProtocolError"` */
  override readonly name: string = "ProtocolError";

  /** The kind of the error, for code. */
  readonly fault: ProtocolFault;

  /**
   * Number of bytes received before the error was found; undefined if the error is in the text of a
   * query. `"truncated"` with 0 means that the peer closed the connection without an answer. NRPE
   * refuses a client that way. A client may try again with an older version only in this case.
   */
  readonly received: number | undefined;

  /**
   * Creates the error.
   *
   * @param kind the kind of the error
   * @param message the message for people
   * @param received number of bytes received before the error was found
   */
  constructor(kind: ProtocolFault, message: string, received?: number) {
    super(message);
    this.fault = kind;
    this.received = received;
  }
}
