import type { Manifest } from "../agent/manifest.ts";
import { certificateDates } from "../certificate/certificate.ts";
import { loadTls, type MakeCertificate } from "./load_tls.ts";
import type { TlsServerOptions } from "../net/tls_options.ts";
import type { SandboxCode } from "../runner/channel.ts";
import type { Log } from "./log.ts";

/** Everything that is needed to serve an agent. */
export interface Orders {
  manifest: Manifest;
  code: SandboxCode;
  /** PEM texts; false for plain text. */
  tls: false | TlsServerOptions;
  /** When the certificate ends, in milliseconds since 1970. */
  certificateEnds?: number;
  hostname: string;
  /** Commands that are not run, and why. */
  quarantined: Record<string, string>;
}

/**
 * Completes an agent to what a daemon needs: its certificate is read now.
 *
 * @param agent what is served, by whom and without what
 * @param log where the certificate's fingerprint goes
 * @param make makes a certificate where none is kept yet
 * @returns the orders
 * @throws where the certificate cannot be read, or is none
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
