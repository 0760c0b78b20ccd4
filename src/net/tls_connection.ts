import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { Connection, PeerIdentity } from "./connection.ts";
import { handshakeFailure } from "./handshake_failure.ts";
import type { TlsTransport } from "./tls_transport.ts";

/**
 * How much a peer may send ahead of what is read, in bytes: twice the longest packet. What comes
 * beyond it is dropped, and missed only by who reads so far. `TLSSocket.pause()` is no way to hold a
 * peer up: with Deno 2.9.6 the end of a peer that comes meanwhile is never reported.
 */
const MAX_RECEIVED = 131_072;

/** What a handshake comes to. */
export interface Secured {
  readonly socket: TLSSocket;
  readonly identity: PeerIdentity | undefined;
}

/** The one step that depends on the configuration. */
export interface Handshaker {
  /**
   * Shakes hands. A stream that is destroyed meanwhile may leave the promise pending.
   *
   * @throws {Error} if there is no agreement, or the peer's certificate does not hold
   */
  shakeHands(stream: Duplex): Promise<Secured>;
}

/**
 * Puts a TLS connection behind the interface that all connections have. Until `handshake()` is
 * called, nothing is read or written, and next to nothing spent.
 *
 * @param transport the TCP connection below
 * @param peer who is at the other end
 * @param handshaker gives the handshaker to use, asked when the handshake begins
 * @returns the same, as a TLS connection
 */
export function tlsConnection(
  transport: TlsTransport,
  peer: Connection["peer"],
  handshaker: () => Handshaker,
): Connection {
  let socket: TLSSocket | undefined;
  const received: Uint8Array[] = [];
  let receivedBytes = 0;
  let overflowed = false;
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
    transport.close();
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
      const closed = new Promise<never>((_, reject) => wake = () => reject(thrown()));
      // Over a stream TLS waits on for a peer that has ended. What came before is dealt with first.
      transport.stream.once("end", () => {
        setTimeout(() => socket === undefined && fail(handshakeFailure("ended by peer")));
      });
      try {
        const result = await Promise.race([handshaker().shakeHands(transport.stream), closed]);
        socket = result.socket;
        wake = () => {};
        socket.on("data", (chunk: Uint8Array) => {
          overflowed ||= receivedBytes >= MAX_RECEIVED;
          if (overflowed) return;
          received.push(chunk);
          receivedBytes += chunk.length;
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
      secured();
      while (received.length === 0) {
        if (overflowed) throw new Error("Peer sent more than was read");
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
    async end(last) {
      if (socket === undefined || failure !== undefined) return close();
      await transport.end(socket, last);
      close();
    },
  };
}
