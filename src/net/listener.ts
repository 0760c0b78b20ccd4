import type { Connection } from "./connection.ts";
import type { TlsServerOptions } from "./tls_options.ts";

/** The address to listen on, and options of the listener. */
export interface ListenOptions {
  /** An address of this host, IPv6 with or without brackets; `0.0.0.0` and `::` mean all addresses. */
  hostname: string;
  /** The port; 0 means any free port. */
  port: number;
  /** TLS options; without them, connections are plain. */
  tls?: TlsServerOptions;
  /** Receives errors of accepting connections; the usual reason is a lack of file descriptors. */
  onAcceptError?: (error: unknown) => void;
  /**
   * Called for each connection that was closed but stays open in the runtime. With this function,
   * `Deno.listenTls` is used if it can serve the options. Without it, `node:tls` is used.
   */
  onStuck?: (() => void) | undefined;
}

/** Accepts connections. */
export interface Listener {
  /** The real address and port; the address has no brackets. */
  readonly address: { readonly hostname: string; readonly port: number };
  /**
   * Waits for the next connection; one call at a time. Reads nothing and is cheap. With `node:tls`,
   * TLS starts only with `handshake()`: a connection that is closed before that receives no byte.
   * After an error this function waits briefly and continues.
   *
   * @returns the connection; null after the listener is closed
   */
  accept(): Promise<Connection | null>;
  /** Stops listening. Accepted connections continue. May be called repeatedly. */
  close(): void;
}
