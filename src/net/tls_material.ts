import type { KeyObject, X509Certificate } from "node:crypto";
import { splitPem } from "./certificate_chain.ts";
import type { TlsServerOptions } from "./tls_options.ts";

/** Contents of the PEM texts of a server, read and checked together. */
export interface TlsMaterial {
  /** The server certificate and its chain. */
  readonly chain: readonly X509Certificate[];
  /** The CAs of client certificates. */
  readonly authorities: readonly X509Certificate[];
  /** The PEM block of the private key. */
  readonly key: string;
}

const KEY_BLOCK = /-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY)-----[\s\S]*?-----END \1-----/;

/** Curves with which rustls can sign, by their names in OpenSSL. */
const CURVES: ReadonlySet<unknown> = new Set(["prime256v1", "secp384r1", "secp521r1"]);

/**
 * Reads the certificate, key and CA of a server, and finds the errors for which rustls would refuse
 * them. rustls itself reports these errors late and often unclearly, when the first client
 * connects.
 *
 * @param options the PEM texts
 * @returns their contents
 * @throws {TypeError} if one of the texts is invalid; the message contains its name and the reason
 */
export async function readTlsMaterial(options: TlsServerOptions): Promise<TlsMaterial> {
  const { X509Certificate, createPrivateKey } = await import("node:crypto");
  const read = (what: string, pem: string) => {
    const blocks = splitPem(pem);
    if (blocks.length === 0) throw unusable(what, "expected a certificate in PEM format");
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
    throw unusable("TLS key", "it is damaged, or its type is not supported");
  }
  const weakness = weaknessOf(key);
  if (weakness !== undefined) throw unusable("TLS key", weakness);
  const owner = chain.findIndex((certificate) => certificate.checkPrivateKey(key));
  if (owner < 0) throw unusable("TLS key", "it does not belong to the certificate");
  if (owner > 0) {
    throw unusable(
      "TLS certificate",
      "the server certificate must come first, before those of CAs",
    );
  }
  const { ca, clientCertificates = "ignore" } = options;
  if (ca === undefined && clientCertificates !== "ignore") {
    throw unusable("TLS CA", "it is missing, but required to verify client certificates");
  }
  return { chain, authorities: ca === undefined ? [] : read("TLS CA", ca), key: block };
}

function keyBlock(pem: string): string {
  const [block, label] = KEY_BLOCK.exec(pem) ?? [];
  if (block === undefined) throw unusable("TLS key", "expected a private key in PEM format");
  if (label === "ENCRYPTED PRIVATE KEY" || /^Proc-Type:.*ENCRYPTED/m.test(block)) {
    throw unusable("TLS key", 'it is encrypted; decrypt it with "openssl pkey -in KEY -out NEW"');
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
      return `expected an RSA, EC or Ed25519 key, got type "${type}"`;
  }
}

function unusable(what: string, reason: string): TypeError {
  return new TypeError(`Cannot use ${what}: ${reason}`);
}
