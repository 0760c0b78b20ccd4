import type { Report } from "../agent/diagnostic.ts";
import type { Settings } from "../agent/settings.ts";
import { whyUnread } from "../agent/settings_file/settings_file.ts";
import { certificateDates } from "../certificate/certificate.ts";
import { formatPeriod } from "../certificate/certificate_errors.ts";
import { splitPem } from "../net/certificate_chain.ts";
import { readTlsMaterial } from "../net/tls_material.ts";
import { readRegular } from "./read_regular.ts";

/**
 * Checks the TLS files of the settings like the start does: they can be read, they contain what they
 * should, and the key belongs to the certificate. Warns about certificates that are not valid now.
 *
 * @param tls the TLS settings
 * @param report receives the errors and warnings, each at the setting with the path of the file
 * @param now the current time
 */
export async function inspectTls(
  tls: Settings["tls"],
  report: Report,
  now: Date = new Date(),
): Promise<void> {
  if (tls === false) return;
  const at = report.at("tls");
  const { cert: certPath, key: keyPath, ca: caPath } = tls;
  if (caPath !== undefined) await readChain(caPath, at.at("ca"), now);
  if (certPath === undefined || keyPath === undefined) return;
  const [cert, key] = [
    await readChain(certPath, at.at("cert"), now),
    await read(keyPath, at.at("key")),
  ];
  if (cert === undefined || key === undefined) return;
  try {
    await readTlsMaterial({ cert, key });
  } catch (error) {
    at.at("key").error((error as Error).message);
    return;
  }
  const reason = refusalOf(cert, key);
  if (reason !== undefined) {
    at.at("cert").error(`Cannot use ${JSON.stringify(certPath)}: ${reason}`);
  }
}

/**
 * Returns why rustls does not load a certificate. A client loads it in the same way as a listener, but
 * needs no permission.
 */
function refusalOf(cert: string, key: string): string | undefined {
  try {
    Deno.createHttpClient({ cert, key }).close();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Checks the file with the daemon's own certificate and key, if it exists.
 *
 * @param path the file
 * @param report receives the errors and warnings
 * @param now the current time
 */
export async function inspectOwnCertificate(
  path: string,
  report: Report,
  now: Date = new Date(),
): Promise<void> {
  if (!await isThere(path)) return;
  const pair = await readChain(path, report, now);
  if (pair === undefined) return;
  try {
    await readTlsMaterial({ cert: pair, key: pair });
  } catch (error) {
    report.error(`${(error as Error).message}; delete the file to get a new certificate`);
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    // The launcher makes the file, or reports why it cannot.
    return false;
  }
}

/** Reads a PEM file with certificates; returns undefined after an error. */
async function readChain(path: string, report: Report, now: Date): Promise<string | undefined> {
  const text = await read(path, report);
  if (text === undefined) return;
  const blocks = splitPem(text);
  const file = JSON.stringify(path);
  if (blocks.length === 0) {
    report.error(`Cannot use ${file}: expected a certificate in PEM format`);
    return;
  }
  for (const [index, block] of blocks.entries()) {
    const which = blocks.length === 1 ? "" : `certificate ${index + 1} of ${blocks.length} of `;
    try {
      const { notBefore, notAfter } = await certificateDates(block);
      const reason = outOfDate(notBefore, notAfter, now);
      if (reason !== undefined) report.warning(`Clients refuse ${which}${file}: ${reason}`);
    } catch {
      report.error(`Cannot use ${which}${file}: it is damaged`);
      return;
    }
  }
  return text;
}

function outOfDate(from: Date, to: Date, now: Date): string | undefined {
  if (now > to) return `it expired ${formatPeriod(to, now)} ago`;
  return now < from ? `it becomes valid in ${formatPeriod(now, from)}` : undefined;
}

async function read(path: string, report: Report): Promise<string | undefined> {
  try {
    return await readRegular(path);
  } catch (error) {
    // A reload cannot add permissions, and that is reported as such.
    if (error instanceof Deno.errors.NotCapable) return;
    report.error(`Cannot read ${JSON.stringify(path)}: ${whyUnread(error)}`);
  }
}
