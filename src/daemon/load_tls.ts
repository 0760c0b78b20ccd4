import type { Settings } from "../agent/settings.ts";
import type { TlsServerOptions } from "../net/tls_options.ts";
import type { CertificatePair } from "../certificate/make_certificate.ts";
import { fingerprint } from "../certificate/certificate.ts";
import { withoutErrorNumber } from "../net/error_text.ts";
import type { Log } from "./log.ts";
import { readRegular } from "./read_regular.ts";

/** Makes the daemon's own certificate, and stores it with its key in one file. */
export type MakeCertificate = (path: string) => Promise<CertificatePair>;

/** Returns the path of the daemon's own certificate and key. */
export function ownCertificatePath(state: string): string {
  return `${state}/self-signed.pem`;
}

/**
 * Reads the certificate, key and authorities from the configured files. Without them it uses the
 * daemon's own certificate, which is made at the first start and kept.
 *
 * @param settings the agent's settings
 * @param log receives the fingerprint
 * @param make makes a certificate if none is kept yet
 * @returns PEM texts, or false for plain text
 * @throws if a file cannot be read or the certificate cannot be kept
 */
export async function loadTls(
  settings: Settings,
  log: Log,
  make: MakeCertificate,
): Promise<false | TlsServerOptions> {
  const { tls } = settings;
  if (tls === false) return false;
  const { cert, key, ca, clientCertificates, minVersion } = tls;
  const pair = cert !== undefined && key !== undefined
    ? { cert: await read(cert, "tls.cert"), key: await read(key, "tls.key") }
    : await ownCertificate(settings.state ?? defaultStateDirectory(), log, make);
  return {
    ...pair,
    clientCertificates,
    minVersion,
    ...(ca !== undefined && { ca: await read(ca, "tls.ca") }),
  };
}

async function read(path: string, setting: string): Promise<string> {
  try {
    return await readRegular(path);
  } catch (error) {
    throw new Error(
      `Cannot read ${setting} ${JSON.stringify(path)}: ${
        withoutErrorNumber((error as Error).message)
      }`,
      {
        cause: error,
      },
    );
  }
}

/**
 * Returns the state directory of a daemon: the directory from systemd. Without systemd, root has a
 * fixed directory, and another user has a directory in the home directory.
 */
export function defaultStateDirectory(): string {
  const systemd = Deno.env.get("STATE_DIRECTORY")?.split(":")[0];
  if (systemd) return systemd;
  if (Deno.uid() === 0) return "/var/lib/checkwright";
  const home = Deno.env.get("XDG_STATE_HOME") ?? `${Deno.env.get("HOME") ?? ""}/.local/state`;
  return `${home}/checkwright`;
}

async function ownCertificate(
  state: string,
  log: Log,
  make: MakeCertificate,
): Promise<CertificatePair> {
  const path = ownCertificatePath(state);
  const kept = await readIfThere(path);
  const pair = kept === undefined ? await make(path) : splitPem(kept, path);
  log("info", kept === undefined ? "certificate made" : "certificate", {
    path,
    sha256: await fingerprint(pair.cert),
  });
  return pair;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readRegular(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new Error(
      `Cannot read the daemon's own certificate ${JSON.stringify(path)}: ${
        (error as Error).message
      }`,
    );
  }
}

function splitPem(text: string, path: string): CertificatePair {
  const blocks = text.match(/-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----\n?/g) ?? [];
  const key = blocks.find((block) => block.includes("PRIVATE KEY"));
  const cert = blocks.filter((block) => block.includes("CERTIFICATE")).join("");
  if (key === undefined || cert === "") {
    throw new Error(
      `Cannot use ${
        JSON.stringify(path)
      }: expected a certificate and its key; delete the file to get a new certificate`,
    );
  }
  return { cert, key };
}
