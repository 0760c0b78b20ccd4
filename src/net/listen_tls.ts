import type { Connection } from "./connection.ts";
import { handshakeFailure } from "./handshake_failure.ts";
import { endUnread } from "./linger.ts";
import { listenTcp } from "./listen_tcp.ts";
import type { Listener, ListenOptions } from "./listener.ts";
import { plainConnection } from "./plain_connection.ts";
import type { TlsServerOptions } from "./tls_options.ts";

/**
 * Returns whether `Deno.listenTls` can serve these options. It cannot request client certificates
 * and has no minimum TLS version (Deno 2.9.6).
 *
 * @param tls the options
 */
export function canListenTls({ clientCertificates, minVersion }: TlsServerOptions): boolean {
  return (clientCertificates ?? "ignore") === "ignore" && minVersion !== "1.3";
}

/**
 * Listens for TLS connections with `Deno.listenTls`. It needs less time and memory than `node:tls`.
 * The runtime starts the handshake as soon as it accepts a connection. If a connection is closed
 * during its handshake, the socket stays open in the runtime until the peer ends or the worker that
 * owns the listener is terminated (Deno 2.9.6).
 *
 * @param options the address, and the functions to notify
 * @param tls certificate and key
 * @returns the listener
 */
export function listenTls(
  { hostname, port, onAcceptError, onStuck }: ListenOptions,
  { cert, key }: TlsServerOptions,
): Listener {
  const socket = Deno.listenTls({ hostname, port, cert, key });
  return listenTcp(socket, (conn, peer) => tlsConnection(conn, peer, onStuck), onAcceptError);
}

/** Maximum time that the handshake of a refused connection may take, in milliseconds. */
const REFUSAL_MILLISECONDS = 1_000;

/** Limit of refused connections whose handshake is awaited; further ones are closed at once. */
const MAX_REFUSING = 128;

let refusing = 0;

function tlsConnection(
  conn: Deno.TlsConn,
  peer: Connection["peer"],
  onStuck: ListenOptions["onStuck"],
): Connection {
  const inner = plainConnection(conn, peer);
  let shaking = true;
  let closed = false;

  function close(): void {
    if (closed) return;
    closed = true;
    if (shaking) onStuck?.();
    inner.close();
  }

  async function handshake(): Promise<undefined> {
    try {
      await conn.handshake();
    } catch (error) {
      // After `close()` the runtime rejects this promise, although the handshake continues.
      shaking = closed;
      throw handshakeFailure(error);
    }
    shaking = false;
  }

  return {
    ...inner,
    handshake,
    close,
    async refuse() {
      if (refusing >= MAX_REFUSING) return close();
      refusing++;
      const timer = setTimeout(close, REFUSAL_MILLISECONDS);
      const done = await handshake().then(() => true, () => false);
      clearTimeout(timer);
      refusing--;
      if (done && !closed) await endUnread(conn);
      close();
    },
  };
}
