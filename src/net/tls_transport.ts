import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { boundLinger, finishConn, LINGER_BYTES } from "./linger.ts";
import { closeConn, writeAll } from "./tcp.ts";

/** The TCP connection below TLS. */
export interface TlsTransport {
  /** What TLS reads from and writes to. */
  readonly stream: Duplex;
  /**
   * Sends the last word, if there is one, and says goodbye; then reads and drops what the peer still
   * sends until it ends too, or has had its time; never rejects.
   */
  end(socket: TLSSocket, last: Uint8Array | undefined): Promise<void>;
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
    end: (secured, last) =>
      new Promise((resolve) => {
        let release = () => {};
        let dropped = 0;
        secured.on("data", (chunk: Uint8Array) => {
          dropped += chunk.length;
          if (dropped > LINGER_BYTES) socket.destroy();
        });
        secured.once("close", () => {
          release();
          resolve();
        });
        if (last !== undefined) secured.write(last);
        secured.end(() => release = boundLinger(() => socket.destroy()));
      }),
    close: () => void socket.destroy(),
  };
}

/** A query and its envelope fit, and so does a ServerHello without its certificates. */
const READ_SIZE = 4_096;

/**
 * Lets TLS run over one of Deno's connections, as a client must to try one address after another.
 *
 * @param conn the connection
 * @param DuplexStream the class of `node:stream`
 * @returns the transport
 */
export function connTransport(conn: Deno.TcpConn, DuplexStream: typeof Duplex): TlsTransport {
  const buffer = new Uint8Array(READ_SIZE);
  let finishing = false;
  const stream = new DuplexStream({
    read() {
      conn.read(buffer).then(
        (count) => void stream.push(count === null ? null : buffer.slice(0, count)),
        (error) => void stream.destroy(error),
      );
    },
    write(chunk: Uint8Array, _encoding, done) {
      writeAll(conn, chunk).then(() => done(), done);
    },
    destroy(error, done) {
      if (!finishing) closeConn(conn);
      done(error);
    },
  });
  // TLS listens too, and says what happened; an error that nobody hears would end the process.
  stream.on("error", () => {});
  return {
    stream,
    async end(socket, last) {
      const release = boundLinger(() => closeConn(conn));
      // When the socket has finished, the runtime was told to send close_notify; what it is told
      // then, to send FIN, it does after that.
      await new Promise<void>((resolve) => {
        const finished = () => resolve();
        if (last === undefined) socket.end(finished);
        else socket.end(last, finished);
      });
      release();
      finishing = true;
      stream.destroy();
      await finishConn(conn);
    },
    close() {
      closeConn(conn);
      stream.destroy();
    },
  };
}
