import type { X509Certificate } from "node:crypto";
import { whyUntrusted } from "../../net/certificate_chain.ts";
import { type CertificateFacts, readCertificate } from "../../certificate/certificate_facts.ts";
import {
  type CertificateFault,
  type CertificateRole,
  faultsOf,
  roleOf,
  span,
} from "../../certificate/certificate_faults.ts";
import { formatDate } from "./announce.ts";
import { belongs, type Trust } from "./read_certificates.ts";

/** What a certificate is held against. */
export interface Standard {
  readonly now: Date;
  /** Whom it should come from. */
  readonly trust?: Trust | undefined;
  /** The file of the key that should belong to it. */
  readonly key?: string | undefined;
  /** The name that it should be for. */
  readonly name?: string | undefined;
  /** How it is used; what it says itself, where left out. */
  readonly role?: CertificateRole;
}

/** A certificate in words. */
export interface Explanation {
  readonly rows: readonly (readonly [what: string, value: string])[];
  readonly faults: readonly CertificateFault[];
  readonly role: CertificateRole;
}

/**
 * Explains a certificate and its chain.
 *
 * @param chain the certificates, the one that it is about first
 * @param standard what it is held against
 * @returns what it says, and what others would have against it
 * @throws {Error} if it or the key cannot be read
 */
export async function explain(
  chain: readonly X509Certificate[],
  standard: Standard,
): Promise<Explanation> {
  const { now, trust, key, name } = standard;
  const all = await Promise.all(chain.map(({ raw }) => readCertificate(new Uint8Array(raw))));
  const [facts, ...more] = all as [CertificateFacts, ...CertificateFacts[]];
  const role = standard.role ?? roleOf(facts);
  const faults = faultsOf(facts, role, now, name);
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
    faults.push({ by: "both", reason: "an authority comes first: the certificate itself must" });
  }
  for (const one of more) {
    rows.push(["followed by", `${one.subject}, ${describeLife(one, now)}`]);
    for (const { by, reason } of faultsOf(one, "authority", now)) {
      faults.push({ by, reason: `of ${one.subject}, which follows: ${reason}` });
    }
  }
  if (key !== undefined) {
    const fits = await belongs(key, chain[0]!);
    rows.push(["its key", fits ? key : `another than ${key}`]);
    if (!fits) faults.push({ by: "both", reason: `the key in ${key} does not belong to it` });
  }
  if (trust !== undefined) {
    const reason = whyNotFrom(chain, trust, facts, now);
    rows.push(["trusted", reason === undefined ? `it leads to ${trust.path}` : "no"]);
    if (reason !== undefined) faults.push({ by: "both", reason });
  }
  return { rows, faults, role };
}

function whyNotFrom(
  chain: readonly X509Certificate[],
  { path, authorities }: Trust,
  { notBefore, notAfter, issuer }: CertificateFacts,
  now: Date,
): string | undefined {
  // At a time when the certificate itself holds: that it does not is said already.
  const time = Math.min(Math.max(now.getTime(), notBefore.getTime()), notAfter.getTime());
  const reason = whyUntrusted(chain, authorities, new Date(time));
  if (reason === undefined) return undefined;
  const last = chain.at(-1)!;
  const namesake = authorities.some(({ subject }) => subject === last.issuer);
  return `it does not lead to ${path}: ${
    namesake && reason.startsWith("none")
      ? `a CA of the same name, ${issuer}, but with another key has signed it`
      : reason
  }`;
}

function describeLife({ notBefore, notAfter }: CertificateFacts, now: Date): string {
  const state = now > notAfter
    ? "ended"
    : now < notBefore
    ? "not yet valid"
    : `${span(now, notAfter)} left`;
  return `${formatDate(notBefore)} to ${formatDate(notAfter)}, ${state}`;
}

function describeUse({ version, authority, purposes }: CertificateFacts): string {
  if (authority) return "a CA: it signs others";
  if (purposes === undefined) return version < 3 ? "not said (X.509 version 1)" : "not said";
  const words: Readonly<Record<string, string>> = { serverAuth: "server", clientAuth: "client" };
  return purposes.map((purpose) => words[purpose] ?? purpose).join(", ");
}
