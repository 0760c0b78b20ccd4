import type { KeyObject } from "node:crypto";
import { splitPem } from "../net/certificate_chain.ts";
import { type CertificateFacts, readCertificate } from "./certificate_facts.ts";
import { type CertificatePair, type CertificateWish, makeCertificate } from "./make_certificate.ts";
import type { Signer } from "./make_certificate.ts";

/** A CA that can sign certificates. */
export interface Authority extends Signer {
  /** The contents of its certificate. */
  readonly facts: CertificateFacts;
  /** PEM of the CA certificates to send along: all up to the root, without the root itself. */
  readonly chain: string;
}

const DAY = 86_400_000;

/** Tolerance for peers whose clocks are slow, in milliseconds. */
const SKEW = 300_000;

/**
 * Creates a root CA for host and client certificates.
 *
 * @param name its common name
 * @param days its lifetime in days
 * @param now the current time
 * @returns its certificate and key
 */
export async function createAuthority(
  name: string,
  days: number,
  now: Date,
): Promise<CertificatePair> {
  return await makeCertificate({
    purpose: "authority",
    commonName: name,
    notBefore: new Date(now.getTime() - SKEW),
    notAfter: new Date(now.getTime() + days * DAY),
  });
}

/**
 * Creates a certificate that is signed by a CA. It expires no later than the CA.
 *
 * @param wish the contents of the certificate; `days` is its lifetime
 * @param authority the CA
 * @param now the current time
 * @returns the certificate, followed by the intermediate CA certificates, and its key
 */
export async function issueCertificate(
  { days, ...wish }: Omit<CertificateWish, "notBefore" | "notAfter"> & { days: number },
  authority: Authority,
  now: Date,
): Promise<CertificatePair> {
  const { notBefore, notAfter } = authority.facts;
  const { cert, key } = await makeCertificate({
    ...wish,
    notBefore: new Date(Math.max(now.getTime() - SKEW, notBefore.getTime())),
    notAfter: new Date(Math.min(now.getTime() + days * DAY, notAfter.getTime())),
  }, authority);
  return { cert: cert + authority.chain, key };
}

/**
 * Reads a CA, also one that was created by another program, and checks that peers will accept its
 * signature.
 *
 * @param cert its certificate in PEM, optionally followed by the other CA certificates of its chain
 * @param key its private key in PEM
 * @param now the current time
 * @returns the CA
 * @throws {TypeError} if it cannot sign; the message is only the reason
 */
export async function readAuthority(cert: string, key: string, now: Date): Promise<Authority> {
  const { X509Certificate, createPrivateKey } = await import("node:crypto");
  const blocks = splitPem(cert);
  if (blocks.length === 0) throw new TypeError("expected a certificate in PEM format");
  let all: CertificateFacts[];
  try {
    all = await Promise.all(blocks.map(readCertificate));
  } catch {
    throw new TypeError("its certificate is damaged");
  }
  const [facts] = all as [CertificateFacts];
  if (!facts.authority) {
    throw new TypeError("it is not a CA: its basic constraints do not contain CA:TRUE");
  }
  if (facts.usages !== undefined && !facts.usages.includes("keyCertSign")) {
    throw new TypeError("it is not a CA: its key usage does not contain keyCertSign");
  }
  if (now > facts.notAfter) throw new TypeError(`it expired at ${facts.notAfter.toISOString()}`);
  if (now < facts.notBefore) {
    throw new TypeError(`it is not valid before ${facts.notBefore.toISOString()}`);
  }
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(key);
  } catch {
    const encrypted = /ENCRYPTED/.test(key);
    throw new TypeError(
      encrypted
        ? 'its key is encrypted; decrypt it with "openssl pkey -in KEY -out NEW"'
        : "expected its private key in PEM format",
    );
  }
  if (!new X509Certificate(blocks[0]!).checkPrivateKey(privateKey)) {
    throw new TypeError("the key does not belong to the certificate");
  }
  const signing = await importSigning(privateKey, facts.key.name);
  const chain = blocks.filter((_, index) => !all[index]!.selfIssued);
  return {
    cert: blocks[0]!,
    key: signing,
    facts,
    chain: chain.map((block) => `${block}\n`).join(""),
  };
}

/** Types of keys whose signatures every peer can verify. */
const SIGNING: Readonly<Record<string, EcKeyImportParams | RsaHashedImportParams>> = {
  "EC P-256": { name: "ECDSA", namedCurve: "P-256" },
  "EC P-384": { name: "ECDSA", namedCurve: "P-384" },
  RSA: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
};

async function importSigning(key: KeyObject, name: string): Promise<CryptoKey> {
  const bits = /^RSA (\d+)/.exec(name)?.[1];
  if (bits !== undefined && Number(bits) < 2048) {
    throw new TypeError(`its key is too weak: expected RSA of 2048 bits or more, got ${bits}`);
  }
  const algorithm = SIGNING[bits === undefined ? name : "RSA"];
  if (algorithm === undefined) {
    throw new TypeError(`expected a key of type RSA, EC P-256 or EC P-384, got ${name}`);
  }
  const pkcs8 = key.export({ format: "der", type: "pkcs8" });
  return await crypto.subtle.importKey("pkcs8", new Uint8Array(pkcs8), algorithm, false, ["sign"]);
}
