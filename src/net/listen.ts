import type { Connection } from "./connection.ts";
import { formatHostPort } from "./host_port.ts";
import type { Listener, ListenOptions } from "./listener.ts";
import { withoutErrorNumber } from "./error_text.ts";
import { listenNodeTls } from "./listen_node_tls.ts";
import { listenTcp } from "./listen_tcp.ts";
import { canListenTls, listenTls } from "./listen_tls.ts";
import { plainConnection } from "./plain_connection.ts";
import { readTlsMaterial } from "./tls_material.ts";

/**
 * Listens for connections. Needs only the permission `--allow-net=HOST:PORT`.
 *
 * @param options where and how to listen
 * @returns the listener
 * @throws {TypeError} if the certificate, key or CA is invalid
 * @throws {Deno.errors.NotCapable} without permission
 * @throws {Error} if the address cannot be used; the message contains the address, and `cause` is
 * the reason
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  try {
    return await open(options);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable || error instanceof TypeError) throw error;
    const reason = withoutErrorNumber((error as Error).message);
    throw new Error(`Cannot listen on ${formatHostPort(options)}: ${reason}`, { cause: error });
  }
}

async function open(options: ListenOptions): Promise<Listener> {
  const { hostname, port, tls, onAcceptError, onStuck } = options;
  if (tls === undefined) {
    return listenTcp(Deno.listen({ hostname, port }), acceptPlain, onAcceptError);
  }
  if (onStuck === undefined || !canListenTls(tls)) return await listenNodeTls(options, tls);
  try {
    return listenTls(options, tls);
  } catch (error) {
    if (isAddressError(error)) throw error;
    // `node:crypto` takes 8 MB. So it is loaded only to explain the error.
    await readTlsMaterial(tls);
    throw new TypeError(`Cannot use TLS certificate and key: ${(error as Error).message}`);
  }
}

function isAddressError(error: unknown): boolean {
  const { errors } = Deno;
  return [errors.AddrInUse, errors.AddrNotAvailable, errors.NotCapable, errors.PermissionDenied]
    .some((type) => error instanceof type) ||
    // Other errors of the system, for example of a name lookup.
    (error as { code?: unknown }).code !== undefined;
}

function acceptPlain(conn: Deno.TcpConn, peer: Connection["peer"]): Connection {
  // An answer is one or two writes: Nagle's algorithm would only delay the second.
  conn.setNoDelay(true);
  return plainConnection(conn, peer);
}
