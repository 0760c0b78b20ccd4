import type { CertificateFacts } from "./certificate_facts.ts";
import { coversName } from "./certificate_name.ts";

/** Use of a certificate: by a server, by a client, or by a CA that signs their certificates. */
export type CertificateRole = "server" | "client" | "authority";

/** A reason why a certificate is refused. */
export interface CertificateError {
  /**
   * The library that refuses it: OpenSSL, which check_nrpe and nrpe use; rustls, which Deno and
   * Checkwright use; or both.
   */
  readonly by: "openssl" | "rustls" | "both";
  /** The reason, for a sentence about the certificate: `it expired 3 days ago`. */
  readonly reason: string;
}

/**
 * Returns the use of a certificate according to its contents.
 *
 * @param facts the certificate
 */
export function roleOf({ authority, purposes }: CertificateFacts): CertificateRole {
  if (authority) return "authority";
  const client = purposes?.includes("clientAuth") && !purposes.includes("serverAuth");
  return client ? "client" : "server";
}

/**
 * Returns the reasons why OpenSSL or rustls refuse a certificate, without regard to its chain. They
 * were found in tests with OpenSSL 3.0 as configured by check_nrpe 4.1, and with rustls in Deno 2.9.
 *
 * @param facts the certificate
 * @param role the use of the certificate
 * @param now the current time
 * @param name the name that clients connect to, if it is known
 * @returns the errors; empty if the certificate is accepted
 */
export function certificateErrors(
  facts: CertificateFacts,
  role: CertificateRole,
  now: Date,
  name?: string,
): CertificateError[] {
  const errors: CertificateError[] = [];
  const add = (by: CertificateError["by"], reason: string) => void errors.push({ by, reason });
  const { notBefore, notAfter, usages, purposes } = facts;

  if (now > notAfter) add("both", `it expired ${formatPeriod(notAfter, now)} ago`);
  if (now < notBefore) {
    add("both", `it is not valid yet: it becomes valid in ${formatPeriod(now, notBefore)}`);
  }
  if (facts.version < 3) {
    add(
      "rustls",
      `it has X.509 version ${facts.version} (UnsupportedCertVersion); "openssl x509 -req" ` +
        "creates such certificates if -extfile is missing",
    );
  }
  // OpenSSL accepts weak certificates of a peer. It does not load a weak certificate of its own if
  // the security level forbids it.
  const loading = role === "client" ? "both" : "rustls";
  const also = role === "server"
    ? "; nrpe does not start with it, because OpenSSL's security level forbids it"
    : "";
  if (facts.key.weakness !== undefined) {
    const small = facts.key.name.startsWith("RSA");
    add(loading, `it has ${facts.key.weakness}${small ? also : ""}`);
  }
  // The self-signature of a root is not checked.
  if (facts.signature.broken && !facts.selfIssued) {
    add(loading, `its signature is ${facts.signature.name}, which can be forged${also}`);
  }
  if (role === "authority") return errors;

  if (facts.authority) {
    add("rustls", "it is a CA certificate (CA:TRUE), not the certificate of a host or client");
  }
  const purpose = `${role}Auth`;
  if (purposes !== undefined && !purposes.includes(purpose)) {
    add("both", `its extended key usage (${list(purposes)}) does not include ${purpose}`);
  }
  const needed = ["digitalSignature", "keyAgreement"];
  if (role === "server") needed.push("keyEncipherment");
  if (usages !== undefined && !usages.some((usage) => needed.includes(usage))) {
    add("openssl", `its key usage (${list(usages)}) does not include digitalSignature`);
  }
  if (role === "client") return errors;

  if (facts.names.length === 0) {
    add(
      "rustls",
      "it is valid for no host: it has no subjectAltName, and the common name is ignored",
    );
  } else if (name !== undefined && !coversName(facts.names, name)) {
    add("rustls", `it is valid for ${list(facts.names)}, not for ${JSON.stringify(name)}`);
  }
  return errors;
}

/**
 * Formats the time between two dates.
 *
 * @param from the start
 * @param to the end
 * @returns days, or hours below two days
 */
export function formatPeriod(from: Date, to: Date): string {
  const hours = (to.getTime() - from.getTime()) / 3_600_000;
  if (hours < 1) return "less than an hour";
  const [count, unit] = hours < 48 ? [Math.floor(hours), "hour"] : [Math.round(hours / 24), "day"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

function list(words: readonly string[]): string {
  return words.length === 0 ? "empty" : words.join(", ");
}
