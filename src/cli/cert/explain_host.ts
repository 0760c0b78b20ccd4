import { X509Certificate } from "node:crypto";
import type { Address } from "../../agent/settings.ts";
import { sendQuery } from "../../client/send_query.ts";
import { examineServer, type ServerReport } from "../../certificate/examine_server.ts";
import { explain, type Explanation, type Standard } from "./explain.ts";

/** For all that is asked of a server, in milliseconds. */
const PATIENCE = 5_000;

/**
 * Explains a server: what it shows, or why there is no TLS with it.
 *
 * @param address where it is
 * @param standard what its certificate is held against
 * @returns the explanation; a text where there is no certificate
 * @throws {Error} if there is nobody, or no answer in time
 */
export async function explainHost(
  { hostname, port }: Address,
  standard: Standard,
): Promise<Explanation | string> {
  const signal = AbortSignal.timeout(PATIENCE);
  let report: ServerReport;
  try {
    report = await examineServer({ hostname, port, signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Error(`No answer from ${hostname} port ${port} within ${PATIENCE / 1000} s`);
  }
  if (report.kind === "anonymous") {
    return `It offers anonymous Diffie-Hellman only (${report.version}, ${report.cipher}), as nrpe ` +
      "does without a certificate: check_nrpe takes that, and verifies nothing even with -A; Deno " +
      "does not. Set ssl_cert_file and ssl_privatekey_file in its nrpe.cfg";
  }
  if (report.kind !== "tls") return await explainPlain(hostname, port, report.kind, signal);
  const chain = report.certificates.map((der) => new X509Certificate(der as Uint8Array as never));
  if (chain.length === 0) {
    return `There is no TLS with it: ${report.agreed}`;
  }
  const explanation = await explain(chain, { name: hostname, ...standard, role: "server" });
  const clients = describeClients(report.clientCertificates);
  return {
    ...explanation,
    rows: [["TLS", describeTls(report)], ["clients", clients], ...explanation.rows],
  };
}

function describeTls(
  { agreed, clearVersion, clientCertificates }: ServerReport & { kind: "tls" },
): string {
  if (typeof agreed === "object") return `${agreed.version}, ${agreed.cipher}`;
  const version = clearVersion ?? "TLS 1.3";
  return clientCertificates === "requires" ? version : `${version}; not with Deno: ${agreed}`;
}

function describeClients(asks: (ServerReport & { kind: "tls" })["clientCertificates"]): string {
  switch (asks) {
    case "requires":
      return "must show a certificate";
    case "asks":
      return "are asked for a certificate, and need none";
    case "none":
      return "are not asked for a certificate";
    default:
      return "need no certificate; TLS 1.3 hides whether they are asked for one";
  }
}

async function explainPlain(
  host: string,
  port: number,
  kind: "closed" | "other",
  signal: AbortSignal,
): Promise<string> {
  try {
    const { text } = await sendQuery({ host, port, command: "_NRPE_CHECK", tls: false, signal });
    return `It speaks NRPE in plain text, without TLS (${text}): check_nrpe -n asks it`;
  } catch {
    return kind === "closed"
      ? "It closed the connection without a word: it does not speak TLS, or this host is not among " +
        "its allowed hosts"
      : "It answers something that is neither TLS nor NRPE";
  }
}
