/** Explanations of a server's alerts, by their names in rustls (RFC 8446, section 6). */
const ALERTS: Readonly<Record<string, string>> = {
  HandshakeFailure:
    "the server supports none of this client's cipher suites: usually it is an nrpe without a " +
    "certificate, which offers anonymous Diffie-Hellman only (set ssl_cert_file and " +
    "ssl_privatekey_file there), or it requires a client certificate",
  InsufficientSecurity: "the server requires stronger cipher suites than this client offers",
  ProtocolVersion: "the server supports none of the TLS versions that this client allows",
  CertificateRequired: "the server requires a client certificate",
  UnknownCA: "the server does not trust the CA of the client certificate",
  BadCertificate: "the server refuses the client certificate as invalid",
  CertificateUnknown: "the server does not accept the client certificate",
  UnsupportedCertificate: "the server does not support this type of client certificate",
  CertificateExpired: "the client certificate has expired",
  CertificateRevoked: "the client certificate has been revoked",
  AccessDenied: "the server denies access with this client certificate",
  DecryptError: "the server cannot verify a signature of this client",
};

/**
 * Explains why TLS failed.
 *
 * @param error an error of `node:tls`, from the handshake or from a later read: with TLS 1.3, a
 * server checks the client certificate after the client's handshake is complete
 * @returns the reason; undefined if the error is not about TLS
 */
export function tlsFailure(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as Error & { code?: unknown };
  if (typeof code !== "string" || !code.startsWith("ERR_SSL_")) return undefined;
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER") return "the server does not speak TLS";
  const alert = /fatal alert: (\w+)/.exec(error.message)?.[1];
  if (alert === undefined) return error.message;
  return Object.hasOwn(ALERTS, alert) ? ALERTS[alert] : `the server sent the TLS alert ${alert}`;
}
