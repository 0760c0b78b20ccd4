import type { Duplex } from "node:stream";
import { finishConn } from "./linger.ts";
import { closeConn, writeAll } from "./tcp.ts";

/**
 * The TCP connection below TLS.
 *
 * Why not `Deno.listenTls`, which is faster by a fifth: it shakes hands on its own as soon as a
 * connection is accepted, and `close()` then neither stops that nor closes the socket, so that
 * whoever connects and stays silent holds a file descriptor for ever. Why not `node:net`: after one
 * EMFILE its server never accepts again (both seen with Deno 2.9.6). So TCP is Deno's, and TLS gets
 * to see it as this stream.
 */
export interface TlsTransport {
  /** What TLS reads from and writes to; closing it closes the connection. */
  readonly stream: Duplex;
  /**
   * Takes the connection away from TLS, which has said goodbye, and ends it.
   */
  finish(): Promise<void>;
}

/** A query and its envelope fit; so does a ClientHello. */
const READ_SIZE = 4_096;

/** The content type of a record that belongs to a handshake (RFC 8446, section 5.1). */
const HANDSHAKE_RECORD = 22;

/** A fatal alert, handshake_failure, not encrypted (RFC 8446, section 6). */
const HANDSHAKE_FAILURE = Uint8Array.of(21, 3, 3, 0, 2, 2, 40);

/**
 * Makes a stream of a connection.
 *
 * @param conn the connection
 * @param DuplexStream the class of `node:stream`
 * @returns the stream and its way out
 */
export function tlsTransport(
  conn: Deno.TcpConn,
  DuplexStream: typeof Duplex,
): TlsTransport {
  const buffer = new Uint8Array(READ_SIZE);
  let pending: Promise<number | null> | undefined;
  let detached = false;
  let firstByte: number | undefined;
  let answered = false;

  const stream = new DuplexStream({
    read() {
      pending = conn.read(buffer);
      pending.then((count) => {
        if (detached) return;
        if (count !== null) firstByte ??= buffer[0];
        stream.push(count === null ? null : buffer.slice(0, count));
      }, (error) => stream.destroy(error));
    },
    write(chunk: Uint8Array, _encoding, done) {
      answered = true;
      writeAll(conn, chunk).then(() => done(), done);
    },
    final(done) {
      conn.closeWrite().then(() => done(), done);
    },
    destroy(error, done) {
      if (detached) return done(error);
      if (firstByte === HANDSHAKE_RECORD && !answered) {
        // TLS gave up on the ClientHello. Deno 2.9.6 drops the alert that would tell the peer.
        answered = true;
        writeAll(conn, HANDSHAKE_FAILURE).catch(() => {}).finally(() => closeConn(conn));
      } else {
        closeConn(conn);
      }
      done(error);
    },
  });
  // TLS listens too, and says what happened; without a listener an error would end the process.
  stream.on("error", () => {});

  return {
    stream,
    finish() {
      detached = true;
      stream.destroy();
      return finishConn(conn, pending);
    },
  };
}
