import { plainAddress } from "./address.ts";
import type { Listener, ListenOptions } from "./listener.ts";
import { plainConnection } from "./plain_connection.ts";

/** How long to wait after an error, in milliseconds, for descriptors to be closed elsewhere. */
const BACK_OFF_MILLISECONDS = 50;

/**
 * Listens for plain connections.
 *
 * @param options where
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
          // An answer is one write or two: Nagle could only hold the second back.
          conn.setNoDelay(true);
          const { hostname, port } = conn.remoteAddr;
          return plainConnection(conn, { address: plainAddress(hostname), port });
        } catch (error) {
          if (closed) break;
          // The peer has gone already, by a reset: a reason to take the next, not to wait.
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
