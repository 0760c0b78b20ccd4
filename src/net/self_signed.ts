import { parseAddress } from "./address.ts";

/** What a certificate of one's own is to say. */
export interface SelfSignedOptions {
  /** Names and addresses of the host, the one it is known by first; at least one. */
  names: readonly string[];
  /** How long it holds, in days; ten years if left out, since nobody renews it. */
  days?: number;
}

/** A certificate and its key, in PEM. */
export interface SelfSigned {
  /** The certificate: X.509 version 3, for a server. */
  readonly cert: string;
  /** The private key: PKCS#8, not encrypted. */
  readonly key: string;
}

const DAY = 86_400_000;

const DEFAULT_DAYS = 3_650;

/** X.520's bound of a common name. */
const MAX_COMMON_NAME = 64;

/** ECDSA on P-256: the kind that every peer knows, and the cheapest for a server. */
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/**
 * Makes a certificate signed by its own key. Needs no permission. The library that writes X.509 is
 * loaded only now.
 *
 * @param options names and lifetime
 * @returns certificate and key
 * @throws {RangeError} if there is no name, one that is not ASCII, or the lifetime is not a positive number of days
 */
export async function createSelfSigned(options: SelfSignedOptions): Promise<SelfSigned> {
  const { names, days = DEFAULT_DAYS } = options;
  const [commonName] = names;
  if (commonName === undefined) throw new RangeError("Cannot make a certificate without a name");
  const odd = names.find((name) => !/^[\x21-\x7e]+$/.test(name));
  if (odd !== undefined) {
    throw new RangeError(`Cannot make a certificate for ${JSON.stringify(odd)}: expected ASCII`);
  }
  if (!(days > 0 && days <= 36_500)) {
    throw new RangeError(`Cannot make a certificate for ${days} days: expected 1 to 36500`);
  }
  const x509 = await import("@peculiar/x509");
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  // A day of the past, for peers whose clocks are behind.
  const notBefore = new Date(Date.now() - DAY);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerial(),
    name: [{ CN: [commonName.slice(0, MAX_COMMON_NAME)] }],
    notBefore,
    notAfter: new Date(Date.now() + days * DAY),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((name) => ({
          type: parseAddress(name) ? "ip" as const : "dns" as const,
          value: name,
        })),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    cert: certificate.toString("pem") + "\n",
    key: x509.PemConverter.encode(pkcs8, "PRIVATE KEY") + "\n",
  };
}

/** 127 random bits in hex: positive in any reading, and never 0 (RFC 5280, section 4.1.2.2). */
function randomSerial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = bytes[0]! & 0x7f | 0x40;
  return bytes.toHex();
}
