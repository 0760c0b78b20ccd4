import { splitPem } from "../net/certificate_chain.ts";

/** Validity period of a certificate. */
export interface CertificateDates {
  /** The first moment of validity. */
  readonly notBefore: Date;
  /** The last moment of validity. */
  readonly notAfter: Date;
}

/**
 * Computes the SHA-256 fingerprint of a certificate.
 *
 * @param pem the certificate in PEM; the first one of a chain is used
 * @returns the fingerprint in hex, with a colon between the bytes: `AB:CD:…`
 * @throws {SyntaxError} if the text does not contain a certificate
 */
export async function fingerprint(pem: string): Promise<string> {
  const base64 = leafOf(pem).replaceAll(/-----[A-Z0-9 ]+-----|\s/g, "");
  let der: Uint8Array<ArrayBuffer>;
  try {
    der = Uint8Array.fromBase64(base64);
  } catch {
    throw new SyntaxError("Cannot read certificate: its base64 is damaged");
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", der));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(":");
}

/**
 * Reads the validity period of a certificate.
 *
 * @param pem the certificate in PEM; the first one of a chain is used
 * @returns the two dates
 * @throws {SyntaxError} if the text does not contain a valid certificate
 */
export async function certificateDates(pem: string): Promise<CertificateDates> {
  const { X509Certificate } = await import("node:crypto");
  const leaf = leafOf(pem);
  try {
    const { validFrom, validTo } = new X509Certificate(leaf);
    return { notBefore: new Date(validFrom), notAfter: new Date(validTo) };
  } catch {
    throw new SyntaxError("Cannot read certificate: it is damaged");
  }
}

function leafOf(pem: string): string {
  const [leaf] = splitPem(pem);
  if (leaf === undefined) {
    throw new SyntaxError("Cannot read certificate: expected a certificate in PEM format");
  }
  return leaf;
}
