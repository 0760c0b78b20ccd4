import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { Connection, PeerIdentity } from "./connection.ts";
import { handshakeFailure } from "./handshake_failure.ts";
import type { TlsTransport } from "./tls_transport.ts";

/**
 * Limit of received bytes that are kept until they are read: twice the longest packet. Further bytes
 * are discarded, and a read that reaches them fails. `TLSSocket.pause()` cannot be used instead: with
 * Deno 2.9.6, the end of the peer is never reported if it arrives during a pause.
 */
const MAX_RECEIVED = 131_072;

/** Result of a handshake. */
export interface Secured {
  readonly socket: TLSSocket;
  readonly identity: PeerIdentity | undefined;
  /** Why the certificate of the peer is refused, although the handshake is complete. */
  readonly refusal?: Error;
}

/** Performs TLS handshakes with one configuration. */
export interface Handshaker {
  /**
   * Performs a handshake. If the stream is destroyed meanwhile, the promise may stay pending.
   *
   * @throws {Error} if the handshake fails
   */
  shakeHands(stream: Duplex): Promise<Secured>;
}

/**
 * Creates a {@linkcode Connection} with TLS. Before `handshake()` is called, nothing is read or
 * written, and almost no memory or time is used.
 *
 * @param transport the TCP connection below TLS
 * @param peer the address and port of the peer
 * @param handshaker returns the handshaker; called when the handshake starts
 * @returns the connection
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
  // The reason why the connection ended. A string becomes an error only if a call needs it, because
  // most connections end normally.
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
    async refuse() {
      await transport.refuse();
      close();
    },
    async handshake() {
      if (failure !== undefined) throw thrown();
      const closed = new Promise<never>((_, reject) => wake = () => reject(thrown()));
      // On a stream, TLS does not notice that the peer has ended. Earlier data is processed first.
      transport.stream.once("end", () => {
        setTimeout(() => socket === undefined && fail(handshakeFailure("ended by peer")));
      });
      try {
        const result = await Promise.race([handshaker().shakeHands(transport.stream), closed]);
        if (result.refusal !== undefined) {
          // A client such as check_nrpe sends its query at the same time. If the connection were
          // closed at once, the kernel would answer with a reset, and SIGPIPE would end the client
          // before it prints a message.
          await Promise.race([transport.end(result.socket, undefined), closed]).catch(() => {});
          throw result.refusal;
        }
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
        socket.on("close", () => fail("Connection broken by the peer"));
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
        if (overflowed) throw new Error("The peer sent more data than the receive buffer can hold");
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
