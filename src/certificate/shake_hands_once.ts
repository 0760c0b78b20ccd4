import type { DetailedPeerCertificate, TLSSocket } from "node:tls";
import { type ConnectOptions, firstThatAnswers } from "../net/connect.ts";
import { resolve } from "../net/resolve.ts";
import { tlsClient } from "../net/tls_client.ts";
import { tlsFailure } from "../net/tls_failure.ts";
import { connTransport } from "../net/tls_transport.ts";

/** Result of a handshake. */
export interface HandshakeReport {
  /** Version and cipher suite, or why the handshake failed. */
  readonly agreed: { readonly version: string; readonly cipher: string } | string;
  /**
   * The certificate chain of the server, DER, with its own certificate first; empty if the
   * handshake failed.
   */
  readonly certificates: readonly Uint8Array<ArrayBuffer>[];
  /** Whether the server refused a client without a certificate. */
  readonly refused: boolean;
}

/** Options of a handshake. */
export interface HandshakeWish {
  /** The server name to send. */
  readonly serverName: string | undefined;
  /** Whether to wait for a server that may refuse clients without a certificate. */
  readonly mayRefuse: boolean;
}

/**
 * With TLS 1.3, a server refuses a client after the handshake. If it is silent for this many
 * milliseconds, it has accepted the client and waits for the query.
 */
const SILENCE = 2_000;

/** Limit; real chains are shorter. The runtime links a root certificate to itself. */
const MAX_CHAIN = 8;

/**
 * Performs a handshake with a server without verification of its certificate, and disconnects.
 *
 * @param options the server
 * @param wish options of the handshake
 * @returns the result
 * @throws {ConnectError} if the server cannot be reached
 * @throws the reason of the signal if it aborts
 */
export async function shakeHandsOnce(
  { hostname, port, signal }: Pick<ConnectOptions, "hostname" | "port"> & { signal: AbortSignal },
  { serverName, mayRefuse }: HandshakeWish,
): Promise<HandshakeReport> {
  const client = await tlsClient({ serverName });
  const conn = await firstThatAnswers(await resolve(hostname), { hostname, port, signal });
  const transport = connTransport(conn, client.Duplex);
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => {
    transport.close();
    aborted.reject(signal.reason);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  let socket: TLSSocket | undefined;
  try {
    ({ socket } = await Promise.race([client.shakeHands(transport.stream), aborted.promise]));
    const version = (socket.getProtocol() ?? "").replace("TLSv", "TLS ");
    return {
      agreed: { version, cipher: socket.getCipher().name },
      certificates: chainOf(socket),
      refused: mayRefuse && await isRefused(socket),
    };
  } catch (error) {
    signal.throwIfAborted();
    const { message } = error as Error;
    const refused = /fatal alert: (?:HandshakeFailure|CertificateRequired)/.test(message);
    return { agreed: tlsFailure(error) ?? message, certificates: [], refused };
  } finally {
    signal.removeEventListener("abort", onAbort);
    transport.close();
    socket?.destroy();
  }
}

/** Returns whether the server ends the connection before it receives a query. */
function isRefused(socket: TLSSocket): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), SILENCE);
    const ended = () => {
      clearTimeout(timer);
      resolve(true);
    };
    socket.on("error", ended).on("end", ended).on("close", ended).resume();
  });
}

function chainOf(socket: TLSSocket): Uint8Array<ArrayBuffer>[] {
  const chain: Uint8Array<ArrayBuffer>[] = [];
  let link: Partial<DetailedPeerCertificate> | undefined = socket.getPeerCertificate(true);
  while (link?.raw !== undefined && chain.length < MAX_CHAIN) {
    chain.push(new Uint8Array(link.raw));
    link = link.issuerCertificate === link ? undefined : link.issuerCertificate;
  }
  return chain;
}
