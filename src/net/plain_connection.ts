import type { Connection } from "./connection.ts";
import { finishConn } from "./linger.ts";
import { closeConn, writeAll } from "./tcp.ts";

/**
 * Wraps a TCP connection as a {@linkcode Connection} without TLS.
 *
 * @param conn the TCP connection
 * @param peer the address and port of the peer
 * @returns the connection
 */
export function plainConnection(conn: Deno.Conn, peer: Connection["peer"]): Connection {
  let closed = false;

  // Another close of a connection of the runtime throws, which takes 0.05 ms.
  function close(): void {
    if (!closed) closeConn(conn);
    closed = true;
  }

  return {
    peer,
    handshake: () => Promise.resolve(undefined),
    read: (buffer) => conn.read(buffer),
    write: (bytes) => writeAll(conn, bytes),
    async end(last) {
      try {
        if (last !== undefined) await writeAll(conn, last);
      } catch {
        // The peer is gone. The connection is closed below.
      }
      await finishConn(conn);
      closed = true;
    },
    refuse: () => Promise.resolve(close()),
    close,
  };
}
