import { shellWord } from "../../deploy/shell_word.ts";
import { readCertificate } from "../../certificate/certificate_facts.ts";
import { splitPem } from "../../net/certificate_chain.ts";
import { formatPeriod } from "../../certificate/certificate_errors.ts";
import type { PairPaths } from "./pair_files.ts";

/** A report about a created certificate. */
export interface Announcement {
  /** The name of the certificate in the first line, such as `the CA`. */
  readonly what: string;
  /** The files of the certificate and its key. */
  readonly paths: PairPaths;
  /** The certificate, PEM. */
  readonly cert: string;
  /** Whether the certificate expires earlier than requested, together with its CA. */
  readonly endsWithCa?: boolean;
  /** The current time. */
  readonly now: Date;
  /** Lines to copy, each with its purpose. */
  readonly next: readonly (readonly [purpose: string, line: string])[];
}

/** Prints the created certificate, its files, and instructions for their use. */
export async function announce(
  { what, paths, cert, endsWithCa = false, now, next }: Announcement,
): Promise<void> {
  const { fingerprint, notAfter } = await readCertificate(splitPem(cert)[0]!);
  console.log(
    [
      `Created ${what}: ${paths.cert}, private key ${paths.key}`,
      `  SHA-256  ${fingerprint}`,
      `  expires  ${formatDate(notAfter)}, in ${formatPeriod(now, notAfter)}${
        endsWithCa ? ", together with its CA" : ""
      }`,
      ...next.flatMap(([purpose, line]) => ["", `${purpose}:`, `  ${line}`]),
    ].join("\n"),
  );
}

/** Formats a date to the minute, in UTC. */
export function formatDate(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/**
 * Formats a path so that it can be pasted into YAML or a shell command, from any folder.
 *
 * @param path the path
 * @param into where it is pasted
 * @returns the absolute path, quoted if necessary
 */
export async function pastedPath(path: string, into: "yaml" | "shell"): Promise<string> {
  const whole = await Deno.realPath(path);
  if (/^[\w./@+-]+$/.test(whole)) return whole;
  return into === "yaml" ? JSON.stringify(whole) : shellWord(whole);
}
