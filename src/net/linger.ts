import { closeConn } from "./tcp.ts";

/** How long a peer may take to end its side after an answer, in milliseconds. */
export const LINGER_MILLISECONDS = 2_000;

/** How much is dropped of what a peer sends after it was answered, in bytes. */
export const LINGER_BYTES = 262_144;

/** What lingers, by when it must be over. All linger equally long, so this is in order of time. */
const lingering = new Map<() => void, number>();

/** One timer for all that lingers, since a timer for each would be a tenth of a plain answer. */
let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * Bounds the time that a connection lingers.
 *
 * @param close closes it; called once if it lingers longer than {@linkcode LINGER_MILLISECONDS}
 * @returns what to call when it has ended by itself
 */
export function boundLinger(close: () => void): () => void {
  lingering.set(close, performance.now() + LINGER_MILLISECONDS);
  timer ??= later(LINGER_MILLISECONDS);
  return () => lingering.delete(close);
}

function later(milliseconds: number): ReturnType<typeof setTimeout> {
  const id = setTimeout(sweep, milliseconds);
  // A process that has nothing else to do need not stay for it.
  Deno.unrefTimer(id);
  return id;
}

function sweep(): void {
  const now = performance.now();
  timer = undefined;
  for (const [close, deadline] of lingering) {
    if (deadline > now) {
      timer = later(deadline - now);
      break;
    }
    lingering.delete(close);
    close();
  }
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
    let buffer = new Uint8Array(512);
    // Nobody waits for closeWrite: the read says how it went, and both at once are cheaper.
    conn.closeWrite().catch(() => {});
    let count = await conn.read(buffer);
    for (let dropped = 0; count !== null && dropped < LINGER_BYTES;) {
      dropped += count;
      if (buffer.length < 16_384) buffer = new Uint8Array(16_384);
      count = await conn.read(buffer);
    }
  } catch {
    // Broken off, or closed from here: either way it is over.
  }
  release();
  closeConn(conn);
}
