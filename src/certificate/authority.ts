import type { KeyObject } from "node:crypto";
import { splitPem } from "../net/certificate_chain.ts";
import { type CertificateFacts, readCertificate } from "./certificate_facts.ts";
import { type CertificatePair, type CertificateWish, makeCertificate } from "./make_certificate.ts";
import type { Signer } from "./make_certificate.ts";

/** An authority that can sign. */
export interface Authority extends Signer {
  /** What its certificate says. */
  readonly facts: CertificateFacts;
  /** PEM of what leads from a certificate that it signs to its root, which peers have themselves. */
  readonly chain: string;
}

const DAY = 86_400_000;

/** Peers' clocks may be behind by so many milliseconds. */
const SKEW = 300_000;

/**
 * Makes an authority: a root that signs certificates of hosts and clients.
 *
 * @param name its common name
 * @param days how long it holds
 * @param now the time
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
 * Makes a certificate that an authority signs. It ends with the authority, if not before.
 *
 * @param wish what it is to say; `days` is how long it holds
 * @param authority who signs
 * @param now the time
 * @returns the certificate, followed by what leads to the authority's root, and its key
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
 * Reads an authority, ours or another's, and finds what would keep its signature from being worth
 * anything.
 *
 * @param cert its certificate in PEM, perhaps followed by what leads to its root
 * @param key its private key in PEM
 * @param now the time
 * @returns the authority
 * @throws {TypeError} if it cannot sign; the message is the reason alone
 */
export async function readAuthority(cert: string, key: string, now: Date): Promise<Authority> {
  const { X509Certificate, createPrivateKey } = await import("node:crypto");
  const blocks = splitPem(cert);
  if (blocks.length === 0) throw new TypeError("expected PEM text with a certificate in it");
  let all: CertificateFacts[];
  try {
    all = await Promise.all(blocks.map(readCertificate));
  } catch {
    throw new TypeError("its certificate is damaged");
  }
  const [facts] = all as [CertificateFacts];
  if (!facts.authority) {
    throw new TypeError("it is no authority: its basic constraints do not say CA:TRUE");
  }
  if (facts.usages !== undefined && !facts.usages.includes("keyCertSign")) {
    throw new TypeError("it is no authority: its key usage does not say keyCertSign");
  }
  if (now > facts.notAfter) throw new TypeError(`it ended at ${facts.notAfter.toISOString()}`);
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
        ? 'its key is encrypted; "openssl pkey -in KEY -out NEW" decrypts it'
        : "expected its key as PEM text",
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

/** The kinds of keys whose signatures every peer verifies. */
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
    throw new TypeError(`expected a key of kind RSA, EC P-256 or EC P-384, got ${name}`);
  }
  const pkcs8 = key.export({ format: "der", type: "pkcs8" });
  return await crypto.subtle.importKey("pkcs8", new Uint8Array(pkcs8), algorithm, false, ["sign"]);
}
