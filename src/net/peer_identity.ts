import type { X509Certificate } from "node:crypto";
import type { DetailedPeerCertificate, TLSSocket } from "node:tls";
import { whyUntrusted } from "./certificate_chain.ts";
import type { PeerIdentity } from "./connection.ts";

/** Rules for client certificates. */
export interface IdentityRules {
  /** Whether a client certificate is required. */
  readonly required: boolean;
  /** The trusted CAs; also used to find the reason why a certificate is refused. */
  readonly authorities: readonly X509Certificate[];
  /** The class of `node:crypto`. */
  readonly X509Certificate: typeof X509Certificate;
}

/** Limit of certificates in a chain; real chains are shorter. */
const MAX_CHAIN = 8;

/**
 * Verifies the client certificate of a peer after the handshake.
 *
 * @param socket the server's side of the connection, after the handshake
 * @param rules the rules for the certificate
 * @returns the identity of the peer; undefined without a certificate, if none is required
 * @throws {Error} if a required certificate is missing, or the certificate is refused
 */
export function verifiedIdentity(
  socket: TLSSocket,
  rules: IdentityRules,
): PeerIdentity | undefined {
  const shown: Partial<DetailedPeerCertificate> | null = socket.getPeerCertificate(true);
  if (shown?.raw === undefined) {
    if (rules.required) throw new Error("Cannot accept client: it sent no certificate");
    return undefined;
  }
  const subject = formatSubject({ ...shown.subject });
  // In a resumed session, Deno 2.9.6 reports every certificate as verified: also a certificate that
  // was refused in the first handshake or whose CA is no longer trusted.
  if (socket.isSessionReused()) {
    throw new Error(
      `Cannot accept client certificate ${JSON.stringify(subject)}: it cannot be verified in a ` +
        "resumed TLS session; the client must not resume sessions",
    );
  }
  // Deno 2.9.6 accepts a certificate that is signed by any trusted certificate, also by one that is
  // not a CA: by the own certificate of another client.
  if (!socket.authorized || rules.authorities.some(({ ca }) => !ca)) {
    const reason = whyUntrusted(chainOf(shown, rules), rules.authorities, new Date()) ??
      (socket.authorized
        ? undefined
        : "it has X.509 version 1, or its extended key usage does not include clientAuth");
    if (reason !== undefined) {
      throw new Error(`Cannot accept client certificate ${JSON.stringify(subject)}: ${reason}`);
    }
  }
  const commonName = [shown.subject?.CN ?? []].flat().at(-1);
  return {
    subject,
    ...(commonName === undefined ? {} : { commonName }),
    fingerprint: shown.fingerprint256!,
  };
}

/** Returns the certificates that a peer has sent, its own first. */
function chainOf(
  shown: Partial<DetailedPeerCertificate>,
  { X509Certificate }: IdentityRules,
): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let link: Partial<DetailedPeerCertificate> | undefined = shown;
  while (link?.raw !== undefined && chain.length < MAX_CHAIN) {
    chain.push(new X509Certificate(link.raw));
    link = link.issuerCertificate === link ? undefined : link.issuerCertificate;
  }
  return chain;
}

/**
 * Formats a subject as in RFC 4514: in reverse order of the certificate, with escaped values.
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

/** Escapes as in RFC 4514, section 2.4; control characters become hex, since the text is logged. */
function escapeValue(value: string): string {
  return value
    .replaceAll(/[\\",+<>;]|^[ #]| $/g, "\\$&")
    // deno-lint-ignore no-control-regex
    .replaceAll(/[\x00-\x1f\x7f]/g, (character) => (
      `\\${character.charCodeAt(0).toString(16).padStart(2, "0")}`
    ));
}
