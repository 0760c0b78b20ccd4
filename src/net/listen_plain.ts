import { plainAddress } from "./address.ts";
import type { Listener, ListenOptions } from "./listener.ts";
import { plainConnection } from "./plain_connection.ts";

/** Wait after an error, in milliseconds, so that other connections release file descriptors. */
const BACK_OFF_MILLISECONDS = 50;

/**
 * Listens for plain connections.
 *
 * @param options where to listen
 * @returns the listener
 */
export function listenPlain({ hostname, port, onAcceptError }: ListenOptions): Listener {
  const listener = Deno.listen({ hostname, port });
  let closed = false;
  let wake = () => {};

  return {
    address: { hostname: listener.addr.hostname, port: listener.addr.port },
    async accept() {
      while (!closed) {
        try {
          const conn = await listener.accept();
          // An answer is one or two writes: Nagle's algorithm would only delay the second.
          conn.setNoDelay(true);
          const { hostname, port } = conn.remoteAddr;
          return plainConnection(conn, { address: plainAddress(hostname), port });
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
    replaceTls() {
      return Promise.reject(new TypeError("Cannot replace TLS of a plain listener"));
    },
    close() {
      if (closed) return;
      closed = true;
      listener.close();
      wake();
    },
  };
}
