import type { Duplex } from "node:stream";
import { listenTcp } from "./listen_tcp.ts";
import type { Listener, ListenOptions } from "./listener.ts";
import { type Handshaker, tlsConnection } from "./tls_connection.ts";
import type { TlsServerOptions } from "./tls_options.ts";
import { tlsServer } from "./tls_server.ts";
import { connTransport } from "./tls_transport.ts";

/**
 * The garbage collector is called after this number of connections, if the process was started with
 * `--v8-flags=--expose-gc`. The TLS memory of a connection is outside the heap and is freed with
 * its object. V8 does not see its size and would let 60 MB accumulate.
 */
const RECLAIM_AFTER = 256;

const { gc } = globalThis as { gc?: () => void };

/** The handshakers of TLS options, so that another attempt to listen is quick. */
const handshakers = new WeakMap<TlsServerOptions, Promise<Handshaker>>();

function prepared(tls: TlsServerOptions): Promise<Handshaker> {
  const known = handshakers.get(tls);
  if (known !== undefined) return known;
  const made = tlsServer(tls);
  handshakers.set(tls, made);
  return made;
}

/**
 * Listens for TLS connections with `node:tls`. It can request client certificates, and a closed
 * connection is closed at once. `Deno.listenTls` can do neither, but needs less time and memory.
 * The socket is one of the runtime: a server of `node:net` that once lacked a file descriptor never
 * accepts a connection again (Deno 2.9.6).
 *
 * @param options where to listen
 * @param tls certificate, key and rules
 * @returns the listener
 */
export async function listenNodeTls(
  { hostname, port, onAcceptError }: ListenOptions,
  tls: TlsServerOptions,
): Promise<Listener> {
  const handshaker = await prepared(tls);
  const { Duplex } = await import("node:stream");
  let count = 0;
  return listenTcp(
    Deno.listen({ hostname, port }),
    (conn, peer) => {
      conn.setNoDelay(true);
      if (++count % RECLAIM_AFTER === 0) gc?.();
      const shakeHands = (stream: Duplex) =>
        handshaker.shakeHands(stream).catch((error) => {
          sendAlert(conn, error);
          throw error;
        });
      return tlsConnection(connTransport(conn, Duplex), peer, () => ({ shakeHands }));
    },
    onAcceptError,
  );
}

/** Alerts of TLS (RFC 8446, section 6). */
const HANDSHAKE_FAILURE = 40;
const PROTOCOL_VERSION = 70;

/**
 * Sends the alert that the runtime does not send if the stream below TLS is not a socket of Node. A
 * handshake with an incompatible peer fails at its first message, so that the alert is not encrypted.
 */
function sendAlert(conn: Deno.TcpConn, { message }: Error): void {
  if (!message.includes("tls.minVersion")) return;
  const alert = /version/i.test(message.split("(").at(-1)!) ? PROTOCOL_VERSION : HANDSHAKE_FAILURE;
  conn.write(Uint8Array.of(21, 3, 3, 0, 2, 2, alert)).catch(() => {});
}
