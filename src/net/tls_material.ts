import type { KeyObject, X509Certificate } from "node:crypto";
import { splitPem } from "./certificate_chain.ts";
import type { TlsServerOptions } from "./tls_options.ts";

/** What the PEM texts of a server hold, read and found to fit together. */
export interface TlsMaterial {
  /** The certificate and its chain. */
  readonly chain: readonly X509Certificate[];
  /** The authorities of client certificates. */
  readonly authorities: readonly X509Certificate[];
  /** The block of the private key alone. */
  readonly key: string;
}

const KEY_BLOCK = /-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY)-----[\s\S]*?-----END \1-----/;

/** The curves that rustls signs with, by their names in OpenSSL. */
const CURVES: ReadonlySet<unknown> = new Set(["prime256v1", "secp384r1", "secp521r1"]);

/**
 * Reads a server's certificate, key and authorities, and finds what rustls would stumble over, since
 * it says so only to the log, or with other words, when the first client comes.
 *
 * @param options the PEM texts
 * @returns what they hold
 * @throws {TypeError} if something cannot be used; the message says what and why
 */
export async function readTlsMaterial(options: TlsServerOptions): Promise<TlsMaterial> {
  const { X509Certificate, createPrivateKey } = await import("node:crypto");
  const read = (what: string, pem: string) => {
    const blocks = splitPem(pem);
    if (blocks.length === 0) throw unusable(what, "expected PEM text with a certificate in it");
    return blocks.map((block, index) => {
      try {
        return new X509Certificate(block);
      } catch {
        throw unusable(what, `certificate ${index + 1} of ${blocks.length} is damaged`);
      }
    });
  };

  const chain = read("TLS certificate", options.cert);
  const block = keyBlock(options.key);
  let key: KeyObject;
  try {
    key = createPrivateKey(block);
  } catch {
    throw unusable("TLS key", "it is damaged, or of a kind that is not known");
  }
  const weakness = weaknessOf(key);
  if (weakness !== undefined) throw unusable("TLS key", weakness);
  const owner = chain.findIndex((certificate) => certificate.checkPrivateKey(key));
  if (owner < 0) throw unusable("TLS key", "it does not belong to the certificate");
  if (owner > 0) {
    throw unusable("TLS certificate", "the server's own must come first, before its authorities");
  }
  const { ca, clientCertificates = "ignore" } = options;
  if (ca === undefined && clientCertificates !== "ignore") {
    throw unusable("TLS authorities", "client certificates cannot be verified without any");
  }
  return { chain, authorities: ca === undefined ? [] : read("TLS authorities", ca), key: block };
}

function keyBlock(pem: string): string {
  const [block, label] = KEY_BLOCK.exec(pem) ?? [];
  if (block === undefined) throw unusable("TLS key", "expected PEM text with a private key in it");
  if (label === "ENCRYPTED PRIVATE KEY" || /^Proc-Type:.*ENCRYPTED/m.test(block)) {
    throw unusable("TLS key", 'it is encrypted; "openssl pkey -in KEY -out NEW" decrypts it');
  }
  return block;
}

function weaknessOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject) {
  switch (type) {
    case "rsa":
      if ((details?.modulusLength ?? 0) >= 2_048) return undefined;
      return `expected an RSA key of 2048 bits or more, got ${details?.modulusLength}`;
    case "ec":
      if (CURVES.has(details?.namedCurve)) return undefined;
      return `expected an EC key on P-256, P-384 or P-521, got one on ${details?.namedCurve}`;
    case "ed25519":
      return undefined;
    default:
      return `expected an RSA, EC or Ed25519 key, got one of kind "${type}"`;
  }
}

function unusable(what: string, reason: string): TypeError {
  return new TypeError(`Cannot use ${what}: ${reason}`);
}
