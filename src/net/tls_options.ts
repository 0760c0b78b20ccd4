/** TLS options of a server. */
export interface TlsServerOptions {
  /** The server certificate, PEM, followed by its intermediate CA certificates. */
  cert: string;
  /** The private key of the certificate, PEM: PKCS#8, PKCS#1 or SEC1, not encrypted. */
  key: string;
  /** The CA certificates that client certificates must be signed by, PEM. */
  ca?: string | undefined;
  /**
   * Whether to request a client certificate. `"ignore"` (default): do not request one. `"request"`:
   * a certificate is optional; refuse one that is invalid. `"require"`: a valid certificate is
   * required.
   */
  clientCertificates?: "ignore" | "request" | "require" | undefined;
  /** The oldest TLS version to use; default: 1.2. */
  minVersion?: "1.2" | "1.3" | undefined;
}
