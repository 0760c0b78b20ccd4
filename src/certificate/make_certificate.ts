import type { Extension } from "@peculiar/x509";
import { parseAddress } from "../net/address.ts";
import { formatAddress } from "./certificate_name.ts";

/** A certificate and its key, in PEM. */
export interface CertificatePair {
  /** The certificate: X.509 version 3. */
  readonly cert: string;
  /** The private key: PKCS#8, not encrypted. */
  readonly key: string;
}

/** What a certificate is for. */
export type CertificatePurpose = "authority" | "server" | "client";

/** What a certificate is to say. */
export interface CertificateWish {
  /** What its owner may do with it. */
  purpose: CertificatePurpose;
  /** The common name of its subject. */
  commonName: string;
  /** Names and addresses of a host. */
  names?: readonly string[];
  /** The first moment of its life. */
  notBefore: Date;
  /** The last moment. */
  notAfter: Date;
}

/** Who signs. */
export interface Signer {
  /** The certificate of the authority, PEM. */
  readonly cert: string;
  /** Its private key. */
  readonly key: CryptoKey;
}

/** ECDSA on P-256: the kind that every peer knows, and the cheapest for a server. */
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };

/**
 * Makes a key and a certificate for it. Needs no permission. The library that writes X.509 is loaded
 * only now.
 *
 * @param wish what it is to say
 * @param signer who signs; its own key if left out
 * @returns certificate and key
 */
export async function makeCertificate(
  { purpose, commonName, names = [], notBefore, notAfter }: CertificateWish,
  signer?: Signer,
): Promise<CertificatePair> {
  const x509 = await import("@peculiar/x509");
  const { digitalSignature, keyCertSign, cRLSign } = x509.KeyUsageFlags;
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const own = await x509.SubjectKeyIdentifierExtension.create(keys.publicKey);
  // As UTF-8, which takes any name: of a plain string the library reads quotes and backslashes.
  const subject = new x509.Name([{ CN: [{ utf8String: commonName }] }]);
  const authority = signer && new x509.X509Certificate(signer.cert);

  const extensions: Extension[] = purpose === "authority"
    ? [
      // It signs certificates of hosts and clients, and none of further authorities.
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(keyCertSign | cRLSign, true),
    ]
    : [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage[purpose === "server" ? "serverAuth" : "clientAuth"],
      ]),
    ];
  if (names.length > 0) {
    extensions.push(new x509.SubjectAlternativeNameExtension(names.map(generalName)));
  }
  // As the authority's certificate has it: not everyone computes it alike.
  const authorityId = authority === undefined
    ? own.keyId
    : authority.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId ??
      new Uint8Array(await authority.publicKey.getKeyIdentifier()).toHex();
  extensions.push(own, new x509.AuthorityKeyIdentifierExtension(authorityId));

  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject,
    issuer: authority?.subjectName ?? subject,
    notBefore,
    notAfter,
    publicKey: keys.publicKey,
    signingKey: signer?.key ?? keys.privateKey,
    signingAlgorithm: { ...(signer?.key ?? keys.privateKey).algorithm, hash: "SHA-256" },
    extensions,
  });
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    cert: certificate.toString("pem") + "\n",
    key: x509.PemConverter.encode(pkcs8, "PRIVATE KEY") + "\n",
  };
}

/** The library takes an IPv6 address that ends in an IPv4 one for something else. */
function generalName(name: string): { type: "ip" | "dns"; value: string } {
  const address = parseAddress(name);
  if (address === undefined) return { type: "dns", value: name };
  return { type: "ip", value: formatAddress(address) };
}

/** 126 random bits in 16 bytes: positive in any reading, and never 0 (RFC 5280, section 4.1.2.2). */
function randomSerial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = bytes[0]! & 0x7f | 0x40;
  return bytes.toHex();
}
