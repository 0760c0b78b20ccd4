/** Explanations for those error texts of rustls that users do not understand. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/wrong version number|InvalidContentType/, "the peer does not speak TLS"],
  [
    /^peer is incompatible/,
    "the peer offers no acceptable TLS version (see tls.minVersion) or cipher suite; check_nrpe 2.x " +
    "and check_nrpe -d 2 offer only anonymous Diffie-Hellman",
  ],
  [/socket hang up|closed|ended|ECONNRESET/i, "the peer closed the connection"],
];

/**
 * Explains why a TLS handshake failed.
 *
 * @param error the error of the runtime
 * @returns an error with a message for people; its cause is the original error
 */
export function handshakeFailure(error: unknown): Error {
  const text = error instanceof Error ? error.message : String(error);
  const reason = REASONS.find(([pattern]) => pattern.test(text))?.[1];
  const detail = reason === undefined ? text : `${reason} (${text})`;
  return new Error(`Cannot complete TLS handshake: ${detail}`, { cause: error });
}
