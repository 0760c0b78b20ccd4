import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { boundLinger, LINGER_BYTES } from "./linger.ts";

/** The TCP connection below TLS. */
export interface TlsTransport {
  /** What TLS reads from and writes to. */
  readonly stream: Socket;
  /**
   * Says goodbye, then reads and drops what the peer still sends until it ends too, or has had its
   * time; never rejects.
   */
  end(socket: TLSSocket): Promise<void>;
  /** Closes it at once, without a word to the peer. */
  close(): void;
}

/**
 * Lets TLS run over a socket of `node:net`.
 *
 * @param socket the socket
 * @returns the transport
 */
export function socketTransport(socket: Socket): TlsTransport {
  // TLS listens too, and says what happened; an error that nobody hears would end the process.
  socket.on("error", () => {});
  return {
    stream: socket,
    end: (secured) =>
      new Promise((resolve) => {
        const release = boundLinger(() => socket.destroy());
        let dropped = 0;
        secured.on("data", (chunk: Uint8Array) => {
          dropped += chunk.length;
          if (dropped > LINGER_BYTES) socket.destroy();
        });
        secured.once("close", () => {
          release();
          resolve();
        });
        secured.end();
      }),
    close: () => void socket.destroy(),
  };
}
