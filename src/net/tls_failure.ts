/** What the alerts of a server mean to a client, by their names in rustls (RFC 8446, section 6). */
const ALERTS: Readonly<Record<string, string>> = {
  HandshakeFailure:
    "the server accepts none of this client's cipher suites: most often it is an nrpe without a " +
    "certificate, which offers anonymous Diffie-Hellman only (set ssl_cert_file and " +
    "ssl_privatekey_file there), or it requires a client certificate",
  InsufficientSecurity: "the server asks for stronger cipher suites than this client offers",
  ProtocolVersion: "the server accepts none of the TLS versions allowed here",
  CertificateRequired: "the server requires a client certificate",
  UnknownCA: "the server does not trust the authority of the client certificate",
  BadCertificate: "the server finds the client certificate bad",
  CertificateUnknown: "the server does not accept the client certificate",
  UnsupportedCertificate: "the server does not support such a client certificate",
  CertificateExpired: "the client certificate has expired",
  CertificateRevoked: "the client certificate has been revoked",
  AccessDenied: "the server denies access to the client certificate",
  DecryptError: "the server cannot verify a signature of this client",
};

/**
 * Says in words why TLS failed.
 *
 * @param error an error of `node:tls`, of the handshake or, since with TLS 1.3 a server judges the
 * client's certificate only after that, of a later read
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
