import type { X509Certificate } from "node:crypto";
import { whyUntrusted } from "../../net/certificate_chain.ts";
import { type CertificateFacts, readCertificate } from "../../certificate/certificate_facts.ts";
import {
  type CertificateError,
  certificateErrors,
  type CertificateRole,
  formatPeriod,
  roleOf,
} from "../../certificate/certificate_errors.ts";
import { formatDate } from "./announce.ts";
import { belongs, type Trust } from "./read_certificates.ts";

/** Expectations that a certificate is compared with. */
export interface Standard {
  readonly now: Date;
  /** The CAs that must have signed the certificate. */
  readonly trust?: Trust | undefined;
  /** The file of the private key that must belong to the certificate. */
  readonly key?: string | undefined;
  /** The name that the certificate must be valid for. */
  readonly name?: string | undefined;
  /** The use of the certificate; default: the use according to its contents. */
  readonly role?: CertificateRole;
}

/** Explanation of a certificate. */
export interface Explanation {
  readonly rows: readonly (readonly [what: string, value: string])[];
  readonly errors: readonly CertificateError[];
  readonly role: CertificateRole;
}

/**
 * Explains a certificate and its chain.
 *
 * @param chain the certificates; the first one is explained
 * @param standard the expectations
 * @returns its contents, and the reasons why it is refused
 * @throws {Error} if the certificate or the key cannot be read
 */
export async function explain(
  chain: readonly X509Certificate[],
  standard: Standard,
): Promise<Explanation> {
  const { now, trust, key, name } = standard;
  const all = await Promise.all(chain.map(({ raw }) => readCertificate(new Uint8Array(raw))));
  const [facts, ...more] = all as [CertificateFacts, ...CertificateFacts[]];
  const role = standard.role ?? roleOf(facts);
  const errors = certificateErrors(facts, role, now, name);
  const rows: [string, string][] = [
    ["subject", facts.subject || "none"],
    ...(role === "server" || facts.names.length > 0
      ? [["names", facts.names.join(", ") || "none"] as [string, string]]
      : []),
    ["issuer", facts.selfIssued ? "itself" : facts.issuer],
    ["valid", describeLife(facts, now)],
    ["key", facts.key.name],
    ["signature", facts.signature.name],
    ["use", describeUse(facts)],
    ["SHA-256", facts.fingerprint],
  ];
  if (facts.authority && more.some(({ authority }) => !authority)) {
    errors.push({
      by: "both",
      reason: "the file starts with a CA certificate: move it to the end",
    });
  }
  for (const one of more) {
    rows.push(["followed by", `${one.subject}, ${describeLife(one, now)}`]);
    for (const { by, reason } of certificateErrors(one, "authority", now)) {
      errors.push({ by, reason: `in its chain, ${one.subject}: ${reason}` });
    }
  }
  if (key !== undefined) {
    const fits = await belongs(key, chain[0]!);
    rows.push(["its key", fits ? key : `not ${key}`]);
    if (!fits) {
      errors.push({ by: "both", reason: `the key in ${key} does not belong to the certificate` });
    }
  }
  if (trust !== undefined) {
    const reason = whyNotFrom(chain, trust, facts, now);
    rows.push(["trusted", reason === undefined ? `yes, by ${trust.path}` : "no"]);
    if (reason !== undefined) errors.push({ by: "both", reason });
  }
  return { rows, errors, role };
}

function whyNotFrom(
  chain: readonly X509Certificate[],
  { path, authorities }: Trust,
  { notBefore, notAfter, issuer }: CertificateFacts,
  now: Date,
): string | undefined {
  // Uses a time when the certificate is valid, because its dates are reported separately.
  const time = Math.min(Math.max(now.getTime(), notBefore.getTime()), notAfter.getTime());
  const reason = whyUntrusted(chain, authorities, new Date(time));
  if (reason === undefined) return undefined;
  const last = chain.at(-1)!;
  const sameName = authorities.some(({ subject }) => subject === last.issuer);
  return `it is not trusted by ${path}: ${
    sameName && reason.endsWith("is not signed by a trusted CA")
      ? `it is signed by another CA with the same name, ${issuer}, but a different key`
      : reason
  }`;
}

function describeLife({ notBefore, notAfter }: CertificateFacts, now: Date): string {
  const state = now > notAfter
    ? "expired"
    : now < notBefore
    ? "not yet valid"
    : `${formatPeriod(now, notAfter)} left`;
  return `${formatDate(notBefore)} to ${formatDate(notAfter)}, ${state}`;
}

function describeUse({ version, authority, purposes }: CertificateFacts): string {
  if (authority) return "CA, signs other certificates";
  if (purposes === undefined) return version < 3 ? "not set (X.509 version 1)" : "not set";
  const words: Readonly<Record<string, string>> = { serverAuth: "server", clientAuth: "client" };
  return purposes.map((purpose) => words[purpose] ?? purpose).join(", ");
}
