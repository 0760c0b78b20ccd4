import { withoutErrorNumber } from "./error_text.ts";
import type { Connection } from "./connection.ts";
import { listenPlain } from "./listen_plain.ts";
import { listenTls } from "./listen_tls.ts";
import type { TlsServerOptions } from "./tls_server.ts";

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
  try {
    return await (options.tls === undefined
      ? listenPlain(options)
      : listenTls(options, options.tls));
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable || error instanceof TypeError) throw error;
    const { hostname, port } = options;
    const host = hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname;
    const reason = withoutErrorNumber((error as Error).message);
    throw new Error(`Cannot listen on ${host}:${port}: ${reason}`, { cause: error });
  }
}
