import { closeConn } from "./tcp.ts";

/** How long a peer may take to end its side after an answer, in milliseconds. */
export const LINGER_MILLISECONDS = 2_000;

/** How much is dropped of what a peer sends after it was answered, in bytes. */
export const LINGER_BYTES = 262_144;

/** Where what is dropped goes, of all connections at once: nobody looks at it. */
const nowhere = new Uint8Array(16_384);

/** One that lingers, in a ring with all others: a map of those that come and go costs 40 MB. */
interface Lingering {
  close: () => void;
  /** When it must be over, by `performance.now()`. */
  deadline: number;
  before: Lingering;
  after: Lingering;
}

/** Where the ring begins and ends. All linger equally long, so the first to be over comes first. */
const ring = { close: () => {}, deadline: Infinity } as Lingering;
ring.before = ring.after = ring;

/** One timer for all that lingers, since a timer for each would be a tenth of a plain answer. */
let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * Bounds the time that a connection lingers.
 *
 * @param close closes it; called once if it lingers longer than {@linkcode LINGER_MILLISECONDS}
 * @returns what to call when it has ended by itself
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
  // Leaving twice changes nothing.
  one.before = one.after = one;
}

function later(milliseconds: number): ReturnType<typeof setTimeout> {
  const id = setTimeout(sweep, milliseconds);
  // A process that has nothing else to do need not stay for it.
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
 * Ends a connection: closes its sending side, then reads and drops what the peer still sends until
 * it ends its side too. Closing with bytes unread makes the kernel send a reset, which can overtake
 * an answer that the peer has not read yet.
 *
 * @param conn the connection
 * @returns when the peer has ended, broken off, or sent more than {@linkcode LINGER_BYTES}; never
 * rejects
 */
export async function finishConn(conn: Deno.TcpConn): Promise<void> {
  const release = boundLinger(() => closeConn(conn));
  try {
    // Nobody waits for closeWrite: the read says how it went, and both at once are cheaper.
    conn.closeWrite().catch(() => {});
    for (let dropped = 0; dropped < LINGER_BYTES;) {
      const count = await conn.read(nowhere);
      if (count === null) break;
      dropped += count;
    }
  } catch {
    // Broken off, or closed from here: either way it is over.
  }
  release();
  closeConn(conn);
}
