/** The parts of an agent that are about the daemon. */

/** The commands that clients with a certain certificate may query. */
export interface ClientRule {
  /** The subject of the certificate. `*` matches any characters: `CN=monitor-*`. */
  subject: string;
  /** The commands that the client may query. `*` matches any characters in a name, too. */
  commands: readonly string[];
}

/** TLS settings of the daemon. */
export interface TlsSettings {
  /**
   * Path of the certificate chain (PEM); default: a self-signed certificate, made at first start.
   */
  cert?: string;
  /** Path of the private key (PEM). */
  key?: string;
  /** Path of the certificate authorities that sign client certificates (PEM). */
  ca?: string;
  /** Whether the daemon ignores, requests or requires client certificates (default: `"ignore"`). */
  clientCertificates?: "ignore" | "request" | "require";
  /** The oldest TLS version that is accepted (default: `"1.2"`). */
  minVersion?: "1.2" | "1.3";
}

/** Limits of the daemon. Durations are strings such as `"5s"`. */
export interface Limits {
  /** Maximum number of concurrent connections. */
  connections?: number;
  /** Maximum number of concurrent connections from one address. */
  perAddress?: number;
  /** Timeout of the TLS handshake. */
  handshake?: string;
  /** Timeout from the handshake to the end of the query. */
  query?: string;
  /** Timeout for sending the whole response. */
  response?: string;
  /** Maximum number of commands that run at the same time. */
  running?: number;
  /** Maximum number of queries that wait until a command may run. */
  queued?: number;
  /** Maximum number of sandboxes that exist at the same time. */
  sandboxes?: number;
}

/** Packets of version 2 of NRPE, which old clients and NSClient++ use. */
export interface V2Settings {
  /**
   * Size of the text in a packet, in bytes, as configured in clients such as NSClient++ (default:
   * 1024). Queries of 1024 bytes are accepted, too. A response has the size of its query.
   */
  payload?: number;
  /**
   * How text that does not fit is sent: `"one"` cuts it, as nrpe does; `"many"` sends several
   * packets, as NSClient++ does (default: `"one"`). `check_nrpe` cannot read several packets.
   */
  packets?: "one" | "many";
}
