import {
  connect,
  type PeerCertificate,
  type ServiceAddress,
  type ServiceConnection,
  type ServiceOptions,
} from "../../src/mod.ts";
import { findBody, headerValue } from "./_http_message.ts";

/** The duration of each step in seconds, with microseconds. */
export interface HttpPhases {
  /** Opening the TCP connection. */
  connect: number;
  /** The TLS handshake; omitted without TLS. */
  ssl?: number;
  /** Sending the request. */
  headers: number;
  /** From the end of the request to the first bytes of the response. */
  firstbyte: number;
  /** From the end of the request to the end of the response. */
  transfer: number;
}

/** The response of a web server as bytes, with its timing. */
export interface HttpReading {
  /** The first {@linkcode KEPT} bytes of the response. */
  bytes: Uint8Array;
  /** The size of the response in bytes, including status line and headers. */
  size: number;
  /** The certificate of the peer; undefined without TLS. */
  certificate: PeerCertificate | undefined;
  /** The duration of each step; zero for steps that were skipped. */
  phases: HttpPhases;
}

/** Maximum number of bytes of a response that are kept and searched. The rest is only counted. */
export const KEPT = 4 * 1024 * 1024;

/**
 * Sends one request to a web server and reads the response. Reading ends when the peer closes the
 * connection, after the announced length, or with `headOnly` after the headers.
 *
 * @param address the address to connect to
 * @param request the request; undefined: only connect, with the TLS handshake
 * @param headOnly whether to stop after the headers
 * @param options TLS, and the signal that closes the connection
 * @returns the response; its size is zero if the peer sent nothing
 * @throws {ConnectError} if the connection fails
 */
export async function askHttp(
  address: ServiceAddress,
  request: Uint8Array | undefined,
  headOnly: boolean,
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
    const { bytes, size, firstAt } = await readResponse(connection, headOnly);
    phases.firstbyte = seconds(sent, firstAt);
    phases.transfer = seconds(sent, performance.now());
    return { bytes, size, certificate, phases };
  } finally {
    connection.close();
  }
}

async function readResponse(
  connection: ServiceConnection,
  headOnly: boolean,
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
    // The empty line that ends the headers may arrive in two parts.
    const from = Math.max(kept - 2, 0);
    kept += part.length;
    if (headEnded) continue;
    const body = findBody(bytes.subarray(0, kept), from);
    headEnded = body >= 0;
    if (headEnded) end = headOnly ? 0 : body + bodyLength(bytes.subarray(0, body));
  }
  return { bytes: bytes.subarray(0, kept), size, firstAt: firstAt ?? performance.now() };
}

/** Returns the length in the headers; Infinity if the response ends when the peer closes. */
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
