import type { CertificateFacts } from "./certificate_facts.ts";
import { coversName } from "./certificate_name.ts";

/** How a certificate is used: shown by a server or a client, or signing those. */
export type CertificateRole = "server" | "client" | "authority";

/** Something that keeps a certificate from being accepted. */
export interface CertificateFault {
  /**
   * Who refuses it: OpenSSL, which check_nrpe and nrpe use; rustls, which Deno and Checkwright use;
   * or both.
   */
  readonly by: "openssl" | "rustls" | "both";
  /** Why, as the end of a sentence. */
  readonly reason: string;
}

/**
 * Guesses what a certificate is used for.
 *
 * @param facts the certificate
 * @returns what it says itself
 */
export function roleOf({ authority, purposes }: CertificateFacts): CertificateRole {
  if (authority) return "authority";
  const client = purposes?.includes("clientAuth") && !purposes.includes("serverAuth");
  return client ? "client" : "server";
}

/**
 * Says what those who verify a certificate have against it, its chain apart. What each refuses was
 * found by showing it to them: OpenSSL 3.0 as check_nrpe 4.1 sets it up, rustls in Deno 2.9.
 *
 * @param facts the certificate
 * @param role how it is used
 * @param now the time
 * @param name the name that a client asks for it by, if that is known
 * @returns the faults; none if it is good
 */
export function faultsOf(
  facts: CertificateFacts,
  role: CertificateRole,
  now: Date,
  name?: string,
): CertificateFault[] {
  const faults: CertificateFault[] = [];
  const fault = (by: CertificateFault["by"], reason: string) => void faults.push({ by, reason });
  const { notBefore, notAfter, usages, purposes } = facts;

  if (now > notAfter) fault("both", `it ended ${span(notAfter, now)} ago`);
  if (now < notBefore) fault("both", `it is not valid yet, for another ${span(now, notBefore)}`);
  if (facts.version < 3) {
    fault(
      "rustls",
      `it is of X.509 version ${facts.version} (UnsupportedCertVersion), as "openssl x509 -req" ` +
        "makes it without -extfile",
    );
  }
  // OpenSSL's programs verify these, but have their own only as its security level allows.
  const loading = role === "client" ? "both" : "rustls";
  const also = role === "server"
    ? "; OpenSSL's security level keeps nrpe from starting with it"
    : "";
  if (facts.key.weakness !== undefined) {
    const small = facts.key.name.startsWith("RSA");
    fault(loading, `it has ${facts.key.weakness}${small ? also : ""}`);
  }
  // Nobody looks at how a root has signed itself.
  if (facts.signature.broken && !facts.selfIssued) {
    fault(loading, `its signature is ${facts.signature.name}, which can be forged${also}`);
  }
  if (role === "authority") return faults;

  if (facts.authority) {
    fault("rustls", "it is an authority's (CA:TRUE), not one of a host or client");
  }
  const purpose = `${role}Auth`;
  if (purposes !== undefined && !purposes.includes(purpose)) {
    fault("both", `its extended key usage is ${list(purposes)}, without ${purpose}`);
  }
  const needed = ["digitalSignature", "keyAgreement"];
  if (role === "server") needed.push("keyEncipherment");
  if (usages !== undefined && !usages.some((usage) => needed.includes(usage))) {
    fault("openssl", `its key usage is ${list(usages)}, without digitalSignature`);
  }
  if (role === "client") return faults;

  if (facts.names.length === 0) {
    fault(
      "rustls",
      "it is for no host: it has no subjectAltName, and a common name does not count",
    );
  } else if (name !== undefined && !coversName(facts.names, name)) {
    fault("rustls", `it is for ${list(facts.names)}, not for ${JSON.stringify(name)}`);
  }
  return faults;
}

/**
 * Writes a span of time as people say it.
 *
 * @param from its begin
 * @param to its end
 * @returns days, or hours where it is less than two of them
 */
export function span(from: Date, to: Date): string {
  const hours = (to.getTime() - from.getTime()) / 3_600_000;
  if (hours < 1) return "less than an hour";
  const [count, unit] = hours < 48 ? [Math.floor(hours), "hour"] : [Math.round(hours / 24), "day"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

function list(words: readonly string[]): string {
  return words.length === 0 ? "empty" : words.join(", ");
}
