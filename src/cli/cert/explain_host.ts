import { X509Certificate } from "node:crypto";
import type { Address } from "../../net/host_port.ts";
import { sendQuery } from "../../client/send_query.ts";
import { examineServer, type ServerReport } from "../../certificate/examine_server.ts";
import { explain, type Explanation, type Standard } from "./explain.ts";

/** Timeout of the whole examination of a server, in milliseconds. */
const PATIENCE = 5_000;

/** The server cannot be reached or does not answer in time. */
export class UnreachableError extends Error {
  override name = "UnreachableError";
}

/**
 * Explains the TLS configuration of a server: its certificate, or the reason why a TLS connection
 * fails.
 *
 * @param address the server
 * @param standard the expectations that its certificate is compared with
 * @returns the explanation; a string with the reason if the server sends no certificate
 * @throws {UnreachableError} if the server cannot be reached or does not answer in time
 * @throws {Error} if the key cannot be read
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
    if (!signal.aborted) throw new UnreachableError((error as Error).message);
    throw new UnreachableError(
      `No answer from ${hostname} port ${port} within ${PATIENCE / 1000} s`,
    );
  }
  if (report.kind === "anonymous") {
    return `The server offers only anonymous Diffie-Hellman (${report.version}, ${report.cipher}), ` +
      "like an nrpe without a certificate. check_nrpe accepts this and verifies nothing, even with " +
      "-A; Deno refuses it. Set ssl_cert_file and ssl_privatekey_file in its nrpe.cfg";
  }
  if (report.kind !== "tls") return await explainPlain(hostname, port, report.kind, signal);
  const chain = report.certificates.map((der) => new X509Certificate(der as Uint8Array as never));
  if (chain.length === 0) {
    return `The TLS handshake failed: ${report.agreed}`;
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
  return clientCertificates === "requires"
    ? version
    : `${version}; the handshake with Deno failed: ${agreed}`;
}

function describeClients(asks: (ServerReport & { kind: "tls" })["clientCertificates"]): string {
  switch (asks) {
    case "requires":
      return "certificate required";
    case "asks":
      return "certificate requested, but not required";
    case "none":
      return "no certificate requested";
    default:
      return "certificate not required; TLS 1.3 hides whether one is requested";
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
    return `The server speaks NRPE without TLS (${text}): use check_nrpe -n`;
  } catch {
    return kind === "closed"
      ? "The server closed the connection without an answer: it does not speak TLS, or this host is " +
        "not among its allowed hosts"
      : "The server speaks neither TLS nor NRPE";
  }
}
