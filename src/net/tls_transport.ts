import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { boundLinger, finishConn, LINGER_BYTES } from "./linger.ts";
import { closeConn, writeAll } from "./tcp.ts";

/** The TCP connection below TLS. */
export interface TlsTransport {
  /** The stream from which TLS reads and to which it writes. */
  readonly stream: Duplex;
  /**
   * Sends the last bytes, if any, and close_notify. Then discards further bytes from the peer,
   * until the peer ends too or the time limit is reached. Never rejects.
   */
  end(socket: TLSSocket, last: Uint8Array | undefined): Promise<void>;
  /** Closes the connection immediately, without close_notify. */
  close(): void;
}

/**
 * Creates a transport over a socket of `node:net`.
 *
 * @param socket the socket
 * @returns the transport
 */
export function socketTransport(socket: Socket): TlsTransport {
  // TLS reports the error. Without this listener, it would also end the process.
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

/**
 * Bytes per read: enough for a query with its TLS record, and for a ServerHello without its
 * certificates.
 */
const READ_SIZE = 4_096;

/**
 * Creates a transport over a connection of Deno. A client needs it to try several addresses.
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
      // The owner of the connection may still send an alert.
      setTimeout(() => finishing || closeConn(conn));
      done(error);
    },
  });
  // TLS reports the error. Without this listener, it would also end the process.
  stream.on("error", () => {});
  return {
    stream,
    async end(socket, last) {
      const release = boundLinger(() => closeConn(conn));
      // After "finish", the runtime has queued close_notify. FIN is queued below and is sent later.
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
