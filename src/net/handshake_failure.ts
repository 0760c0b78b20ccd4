/** What rustls says, where it is not yet what a person would need to hear. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/wrong version number|InvalidContentType/, "the peer does not speak TLS"],
  [
    /^peer is incompatible/,
    "the peer offers nothing in common: it knows no TLS 1.2 or newer (as asked for), or only " +
    "anonymous Diffie-Hellman, as check_nrpe 2.x and check_nrpe -d 2 do",
  ],
  [/socket hang up|closed|ended|ECONNRESET/i, "the peer broke off"],
];

/**
 * Says why a TLS handshake failed.
 *
 * @param error what the runtime says
 * @returns an error whose message is for people, with the first as its cause
 */
export function handshakeFailure(error: unknown): Error {
  const text = error instanceof Error ? error.message : String(error);
  const reason = REASONS.find(([pattern]) => pattern.test(text))?.[1];
  const detail = reason === undefined ? text : `${reason} (${text})`;
  return new Error(`Cannot complete TLS handshake: ${detail}`, { cause: error });
}
