import { closeConn } from "./tcp.ts";

/** Maximum time that a peer may take to end its side after an answer, in milliseconds. */
export const LINGER_MILLISECONDS = 2_000;

/** Limit of bytes that are read and discarded after a peer has its answer. */
export const LINGER_BYTES = 262_144;

/** Buffer for discarded bytes, shared by all connections: its contents are never read. */
const nowhere = new Uint8Array(16_384);

/** A lingering connection in a linked ring. A `Map` with many additions and removals costs 40 MB. */
interface Lingering {
  close: () => void;
  /** The time when the connection must be closed, by `performance.now()`. */
  deadline: number;
  before: Lingering;
  after: Lingering;
}

/** Start and end of the ring. All connections linger equally long: the earliest deadline is first. */
const ring = { close: () => {}, deadline: Infinity } as Lingering;
ring.before = ring.after = ring;

/**
 * One timer for all connections. A timer for each connection would take a tenth of the time of a
 * plain answer.
 */
let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * Limits the time that a connection lingers.
 *
 * @param close closes it; called once if it lingers longer than {@linkcode LINGER_MILLISECONDS}
 * @returns a function to call when the connection has ended by itself
 */
export function boundLinger(close: () => void): () => void {
  const deadline = performance.now() + LINGER_MILLISECONDS;
  const one: Lingering = { close, deadline, before: ring.before, after: ring };
  ring.before = ring.before.after = one;
  timer ??= later(LINGER_MILLISECONDS);
  return () => leave(one);
}

function leave(one: Lingering): void {
  one.before.after = one.after;
  one.after.before = one.before;
  // A second call has no effect.
  one.before = one.after = one;
}

function later(milliseconds: number): ReturnType<typeof setTimeout> {
  const id = setTimeout(sweep, milliseconds);
  // The timer must not keep an otherwise idle process alive.
  Deno.unrefTimer(id);
  return id;
}

function sweep(): void {
  const now = performance.now();
  while (ring.after.deadline <= now) {
    const one = ring.after;
    leave(one);
    one.close();
  }
  timer = ring.after === ring ? undefined : later(ring.after.deadline - now);
}

/**
 * Ends a connection: closes its sending side, then discards further bytes from the peer until the
 * peer ends its side, too. If a connection is closed with unread bytes, the kernel sends a reset,
 * which can overtake an answer that the peer has not read yet.
 *
 * @param conn the connection
 * @returns a promise that never rejects; it resolves when the peer has ended, the connection is
 * broken, or the peer has sent more than {@linkcode LINGER_BYTES}
 */
export async function finishConn(conn: Deno.TcpConn): Promise<void> {
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
