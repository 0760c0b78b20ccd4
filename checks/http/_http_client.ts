import {
  connect,
  type PeerCertificate,
  type ServiceAddress,
  type ServiceConnection,
  type ServiceOptions,
} from "../../src/mod.ts";
import { findBody, headerValue } from "./_http_message.ts";

/** How long each step took, in seconds to the microsecond. */
export interface HttpPhases {
  /** Until the TCP connection stood. */
  connect: number;
  /** The TLS handshake, where there was one. */
  ssl?: number;
  /** Sending the request. */
  headers: number;
  /** From there to the first bytes. */
  firstbyte: number;
  /** From there to the end, the first bytes included. */
  transfer: number;
}

/** What was read from a web server. */
export interface HttpReading {
  /** The response from its first byte on; the first {@linkcode KEPT} bytes of it. */
  bytes: Uint8Array;
  /** How many bytes came, status line and headers included. */
  size: number;
  /** What the peer presented, where TLS was spoken. */
  certificate: PeerCertificate | undefined;
  /** How long each step took; zero for steps that were left out. */
  phases: HttpPhases;
}

/** How much of a response is kept and searched; the rest is read, counted and dropped. */
export const KEPT = 4 * 1024 * 1024;

/**
 * Asks a web server one thing and reads to the end: the peer's, or that of the length it announced,
 * or of the head where the body is not wanted.
 *
 * @param address Where to connect
 * @param request The request; only the handshake is made where it is left out
 * @param noBody Whether to stop after the head
 * @param options TLS, and the signal that closes the connection
 * @returns What was read; of size zero where the peer said nothing
 * @throws {ConnectError} Where the connection can't be opened
 */
export async function askHttp(
  address: ServiceAddress,
  request: Uint8Array | undefined,
  noBody: boolean,
  options: ServiceOptions,
): Promise<HttpReading> {
  const connection = await connect(address, options);
  try {
    const opened = performance.now();
    const { startedAt, connectedAt, certificate } = connection;
    const phases: HttpPhases = {
      connect: seconds(startedAt, connectedAt),
      ...(options.tls && { ssl: seconds(connectedAt, opened) }),
      headers: 0,
      firstbyte: 0,
      transfer: 0,
    };
    if (request === undefined) return { bytes: new Uint8Array(), size: 0, certificate, phases };
    await connection.write(request);
    const sent = performance.now();
    phases.headers = seconds(opened, sent);
    const { bytes, size, firstAt } = await readResponse(connection, noBody);
    phases.firstbyte = seconds(sent, firstAt);
    phases.transfer = seconds(sent, performance.now());
    return { bytes, size, certificate, phases };
  } finally {
    connection.close();
  }
}

async function readResponse(
  connection: ServiceConnection,
  noBody: boolean,
): Promise<{ bytes: Uint8Array; size: number; firstAt: number }> {
  let bytes = new Uint8Array(65536);
  let kept = 0;
  let size = 0;
  let end = Infinity;
  let headEnded = false;
  let firstAt: number | undefined;
  while (size < end) {
    const chunk = await connection.read();
    firstAt ??= performance.now();
    if (chunk === null) break;
    size += chunk.length;
    const part = chunk.subarray(0, KEPT - kept);
    while (bytes.length < kept + part.length) bytes = grow(bytes);
    bytes.set(part, kept);
    // The break that ends the head may have come in two parts.
    const from = Math.max(kept - 2, 0);
    kept += part.length;
    if (headEnded) continue;
    const body = findBody(bytes.subarray(0, kept), from);
    headEnded = body >= 0;
    if (headEnded) end = noBody ? 0 : body + bodyLength(bytes.subarray(0, body));
  }
  return { bytes: bytes.subarray(0, kept), size, firstAt: firstAt ?? performance.now() };
}

/** The length that a head announces; Infinity where the peer's end decides. */
function bodyLength(head: Uint8Array): number {
  const text = new TextDecoder().decode(head);
  if (headerValue(text, "transfer-encoding") !== undefined) return Infinity;
  const length = headerValue(text, "content-length") ?? "";
  return /^\d{1,15}$/.test(length) ? Number(length) : Infinity;
}

function grow(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(bytes.length * 2, KEPT));
  larger.set(bytes);
  return larger;
}

function seconds(start: number, end: number): number {
  return Math.max(Math.round((end - start) * 1000) / 1e6, 0);
}
