import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { Connection, PeerIdentity } from "./connection.ts";
import { boundLinger } from "./linger.ts";
import { closeConn } from "./tcp.ts";
import { type TlsTransport, tlsTransport } from "./tls_transport.ts";

/** How much a peer may send ahead of what is read, in bytes, before its sending is held up. */
const MAX_RECEIVED = 65_536;

/** What a handshake comes to. */
export interface Secured {
  readonly socket: TLSSocket;
  readonly identity: PeerIdentity | undefined;
}

/** How to shake hands: the modules, and the one step that depends on the configuration. */
export interface Handshaker {
  /** The class of `node:stream`. */
  readonly Duplex: typeof Duplex;
  /**
   * Shakes hands as a server. A stream that is destroyed meanwhile may leave the promise pending.
   *
   * @throws {Error} if there is no agreement, or the peer's certificate does not hold
   */
  shakeHands(stream: TlsTransport["stream"]): Promise<Secured>;
}

/**
 * Puts the server's side of a TLS connection behind the interface that all connections have. Until
 * `handshake()` is called, nothing is read or written, and next to nothing spent.
 *
 * @param conn the TCP connection
 * @param peer who is at the other end
 * @param handshaker gives the handshaker to use, asked when the handshake begins
 * @returns the same, as a TLS connection
 */
export function tlsConnection(
  conn: Deno.TcpConn,
  peer: Connection["peer"],
  handshaker: () => Handshaker,
): Connection {
  let transport: TlsTransport | undefined;
  let socket: TLSSocket | undefined;
  const received: Uint8Array[] = [];
  let receivedBytes = 0;
  let ended = false;
  // Why nothing goes on; a text becomes an error only if someone asks, since most ends are normal.
  let failure: Error | string | undefined;
  let wake = () => {};

  function fail(reason: Error | string): void {
    failure ??= reason;
    wake();
  }

  function thrown(): Error {
    return failure instanceof Error ? failure : new Error(failure);
  }

  function close(): void {
    fail("Connection closed");
    // Before the stream, which would still tell the peer.
    closeConn(conn);
    transport?.stream.destroy();
    socket?.destroy();
  }

  function secured(): TLSSocket {
    if (failure !== undefined) throw thrown();
    if (socket === undefined) throw new Error("Cannot read or write before the TLS handshake");
    return socket;
  }

  return {
    peer,
    close,
    async handshake() {
      if (failure !== undefined) throw thrown();
      const { Duplex, shakeHands } = handshaker();
      transport = tlsTransport(conn, Duplex);
      const closed = new Promise<never>((_, reject) => wake = () => reject(thrown()));
      try {
        const result = await Promise.race([shakeHands(transport.stream), closed]);
        socket = result.socket;
        wake = () => {};
        socket.on("data", (chunk: Uint8Array) => {
          received.push(chunk);
          receivedBytes += chunk.length;
          if (receivedBytes > MAX_RECEIVED) result.socket.pause();
          wake();
        });
        socket.on("end", () => {
          ended = true;
          wake();
        });
        socket.on("error", fail);
        socket.on("close", () => fail("Connection broken by peer"));
        return result.identity;
      } catch (error) {
        wake = () => {};
        fail(error as Error);
        transport.stream.destroy();
        throw error;
      }
    },
    async read(buffer) {
      const from = secured();
      while (received.length === 0) {
        if (ended) return null;
        await new Promise<void>((resolve) => wake = resolve);
        secured();
      }
      const chunk = received[0]!;
      const count = Math.min(chunk.length, buffer.length);
      buffer.set(chunk.subarray(0, count));
      if (count < chunk.length) received[0] = chunk.subarray(count);
      else received.shift();
      receivedBytes -= count;
      if (from.isPaused() && receivedBytes <= MAX_RECEIVED) from.resume();
      return count;
    },
    async write(bytes) {
      const to = secured();
      await new Promise<void>((resolve, reject) => {
        to.write(
          bytes,
          (error) => error ? reject(failure === undefined ? error : thrown()) : resolve(),
        );
      });
    },
    async end() {
      if (socket === undefined || transport === undefined || failure !== undefined) return close();
      const { stream } = transport;
      const release = boundLinger(close);
      await new Promise<void>((resolve) => {
        stream.once("close", resolve);
        // When the socket has finished, close_notify is on its way to the stream.
        socket!.end(() => stream.end(resolve));
      });
      release();
      await transport.finish();
      close();
    },
  };
}
