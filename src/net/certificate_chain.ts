import type { X509Certificate } from "node:crypto";

/** Certificates between a leaf and an authority; more than anyone has. */
const MAX_DEPTH = 8;

/** One block of PEM that holds a certificate. */
const PEM_CERTIFICATE =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]*-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

/**
 * Takes a PEM bundle apart; what else is in it is skipped.
 *
 * @param pem text with any number of certificates
 * @returns each certificate's own block
 */
export function splitPem(pem: string): string[] {
  return pem.match(PEM_CERTIFICATE) ?? [];
}

/**
 * Finds what keeps a certificate from being trusted: each link's signature, the dates, and that
 * only authorities sign. The name that a certificate is for does not matter.
 *
 * It is the second opinion on what `node:tls` says, and needed: Deno 2.9.6 takes an X.509 version 1
 * certificate for authorized if its issuer is called as one of the authorities, without a look at
 * the signature, so that anyone could make one.
 *
 * Deno's own X.509 verifies RSA (PKCS #1), ECDSA on P-256 and P-384, and Ed25519; what is signed in
 * another way counts as not signed.
 *
 * @param chain the certificates that the peer sent, its own first
 * @param authorities the certificates to trust; a peer's own may be among them
 * @param now the time to compare dates with
 * @returns the reason in words; undefined if the certificate is trusted
 */
export function whyUntrusted(
  chain: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
  now: Date,
): string | undefined {
  let current: X509Certificate | undefined = chain[0];
  if (current === undefined) return "the peer showed no certificate";
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const certificate: X509Certificate = current;
    const problem = outOfDate(certificate, now);
    if (problem !== undefined) return problem;
    if (authorities.some(({ fingerprint256 }) => fingerprint256 === certificate.fingerprint256)) {
      return undefined;
    }
    const authority = authorities.find((issuer) => signed(certificate, issuer));
    if (authority !== undefined) return outOfDate(authority, now);
    current = chain.find((issuer) => issuer.ca && signed(certificate, issuer));
    if (current === undefined || current === certificate) {
      return `none of the authorities given has signed the certificate ${quoteName(certificate)}`;
    }
  }
  return "the chain of certificates is too long";
}

function signed(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    // A key of a kind that cannot be used signs nothing.
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

/** The subject comes from the peer: one line of what can be seen, and not too much of it. */
function quoteName({ subject }: X509Certificate): string {
  return JSON.stringify(
    (subject ?? "").replaceAll("\n", ", ").replace(/\p{C}/gu, "?").slice(0, 100),
  );
}
