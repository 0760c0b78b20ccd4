import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { boundLinger, endUnread, finishConn } from "./linger.ts";
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
  /** Ends the connection before the handshake, without reading from it. Never rejects. */
  refuse(): Promise<void>;
  /** Closes the connection immediately, without close_notify. */
  close(): void;
}

/** A TLS record with the fatal alert `handshake_failure`. */
const FAILURE_ALERT = Uint8Array.of(21, 3, 3, 0, 2, 2, 40);

/**
 * Bytes per read: enough for a query with its TLS record, and for a ServerHello without its
 * certificates.
 */
const READ_SIZE = 4_096;

/**
 * Creates a transport over a connection of Deno.
 *
 * @param conn the connection
 * @param DuplexStream the class of `node:stream`
 * @returns the transport
 */
export function connTransport(conn: Deno.TcpConn, DuplexStream: typeof Duplex): TlsTransport {
  const buffer = new Uint8Array(READ_SIZE);
  let finishing = false;
  // On a stream, TLS destroys the stream after an error and does not write its alert (Deno 2.9.6).
  // Then this stream writes one, so that the peer can report the reason. 7 bytes do not wait for a
  // slow peer.
  let silent = true;
  let received = false;
  const stream = new DuplexStream({
    read() {
      conn.read(buffer).then(
        (count) => {
          received ||= count !== null;
          stream.push(count === null ? null : buffer.slice(0, count));
        },
        (error) => void stream.destroy(error),
      );
    },
    write(chunk: Uint8Array, _encoding, done) {
      silent = false;
      writeAll(conn, chunk).then(() => done(), done);
    },
    destroy(error, done) {
      const alert = silent && received && !finishing ? FAILURE_ALERT : new Uint8Array(0);
      writeAll(conn, alert).catch(() => {}).finally(() => {
        if (!finishing) closeConn(conn);
        done(error);
      });
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
    refuse: () => endUnread(conn),
    close() {
      closeConn(conn);
      stream.destroy();
    },
  };
}
