import { ConnectError, type ConnectFault } from "./connect_error.ts";
import type { Connection } from "./connection.ts";
import { notAcceptable, PeerRefusal, type TlsClient } from "./tls_client.ts";
import { tlsConnection } from "./tls_connection.ts";
import { connTransport } from "./tls_transport.ts";
import { tlsFailure } from "./tls_failure.ts";

/**
 * Performs a TLS handshake as a client on a TCP connection.
 *
 * @param conn the TCP connection; closed if the handshake fails
 * @param peer the address and port of the peer
 * @param client performs the handshake
 * @param signal cancels the attempt
 * @returns the TLS connection after the handshake
 * @throws {ConnectError} `"handshake"`, `"reset"` or `"untrusted"` if the handshake fails
 */
export async function secureClient(
  conn: Deno.TcpConn,
  peer: Connection["peer"],
  client: TlsClient,
  signal: AbortSignal | undefined,
): Promise<Connection> {
  const connection = tlsConnection(connTransport(conn, client.Duplex), peer, () => client);
  const close = () => connection.close();
  signal?.addEventListener("abort", close, { once: true });
  try {
    await connection.handshake();
  } catch (error) {
    connection.close();
    signal?.throwIfAborted();
    throw handshakeFailure(error, peer.address);
  } finally {
    signal?.removeEventListener("abort", close);
  }
  return {
    ...connection,
    // With TLS 1.3, a server checks the client certificate after the client's handshake is complete.
    async read(buffer) {
      try {
        return await connection.read(buffer);
      } catch (error) {
        throw tlsFailure(error) === undefined ? error : handshakeFailure(error, peer.address);
      }
    },
  };
}

function handshakeFailure(error: unknown, address: string): ConnectError {
  const { code, message } = error as Error & { code?: string };
  let fault: ConnectFault = "handshake";
  let reason = tlsFailure(error);
  if (error instanceof PeerRefusal) {
    ({ fault, message: reason } = error);
  } else if (code === "ECONNRESET" || code === "EPIPE") {
    fault = "reset";
    reason = "Connection reset by peer";
  } else if (reason === undefined) {
    fault = "untrusted";
    reason = notAcceptable(message);
  }
  const text = `Cannot complete TLS handshake with "${address}": ${reason}`;
  return new ConnectError(fault, text, reason, [{ address, reason }]);
}
