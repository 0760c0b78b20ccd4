import { plainAddress } from "./address.ts";
import type { Connection } from "./connection.ts";
import type { Listener, ListenOptions } from "./listener.ts";
import { createReclaim } from "./reclaim.ts";

/** Wait after an error, in milliseconds, so that other connections release file descriptors. */
const BACK_OFF_MILLISECONDS = 50;

/** The garbage collector is called after this number of connections. */
const RECLAIM_AFTER = 1_024;

/**
 * Accepts connections of a socket of the runtime.
 *
 * @param socket the socket, which is listening
 * @param wrap makes a connection of an accepted one
 * @param onAcceptError receives errors of accepting
 * @returns the listener
 */
export function listenTcp<C extends Deno.TcpConn | Deno.TlsConn>(
  socket: Pick<Deno.Listener<C>, "accept" | "close" | "addr">,
  wrap: (conn: C, peer: Connection["peer"]) => Connection,
  onAcceptError: ListenOptions["onAcceptError"],
): Listener {
  const { hostname, port } = socket.addr as Deno.NetAddr;
  let closed = false;
  let wake = () => {};
  const reclaim = createReclaim(RECLAIM_AFTER);

  return {
    address: { hostname, port },
    async accept() {
      while (!closed) {
        try {
          const conn = await socket.accept();
          reclaim();
          const { hostname, port } = conn.remoteAddr;
          return wrap(conn, { address: plainAddress(hostname), port });
        } catch (error) {
          if (closed) break;
          // The peer has already reset the connection: accept the next one without a wait.
          if (error instanceof Deno.errors.NotConnected) continue;
          onAcceptError?.(error);
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, BACK_OFF_MILLISECONDS);
            wake = () => {
              clearTimeout(timer);
              resolve();
            };
          });
        }
      }
      return null;
    },
    close() {
      if (closed) return;
      closed = true;
      socket.close();
      wake();
    },
  };
}
