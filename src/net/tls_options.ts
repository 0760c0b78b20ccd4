/** How to serve TLS. */
export interface TlsServerOptions {
  /** The certificate in PEM, followed by what leads to its authority. */
  cert: string;
  /** Its private key in PEM: PKCS#8, PKCS#1 or SEC1, not encrypted. */
  key: string;
  /** The authorities that client certificates must come from, in PEM. */
  ca?: string | undefined;
  /**
   * Whether to ask for a client certificate: not at all (`"ignore"`, if left out); ask, and one that
   * is given must verify (`"request"`); ask, and one must be given (`"require"`).
   */
  clientCertificates?: "ignore" | "request" | "require" | undefined;
  /** The oldest version of TLS to speak; 1.2 if left out. */
  minVersion?: "1.2" | "1.3" | undefined;
}
