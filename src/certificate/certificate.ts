import { splitPem } from "../net/certificate_chain.ts";

/** When a certificate holds. */
export interface CertificateDates {
  /** The first moment. */
  readonly notBefore: Date;
  /** The last moment. */
  readonly notAfter: Date;
}

/**
 * Computes what people compare certificates by.
 *
 * @param pem a certificate in PEM; of a chain the first counts
 * @returns the SHA-256 of it, in hex, a colon after each byte: `AB:CD:…`
 * @throws {SyntaxError} if there is no certificate in it
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
 * Reads from when to when a certificate holds.
 *
 * @param pem a certificate in PEM; of a chain the first counts
 * @returns the two dates
 * @throws {SyntaxError} if there is no certificate in it
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
    throw new SyntaxError("Cannot read certificate: expected PEM text with a certificate in it");
  }
  return leaf;
}
