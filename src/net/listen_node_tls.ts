import { listenTcp } from "./listen_tcp.ts";
import type { Listener, ListenOptions } from "./listener.ts";
import { createReclaim } from "./reclaim.ts";
import { type Handshaker, tlsConnection } from "./tls_connection.ts";
import type { TlsServerOptions } from "./tls_options.ts";
import { tlsServer } from "./tls_server.ts";
import { connTransport } from "./tls_transport.ts";

/** The garbage collector is called after this number of connections, which have 60 KB outside the heap. */
const RECLAIM_AFTER = 256;

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
 * The sockets are those of `Deno.listen`: a server of `node:net` that runs out of file descriptors
 * never accepts a connection again, and reports nothing (Deno 2.9.6).
 *
 * @param options where to listen
 * @param tls certificate, key and rules
 * @returns the listener
 */
export async function listenNodeTls(
  { hostname, port, onAcceptError }: ListenOptions,
  tls: TlsServerOptions,
): Promise<Listener> {
  const [handshaker, { Duplex }] = await Promise.all([prepared(tls), import("node:stream")]);
  const reclaim = createReclaim(RECLAIM_AFTER);
  return listenTcp(Deno.listen({ hostname, port }), (conn: Deno.TcpConn, peer) => {
    // An answer is one or two writes: Nagle's algorithm would only delay the second.
    conn.setNoDelay(true);
    reclaim();
    return tlsConnection(connTransport(conn, Duplex), peer, () => handshaker);
  }, onAcceptError);
}
