import {
  connect,
  type PeerCertificate,
  type ServiceAddress,
  type ServiceConnection,
  type ServiceOptions,
} from "../../src/mod.ts";
import {
  type CollectedResponse,
  collectResponse,
  type ResponseCollector,
} from "./_http_collector.ts";

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

/** The response of a web server, with its timing. */
export interface HttpReading extends CollectedResponse {
  /** The certificate of the peer; undefined without TLS. */
  certificate: PeerCertificate | undefined;
  /** The duration of each step; zero for steps that were skipped. */
  phases: HttpPhases;
}

/**
 * Sends one request to a web server and reads the response. Reading ends when the response is
 * complete or the peer closes the connection.
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
    const collector = collectResponse(headOnly);
    if (request === undefined) return { ...collector.end(), certificate, phases };
    await connection.write(request);
    const sent = performance.now();
    phases.headers = seconds(opened, sent);
    phases.firstbyte = seconds(sent, await readResponse(connection, collector));
    phases.transfer = seconds(sent, performance.now());
    return { ...collector.end(), certificate, phases };
  } finally {
    connection.close();
  }
}

/** Reads until the response is complete, and returns the time of the first bytes. */
async function readResponse(
  connection: ServiceConnection,
  collector: ResponseCollector,
): Promise<number> {
  let firstAt: number | undefined;
  for (;;) {
    const chunk = await connection.read();
    firstAt ??= performance.now();
    if (chunk === null || collector.push(chunk)) return firstAt;
  }
}

function seconds(start: number, end: number): number {
  return Math.max(Math.round((end - start) * 1000) / 1e6, 0);
}
