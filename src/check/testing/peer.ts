import type { PeerFixture, PeerReply } from "./fixtures.ts";
import { runOutside } from "./world.ts";

const connections = new WeakSet<object>();

/** Returns whether a connection was made by {@linkcode connectPeer}. */
export function isPeerConnection(value: unknown): boolean {
  return typeof value === "object" && value !== null && connections.has(value);
}

/**
 * Connects a check to a peer of its test.
 *
 * @param target `host:port` or the path of a socket
 * @param fixture data or function of the peer
 * @returns the connection
 * @throws {TypeError} if the peer can answer only a `fetch` or a DNS query
 */
export function connectPeer(target: string, fixture: PeerFixture): Deno.TlsConn {
  const answer = typeof fixture === "function" ? fixture : undefined;
  const received: Uint8Array[] = answer ? [] : [bytesOf(target, fixture as PeerReply)];
  let started = answer === undefined;
  let answering: Promise<void> = Promise.resolve();
  let closed = false;
  let wake = () => {};

  function requireOpen(): void {
    if (closed) throw new Deno.errors.BadResource("Bad resource ID");
  }

  async function write(data: Uint8Array): Promise<number> {
    requireOpen();
    const request = new TextDecoder().decode(data);
    started = true;
    answering = answering.then(async () => {
      const reply = answer && await runOutside(() => answer(request));
      if (reply !== undefined) received.push(bytesOf(target, reply));
    });
    wake();
    await answering;
    return data.length;
  }

  async function read(into: Uint8Array): Promise<number | null> {
    requireOpen();
    if (!started) await new Promise<void>((resolve) => wake = resolve);
    await answering;
    // Wait one turn of the event loop: a check that reads and writes concurrently may write now.
    if (received.length === 0) await new Promise((resolve) => setTimeout(resolve));
    await answering;
    return take(received, into);
  }

  function hangUp(): void {
    started = true;
    wake();
  }

  const close = () => {
    requireOpen();
    closed = true;
    hangUp();
  };
  const connection = {
    ...inert,
    ...remoteOf(target),
    read,
    write,
    close,
    closeWrite: () => Promise.try(hangUp),
    ...streamsOf(async (into) => closed ? null : await read(into), write, hangUp),
    [Symbol.dispose]: () => closed || close(),
  };
  connections.add(connection);
  return connection as unknown as Deno.TlsConn;
}

/** Fills a buffer from the first chunk; returns the number of bytes, null without a chunk. */
function take(chunks: Uint8Array[], into: Uint8Array): number | null {
  const first = chunks.shift();
  if (first === undefined) return null;
  into.set(first.subarray(0, into.length));
  if (first.length > into.length) chunks.unshift(first.subarray(into.length));
  return Math.min(first.length, into.length);
}

/** Members that have no effect on a connection without a socket. */
const inert = {
  handshake: () => Promise.resolve({ alpnProtocol: null }),
  localAddr: { transport: "tcp", hostname: "127.0.0.1", port: 0 },
  ref: () => {},
  unref: () => {},
  setNoDelay: () => {},
  setKeepAlive: () => {},
};

function streamsOf(
  read: (into: Uint8Array) => Promise<number | null>,
  write: (data: Uint8Array) => Promise<number>,
  hangUp: () => void,
): Pick<Deno.Conn, "readable" | "writable"> {
  const readable = new ReadableStream({
    async pull(controller) {
      const into = new Uint8Array(16_384);
      const count = await read(into);
      if (count === null) controller.close();
      else controller.enqueue(into.slice(0, count));
    },
    cancel: hangUp,
  }, { highWaterMark: 0 });
  const writable = new WritableStream({
    write: async (data) => void await write(data),
    close: hangUp,
  });
  return { readable, writable };
}

function remoteOf(target: string): { remoteAddr: object } {
  const [, hostname, port] = /^(.*):(\d+)$/.exec(target) ?? [];
  return {
    remoteAddr: port === undefined
      ? { transport: "unix", path: target }
      : { transport: "tcp", hostname, port: Number(port) },
  };
}

function bytesOf(target: string, reply: PeerReply): Uint8Array {
  if (typeof reply === "string") return new TextEncoder().encode(reply);
  if (reply instanceof Uint8Array) return reply;
  throw new TypeError(
    `Cannot connect to fixture "${target}": expected a string or bytes for Deno.connect()`,
  );
}
