import { plainAddress } from "./address.ts";
import type { Connection } from "./connection.ts";
import { plainConnection } from "./plain_connection.ts";
import { tlsConnection } from "./tls_connection.ts";
import { tlsServer, type TlsServerOptions } from "./tls_server.ts";

/** Where to listen, and how. */
export interface ListenOptions {
  /** An address of this host, IPv6 with or without brackets; `0.0.0.0` and `::` are all of them. */
  hostname: string;
  /** The port; 0 is any that is free. */
  port: number;
  /** How to serve TLS; without it connections are plain. */
  tls?: TlsServerOptions;
  /** Is told why a connection could not be accepted, most often for want of file descriptors. */
  onAcceptError?: (error: unknown) => void;
}

/** Takes connections. */
export interface Listener {
  /** Where it listens, as the operating system says; the address without brackets. */
  readonly address: { readonly hostname: string; readonly port: number };
  /**
   * Waits for the next connection; one call at a time. It costs next to nothing and reads nothing:
   * TLS begins with `handshake()`, so that a connection closed before that gets not a byte.
   * Errors do not end it: after one it goes on, a moment later.
   *
   * @returns the connection; null once the listener is closed
   */
  accept(): Promise<Connection | null>;
  /**
   * Uses another certificate, other authorities or other rules for the handshakes that begin from
   * now on. No connection is lost: whatever began before goes on as it was.
   *
   * @param tls what to use
   * @throws {TypeError} if it cannot be used, or this listener is a plain one; nothing has changed
   * then
   */
  replaceTls(tls: TlsServerOptions): Promise<void>;
  /** Stops listening; connections that were accepted go on. May be called more than once. */
  close(): void;
}

/** How long to wait after an error, in milliseconds, for descriptors to be closed elsewhere. */
const BACK_OFF_MILLISECONDS = 50;

/**
 * Listens for connections. Needs `--allow-net=HOST:PORT`, nothing else.
 *
 * @param options where, and how
 * @returns the listener
 * @throws {TypeError} if the certificate, key or authorities cannot be used
 * @throws {Deno.errors.NotCapable} without permission
 * @throws {Error} if the address is not to be had; the message says which, the cause why
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  let handshaker = options.tls && await tlsServer(options.tls);
  const listener = bind(options);
  const { hostname, port } = listener.addr;
  let closed = false;
  let wake = () => {};

  return {
    address: { hostname, port },
    async accept() {
      while (!closed) {
        try {
          const conn = await listener.accept();
          // An answer is one write or two: Nagle could only hold the second back.
          conn.setNoDelay(true);
          const peer = {
            address: plainAddress(conn.remoteAddr.hostname),
            port: conn.remoteAddr.port,
          };
          return handshaker === undefined
            ? plainConnection(conn, peer)
            : tlsConnection(conn, peer, () => handshaker!);
        } catch (error) {
          if (closed) break;
          options.onAcceptError?.(error);
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, BACK_OFF_MILLISECONDS);
            wake = () => {
              clearTimeout(timer);
              resolve();
            };
          });
        }
      }
      return null;
    },
    async replaceTls(tls) {
      if (handshaker === undefined) throw new TypeError("Cannot replace TLS of a plain listener");
      handshaker = await tlsServer(tls);
    },
    close() {
      if (closed) return;
      closed = true;
      listener.close();
      wake();
    },
  };
}

function bind({ hostname, port }: ListenOptions): Deno.TcpListener {
  try {
    return Deno.listen({ hostname, port });
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const host = hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname;
    const reason = (error as Error).message.replace(/ \(os error \d+\)$/, "");
    throw new Error(`Cannot listen on ${host}:${port}: ${reason}`, { cause: error });
  }
}
