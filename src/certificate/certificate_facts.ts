import type { KeyObject, X509Certificate as NodeCertificate } from "node:crypto";
import type { X509Certificate } from "@peculiar/x509";
import { formatSubject } from "../net/peer_identity.ts";

/** Contents of a certificate, in familiar terms. */
export interface CertificateFacts {
  /** The version of X.509, 1 to 3. */
  readonly version: number;
  /** The subject in the form that the daemon uses for clients: `CN=monitor-1,O=Ops`. */
  readonly subject: string;
  /** The issuer, in the same form. */
  readonly issuer: string;
  /** Whether subject and issuer are the same. */
  readonly selfIssued: boolean;
  /** Names and addresses of the host, without the common name. */
  readonly names: readonly string[];
  /** The first moment of validity. */
  readonly notBefore: Date;
  /** The last moment of validity. */
  readonly notAfter: Date;
  /**
   * The key of the certificate, such as `EC P-256` or `RSA 2048 bits`; `weakness` is the reason if
   * rustls refuses the key.
   */
  readonly key: { readonly name: string; readonly weakness?: string };
  /** The signature of the certificate, and whether the hash of the signature is broken. */
  readonly signature: { readonly name: string; readonly broken: boolean };
  /** Whether the certificate belongs to a CA. */
  readonly authority: boolean;
  /** The key usages (RFC 5280, section 4.2.1.3); undefined without this extension. */
  readonly usages?: readonly string[];
  /** The extended key usages (section 4.2.1.12); unknown ones as object identifiers. */
  readonly purposes?: readonly string[];
  /** The SHA-256 fingerprint of the certificate: `AB:CD:…`. */
  readonly fingerprint: string;
}

/** Curves that rustls supports, by their names in OpenSSL. */
const CURVES: Readonly<Record<string, string>> = {
  prime256v1: "P-256",
  secp384r1: "P-384",
  secp521r1: "P-521",
};

/**
 * Reads a certificate. Loads the X.509 library when it is called.
 *
 * @param certificate PEM text of one certificate, or its DER bytes
 * @returns its contents
 * @throws {SyntaxError} if it is not a valid certificate
 */
export async function readCertificate(
  certificate: string | Uint8Array<ArrayBuffer>,
): Promise<CertificateFacts> {
  const [x509, { X509Certificate }] = await Promise.all([
    import("@peculiar/x509"),
    import("node:crypto"),
  ]);
  try {
    const own = new X509Certificate(certificate as string);
    const read = new x509.X509Certificate(new Uint8Array(own.raw));
    const { subject, issuer } = own.toLegacyObject();
    const usages = read.getExtension(x509.KeyUsagesExtension)?.usages;
    const purposes = read.getExtension(x509.ExtendedKeyUsageExtension)?.usages;
    const names = Object.entries(x509.ExtendedKeyUsage);
    return {
      version: versionOf(new Uint8Array(own.raw)),
      subject: formatSubject({ ...subject } as Record<string, string>),
      issuer: formatSubject({ ...issuer } as Record<string, string>),
      selfIssued: own.subject === own.issuer,
      names: (read.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [])
        .filter(({ type }) => type === "dns" || type === "ip").map(({ value }) => value),
      notBefore: read.notBefore,
      notAfter: read.notAfter,
      key: describeKey(own),
      signature: describeSignature(read),
      authority: read.getExtension(x509.BasicConstraintsExtension)?.ca ?? false,
      ...(usages !== undefined && {
        usages: Object.entries(x509.KeyUsageFlags)
          .filter(([, flag]) => typeof flag === "number" && (usages & flag) !== 0)
          .map(([name]) => name),
      }),
      ...(purposes !== undefined && {
        purposes: Array.from(
          purposes,
          (oid) => names.find(([, known]) => known === oid)?.[0] ?? String(oid),
        ),
      }),
      fingerprint: own.fingerprint256,
    };
  } catch (error) {
    throw new SyntaxError("Cannot read certificate: it is damaged", { cause: error });
  }
}

/**
 * The certificate and its first part are sequences; the first part starts with [0] if it contains a
 * version.
 */
function versionOf(der: Uint8Array): number {
  let at = 0;
  for (let depth = 0; depth < 2; depth++) {
    const length = der[at + 1]!;
    at += 2 + (length & 0x80 ? length & 0x7f : 0);
  }
  return der[at] === 0xa0 ? der[at + 4]! + 1 : 1;
}

function describeKey(certificate: NodeCertificate): CertificateFacts["key"] {
  let key: Partial<KeyObject> = {};
  try {
    key = certificate.publicKey;
  } catch {
    // The runtime does not support this type, such as RSA-PSS or a curve with explicit parameters.
  }
  const { asymmetricKeyType: type = "unknown", asymmetricKeyDetails: details } = key;
  if (type === "rsa") {
    const bits = details?.modulusLength ?? 0;
    const name = `RSA ${bits} bits`;
    return bits < 2048 ? { name, weakness: "an RSA key of less than 2048 bits" } : { name };
  }
  if (type === "ed25519") return { name: "Ed25519" };
  const curve = details?.namedCurve ?? "";
  if (type === "ec" && Object.hasOwn(CURVES, curve)) return { name: `EC ${CURVES[curve]}` };
  const name = type === "ec" ? `EC ${curve}` : type;
  return { name, weakness: `a key of an unsupported type (${name})` };
}

/** Signatures for which the library has no names (RFC 8017, appendix A.2.4). */
const OLD_SIGNATURES: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.2": "RSA with MD2",
  "1.2.840.113549.1.1.4": "RSA with MD5",
};

function describeSignature(certificate: X509Certificate): CertificateFacts["signature"] {
  try {
    const { name, hash } = certificate.signatureAlgorithm as Algorithm & {
      hash?: { name: string };
    };
    const old = OLD_SIGNATURES[name];
    if (old !== undefined) return { name: old, broken: true };
    const kind = name === "RSASSA-PKCS1-v1_5" ? "RSA" : name;
    return {
      name: hash === undefined ? kind : `${kind} with ${hash.name}`,
      broken: hash?.name === "SHA-1",
    };
  } catch {
    return { name: "unknown type", broken: false };
  }
}
