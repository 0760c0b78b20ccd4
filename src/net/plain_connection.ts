import type { Connection } from "./connection.ts";
import { finishConn } from "./linger.ts";
import { closeConn, writeAll } from "./tcp.ts";

/**
 * Puts a TCP connection behind the interface that all connections have.
 *
 * @param conn the connection
 * @param peer who is at the other end
 * @returns the same, as a connection without TLS
 */
export function plainConnection(conn: Deno.TcpConn, peer: Connection["peer"]): Connection {
  return {
    peer,
    handshake: () => Promise.resolve(undefined),
    read: (buffer) => conn.read(buffer),
    write: (bytes) => writeAll(conn, bytes),
    async end(last) {
      try {
        if (last !== undefined) await writeAll(conn, last);
      } catch {
        // Who is gone cannot be told; what is left of the connection is closed below.
      }
      await finishConn(conn);
    },
    close: () => closeConn(conn),
  };
}
