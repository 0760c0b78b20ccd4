import type { X509Certificate } from "node:crypto";

/** Limit of certificates between a leaf and its CA; real chains are shorter. */
const MAX_DEPTH = 8;

/** One PEM block with a certificate. */
const PEM_CERTIFICATE =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]*-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

/**
 * Splits a PEM bundle into its certificates. Other contents are skipped.
 *
 * @param pem text with any number of certificates
 * @returns the PEM block of each certificate
 */
export function splitPem(pem: string): string[] {
  return pem.match(PEM_CERTIFICATE) ?? [];
}

/**
 * Returns the reason why a certificate is not trusted. Checks the signature and dates of each
 * certificate in the chain, and that only CAs sign. The names in the certificate are not checked.
 *
 * `node:tls` alone is not sufficient: Deno 2.9.6 reports an X.509 version 1 certificate as
 * authorized if its issuer has the name of a trusted CA. It does not verify the signature, so
 * anyone can forge such a certificate.
 *
 * Deno's X.509 implementation verifies RSA (PKCS #1), ECDSA on P-256 and P-384, and Ed25519. Other
 * signatures count as invalid.
 *
 * @param chain the certificates that the peer sent, its own first
 * @param authorities the trusted certificates: CAs, or the peer's own certificate
 * @param now the time to compare the dates with
 * @returns the reason; undefined if the certificate is trusted
 */
export function whyUntrusted(
  chain: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
  now: Date,
): string | undefined {
  let current: X509Certificate | undefined = chain[0];
  if (current === undefined) return "the peer sent no certificate";
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const certificate: X509Certificate = current;
    const reason = outOfDate(certificate, now);
    if (reason !== undefined) return reason;
    if (authorities.some(({ fingerprint256 }) => fingerprint256 === certificate.fingerprint256)) {
      return undefined;
    }
    // The key of a client whose own certificate is trusted must not make other clients.
    const authority = authorities.find((issuer) => issuer.ca && signed(certificate, issuer));
    if (authority !== undefined) return outOfDate(authority, now);
    current = chain.find((issuer) => issuer.ca && signed(certificate, issuer));
    if (current === undefined || current === certificate) {
      return `the certificate ${quoteName(certificate)} is not signed by a trusted CA`;
    }
  }
  return "the certificate chain is too long";
}

/**
 * Returns the certificates that lead from the peer to a trusted CA: further certificates that the
 * peer sent are not part of the path.
 *
 * @param chain the certificates that the peer sent, its own first
 * @param authorities the trusted certificates
 * @returns the path without the trusted CA itself, unless the peer's own certificate is trusted
 */
export function signingPath(
  chain: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
): X509Certificate[] {
  const path: X509Certificate[] = [];
  let current: X509Certificate | undefined = chain[0];
  while (current !== undefined && path.length < MAX_DEPTH) {
    const certificate: X509Certificate = current;
    path.push(certificate);
    const trusted = authorities.some((authority) =>
      authority.fingerprint256 === certificate.fingerprint256 ||
      authority.ca && signed(certificate, authority)
    );
    if (trusted) break;
    current = chain.find((issuer) =>
      issuer.ca && !path.includes(issuer) && signed(certificate, issuer)
    );
  }
  return path;
}

function signed(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    // The type of the issuer's key is not supported.
    return false;
  }
}

function outOfDate(certificate: X509Certificate, now: Date): string | undefined {
  const { validFrom, validTo } = certificate;
  if (now < new Date(validFrom)) {
    return `the certificate ${quoteName(certificate)} is not valid before ${validFrom}`;
  }
  if (now > new Date(validTo)) {
    return `the certificate ${quoteName(certificate)} expired at ${validTo}`;
  }
  return undefined;
}

/**
 * Quotes the subject. The peer chose it, so only one short line of printable characters is kept.
 */
function quoteName({ subject }: X509Certificate): string {
  return JSON.stringify(
    (subject ?? "").replaceAll("\n", ", ").replace(/\p{C}/gu, "?").slice(0, 100),
  );
}
