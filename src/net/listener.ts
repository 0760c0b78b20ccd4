import type { Connection } from "./connection.ts";
import type { TlsServerOptions } from "./tls_options.ts";

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
