import type { DetailedPeerCertificate, TLSSocket } from "node:tls";
import { type ConnectOptions, firstThatAnswers } from "../net/connect.ts";
import { resolve } from "../net/resolve.ts";
import { tlsClient } from "../net/tls_client.ts";
import { tlsFailure } from "../net/tls_failure.ts";
import { connTransport } from "../net/tls_transport.ts";

/** What a handshake came to. */
export interface HandshakeReport {
  /** Version and suite, or why there is no agreement. */
  readonly agreed: { readonly version: string; readonly cipher: string } | string;
  /** What the server showed, DER, its own certificate first; none if there is no agreement. */
  readonly certificates: readonly Uint8Array<ArrayBuffer>[];
  /** Whether it refused a client that shows no certificate. */
  readonly refused: boolean;
}

/** How to shake hands. */
export interface HandshakeWish {
  /** The name to tell the server. */
  readonly serverName: string | undefined;
  /** Whether it may refuse a client without a certificate, for which some time is given to it. */
  readonly mayRefuse: boolean;
}

/**
 * With TLS 1.3 a server refuses a client after the handshake. One that has said nothing for so many
 * milliseconds waits for the query.
 */
const SILENCE = 2_000;

/** Longer than any chain; the runtime links a root to itself. */
const MAX_CHAIN = 8;

/**
 * Shakes hands with a server, verifying nothing, and leaves.
 *
 * @param options where
 * @param wish how
 * @returns what it came to
 * @throws {ConnectError} if there is no connection
 * @throws the reason of the signal
 */
export async function shakeHandsOnce(
  { hostname, port, signal }: Pick<ConnectOptions, "hostname" | "port"> & { signal: AbortSignal },
  { serverName, mayRefuse }: HandshakeWish,
): Promise<HandshakeReport> {
  const [client, { Duplex }] = await Promise.all([
    tlsClient({ serverName }),
    import("node:stream"),
  ]);
  const conn = await firstThatAnswers(await resolve(hostname), { hostname, port, signal });
  const transport = connTransport(conn, Duplex);
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

/** Whether the server ends the connection though it was not asked anything. */
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
