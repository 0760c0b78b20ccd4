/** Answer of a server to a TLS 1.2 ClientHello. */
export type ServerFlight =
  /**
   * The server accepts the ClientHello: version, cipher suite, its certificates, and whether it
   * requests a client certificate.
   */
  | {
    readonly kind: "hello";
    readonly version: string;
    readonly suite: number;
    readonly certificates: readonly Uint8Array<ArrayBuffer>[];
    readonly asksForCertificate: boolean;
  }
  /** The server refuses the ClientHello with the number of an alert (RFC 8446, section 6). */
  | { readonly kind: "alert"; readonly alert: number }
  /** The answer is not TLS. */
  | { readonly kind: "other" }
  /** The server ends the connection without an answer. */
  | { readonly kind: "closed" };

/** Limit in bytes; real certificate chains are shorter. */
const MAX_FLIGHT = 65_536;

/** Types of records and of handshake messages. */
const ALERT = 21;
const HANDSHAKE = 22;
const SERVER_HELLO = 2;
const CERTIFICATE = 11;
const CERTIFICATE_REQUEST = 13;
const SERVER_HELLO_DONE = 14;

/** Versions by the second of their two bytes. */
const VERSIONS: readonly string[] = ["SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2"];

/**
 * Reads the answer of a server to a ClientHello, up to the point where it waits for the client.
 *
 * @param read reads some bytes, like the method of a connection
 * @returns the answer
 * @throws the errors of `read`
 */
export async function readServerFlight(
  read: (buffer: Uint8Array) => Promise<number | null>,
): Promise<ServerFlight> {
  const buffer = new Uint8Array(MAX_FLIGHT);
  for (let length = 0; length < buffer.length;) {
    const count = await read(buffer.subarray(length));
    if (count === null) return length === 0 ? { kind: "closed" } : { kind: "other" };
    length += count;
    const flight = parseFlight(buffer.subarray(0, length));
    if (flight !== undefined) return flight;
  }
  return { kind: "other" };
}

/** Parses the bytes so far; returns undefined if more are needed. */
function parseFlight(bytes: Uint8Array<ArrayBuffer>): ServerFlight | undefined {
  const messages: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const type = bytes[at]!;
    if (type !== HANDSHAKE && type !== ALERT) return { kind: "other" };
    if (bytes.length < at + 5) break;
    if (bytes[at + 1] !== 3) return { kind: "other" };
    const end = at + 5 + uint16(bytes, at + 3);
    if (bytes.length < end) break;
    const content = bytes.subarray(at + 5, end);
    if (type === ALERT) return { kind: "alert", alert: content[1] ?? 0 };
    messages.push(...content);
    at = end;
  }
  return parseMessages(Uint8Array.from(messages));
}

function parseMessages(bytes: Uint8Array<ArrayBuffer>): ServerFlight | undefined {
  let version = "";
  let suite = 0;
  let certificates: Uint8Array<ArrayBuffer>[] = [];
  let asksForCertificate = false;
  for (let at = 0; at + 4 <= bytes.length;) {
    const type = bytes[at]!;
    const end = at + 4 + uint24(bytes, at + 1);
    if (bytes.length < end) return undefined;
    const body = bytes.subarray(at + 4, end);
    if (type === SERVER_HELLO) {
      version = VERSIONS[body[1] ?? -1] ?? "an unknown version";
      // The suite follows the version, the random bytes, and the session with its length.
      suite = uint16(body, 35 + (body[34] ?? 0));
    } else if (type === CERTIFICATE) {
      certificates = splitCertificates(body.subarray(3));
    } else if (type === CERTIFICATE_REQUEST) {
      asksForCertificate = true;
    } else if (type === SERVER_HELLO_DONE) {
      return { kind: "hello", version, suite, certificates, asksForCertificate };
    }
    at = end;
  }
  return undefined;
}

function splitCertificates(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const found: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at + 3 <= bytes.length;) {
    const end = at + 3 + uint24(bytes, at);
    found.push(bytes.slice(at + 3, end));
    at = end;
  }
  return found;
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) << 8 | (bytes[at + 1] ?? 0);
}

function uint24(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) << 16 | uint16(bytes, at + 1);
}
