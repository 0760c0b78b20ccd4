import { closeConn } from "./tcp.ts";
import { createTimeouts } from "./timeouts.ts";

/** Maximum time that a peer may take to end its side after an answer, in milliseconds. */
export const LINGER_MILLISECONDS = 2_000;

/** Limit of bytes that are read and discarded after a peer has its answer. */
export const LINGER_BYTES = 262_144;

/** Time for a refused peer to read the end of the connection, in milliseconds. */
const UNREAD_MILLISECONDS = 500;

/** Limit of refused connections that stay open for this time; further ones are closed at once. */
const MAX_UNREAD = 128;

let unread = 0;

/** Buffer for discarded bytes, shared by all connections: its contents are never read. */
const nowhere = new Uint8Array(16_384);

/**
 * Limits the time that a connection lingers. It receives a function that closes the connection, and
 * returns a function to call when the connection has ended by itself.
 */
export const boundLinger = createTimeouts(LINGER_MILLISECONDS);

/**
 * Ends a connection: closes its sending side, then discards further bytes from the peer until the
 * peer ends its side, too. If a connection is closed with unread bytes, the kernel sends a reset,
 * which can overtake an answer that the peer has not read yet.
 *
 * @param conn the connection
 * @returns a promise that never rejects; it resolves when the peer has ended, the connection is
 * broken, or the peer has sent more than {@linkcode LINGER_BYTES}
 */
export async function finishConn(conn: Deno.Conn): Promise<void> {
  const release = boundLinger(() => closeConn(conn));
  try {
    // closeWrite is not awaited: the read shows its result, and it is faster to start both
    // together.
    conn.closeWrite().catch(() => {});
    for (let dropped = 0; dropped < LINGER_BYTES;) {
      const count = await conn.read(nowhere);
      if (count === null) break;
      dropped += count;
    }
  } catch {
    // The peer broke the connection, or this process closed it.
  }
  release();
  closeConn(conn);
}

/**
 * Ends a connection without reading from it: closes its sending side, and some time later the
 * connection. Data from the peer stays unread in the kernel. If a connection were closed at once, the
 * kernel would answer the query with a reset, and check_nrpe would die of SIGPIPE before it prints a
 * message.
 *
 * @param conn the connection
 * @returns a promise that never rejects
 */
export async function endUnread(conn: Deno.Conn): Promise<void> {
  if (unread < MAX_UNREAD) {
    unread++;
    conn.closeWrite().catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, UNREAD_MILLISECONDS));
    unread--;
  }
  closeConn(conn);
}
