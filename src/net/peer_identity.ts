import type { X509Certificate } from "node:crypto";
import type { DetailedPeerCertificate, TLSSocket } from "node:tls";
import { whyUntrusted } from "./certificate_chain.ts";
import type { PeerIdentity } from "./connection.ts";

/** What is needed to judge a client certificate. */
export interface IdentityRules {
  /** Whether there must be one. */
  readonly required: boolean;
  /** The authorities it must come from; they say why one does not hold. */
  readonly authorities: readonly X509Certificate[];
  /** The class of `node:crypto`. */
  readonly X509Certificate: typeof X509Certificate;
}

/** More than any chain has. */
const MAX_CHAIN = 8;

/**
 * Judges the certificate that a peer showed in a handshake.
 *
 * @param socket the server's side of the connection, the handshake done
 * @param rules what the certificate must be
 * @returns who the peer is; undefined if it showed none, and need not
 * @throws {Error} if there is no certificate though there must be one, or it does not hold
 */
export function verifiedIdentity(
  socket: TLSSocket,
  rules: IdentityRules,
): PeerIdentity | undefined {
  const shown: Partial<DetailedPeerCertificate> | null = socket.getPeerCertificate(true);
  if (shown?.raw === undefined) {
    if (rules.required) throw new Error("Cannot accept peer: it showed no client certificate");
    return undefined;
  }
  const subject = formatSubject({ ...shown.subject });
  // In a resumed session Deno 2.9.6 counts any certificate as verified, also one that failed the
  // first time, and one whose authority was taken away since.
  if (socket.isSessionReused()) {
    throw new Error(
      `Cannot accept client certificate ${
        JSON.stringify(subject)
      }: it would not be verified in a ` +
        "resumed TLS session, which the peer must not ask for",
    );
  }
  if (!socket.authorized) {
    const chain: X509Certificate[] = [];
    let link: Partial<DetailedPeerCertificate> | undefined = shown;
    while (link?.raw !== undefined && chain.length < MAX_CHAIN) {
      chain.push(new rules.X509Certificate(link.raw));
      link = link.issuerCertificate === link ? undefined : link.issuerCertificate;
    }
    const reason = whyUntrusted(chain, rules.authorities, new Date()) ??
      "it is of X.509 version 1, or not made for client authentication";
    throw new Error(`Cannot accept client certificate ${JSON.stringify(subject)}: ${reason}`);
  }
  const commonName = [shown.subject?.CN ?? []].flat().at(-1);
  return {
    subject,
    ...(commonName === undefined ? {} : { commonName }),
    fingerprint: shown.fingerprint256!,
  };
}

/**
 * Writes a subject as RFC 4514 does: the last part of the certificate's first, values escaped.
 *
 * @param parts the values by the short names of their types, in the order of the certificate
 * @returns one line
 */
export function formatSubject(parts: Readonly<Record<string, string | string[]>>): string {
  return Object.entries(parts)
    .flatMap(([type, values]) => [values].flat().map((value) => `${type}=${escapeValue(value)}`))
    .reverse()
    .join(",");
}

/** RFC 4514, section 2.4; control characters in hex too, since the text goes into logs. */
function escapeValue(value: string): string {
  return value
    .replaceAll(/[\\",+<>;]|^[ #]| $/g, "\\$&")
    // deno-lint-ignore no-control-regex
    .replaceAll(/[\x00-\x1f\x7f]/g, (character) => (
      `\\${character.charCodeAt(0).toString(16).padStart(2, "0")}`
    ));
}
