import type { Manifest } from "../agent/manifest.ts";
import { certificateDates } from "../certificate/certificate.ts";
import { loadTls, type MakeCertificate } from "./load_tls.ts";
import type { TlsServerOptions } from "../net/tls_options.ts";
import type { SandboxCode } from "../runner/channel.ts";
import type { QuarantineState } from "../runner/quarantine.ts";
import type { Log } from "./log.ts";

/** Everything that a daemon needs to serve an agent. */
export interface Orders {
  manifest: Manifest;
  code: SandboxCode;
  /** The program of the acceptor. */
  acceptor: string;
  /** PEM texts; false for plain text. */
  tls: false | TlsServerOptions;
  /** The time when the certificate expires, in milliseconds since 1970. */
  certificateEnds?: number;
  hostname: string;
  /** The first contents of the quarantine. */
  quarantine: QuarantineState;
}

/**
 * Reads the certificate, and returns everything that a daemon needs to serve an agent.
 *
 * @param agent the agent, the host name and the quarantine
 * @param log receives the certificate's fingerprint
 * @param make makes a certificate if none is kept yet
 * @returns the orders
 * @throws if the certificate cannot be read or is invalid
 */
export async function createOrders(
  agent: Omit<Orders, "tls" | "certificateEnds">,
  log: Log,
  make: MakeCertificate,
): Promise<Orders> {
  const tls = await loadTls(agent.manifest.settings, log, make);
  const ends = tls === false ? {} : { certificateEnds: await endOf(tls.cert) };
  return { ...agent, tls, ...ends };
}

async function endOf(certificate: string): Promise<number> {
  try {
    return (await certificateDates(certificate)).notAfter.getTime();
  } catch (error) {
    throw new Error(`Cannot use tls.cert: ${(error as Error).message}`);
  }
}
