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

/** Use of a certificate. */
export type CertificatePurpose = "authority" | "server" | "client";

/** Contents of a certificate to create. */
export interface CertificateWish {
  /** The use of the certificate. */
  purpose: CertificatePurpose;
  /** The common name of its subject. */
  commonName: string;
  /** Names and addresses of the host; for servers only. */
  names?: readonly string[];
  /** The first moment of validity. */
  notBefore: Date;
  /** The last moment of validity. */
  notAfter: Date;
}

/** A CA that signs a certificate. */
export interface Signer {
  /** The certificate of the CA, PEM. */
  readonly cert: string;
  /** The private key of the CA. */
  readonly key: CryptoKey;
}

/** ECDSA on P-256: every peer supports it, and it is the fastest for a server. */
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };

/**
 * Creates a key and a certificate for it. Needs no permission. Loads the X.509 library when it is
 * called.
 *
 * @param wish the contents
 * @param signer the CA that signs; if omitted, the certificate is self-signed
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
  // UTF-8 allows every name. In a plain string, the library would interpret quotes and backslashes.
  const subject = new x509.Name([{ CN: [{ utf8String: commonName }] }]);
  const authority = signer && new x509.X509Certificate(signer.cert);

  const extensions: Extension[] = purpose === "authority"
    ? [
      // Path length 0: the CA signs only host and client certificates, not other CAs.
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
  // The identifier is copied from the CA certificate, because programs compute it in different
  // ways.
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

/** Formats IP addresses first: the library misreads an IPv6 address that ends with an IPv4 address. */
function generalName(name: string): { type: "ip" | "dns"; value: string } {
  const address = parseAddress(name);
  if (address === undefined) return { type: "dns", value: name };
  return { type: "ip", value: formatAddress(address) };
}

/** Returns 126 random bits in 16 bytes: positive and never 0 (RFC 5280, section 4.1.2.2). */
function randomSerial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = bytes[0]! & 0x7f | 0x40;
  return bytes.toHex();
}
