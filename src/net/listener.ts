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
}

/** Accepts connections. */
export interface Listener {
  /** The real address and port; the address has no brackets. */
  readonly address: { readonly hostname: string; readonly port: number };
  /**
   * Waits for the next connection; one call at a time. Reads nothing and is cheap. TLS starts only with
   * `handshake()`: a connection that is closed before it receives no byte. After an error it
   * waits briefly and continues.
   *
   * @returns the connection; null after the listener is closed
   */
  accept(): Promise<Connection | null>;
  /**
   * Replaces certificate, CA and rules for new handshakes. Existing connections and handshakes
   * continue with the old ones.
   *
   * @param tls the new options
   * @throws {TypeError} if they are invalid or the listener is plain; the old options then remain
   */
  replaceTls(tls: TlsServerOptions): Promise<void>;
  /** Stops listening. Accepted connections continue. May be called repeatedly. */
  close(): void;
}
