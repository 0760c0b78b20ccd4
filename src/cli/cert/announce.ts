import { shellWord } from "../../deploy/shell_word.ts";
import { readCertificate } from "../../certificate/certificate_facts.ts";
import { splitPem } from "../../net/certificate_chain.ts";
import { span } from "../../certificate/certificate_faults.ts";
import type { PairPaths } from "./pair_files.ts";

/** Something to tell of. */
export interface Announcement {
  /** What was made. */
  readonly what: string;
  /** Where it is. */
  readonly paths: PairPaths;
  /** The certificate, PEM. */
  readonly cert: string;
  /** Whether it ends with its CA, earlier than was asked for. */
  readonly endsWithCa?: boolean;
  /** The time. */
  readonly now: Date;
  /** Lines to use, each with what it is for. */
  readonly next: readonly (readonly [purpose: string, line: string])[];
}

/** Says what was made, and what to do with it. */
export async function announce(
  { what, paths, cert, endsWithCa = false, now, next }: Announcement,
): Promise<void> {
  const { fingerprint, notAfter } = await readCertificate(splitPem(cert)[0]!);
  console.log(
    [
      `Made ${what}: ${paths.cert}, and its key ${paths.key}`,
      `  SHA-256  ${fingerprint}`,
      `  ends     ${formatDate(notAfter)}, in ${span(now, notAfter)}${
        endsWithCa ? ", with its CA" : ""
      }`,
      ...next.flatMap(([purpose, line]) => ["", `${purpose}:`, `  ${line}`]),
    ].join("\n"),
  );
}

/** Writes a moment as people compare it: to the minute, in UTC. */
export function formatDate(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/**
 * Writes a path so that it can be pasted, from any folder, into YAML or behind a command.
 *
 * @param path the path
 * @param into where it goes
 * @returns the absolute path, quoted where it must be
 */
export async function pastedPath(path: string, into: "yaml" | "shell"): Promise<string> {
  const whole = await Deno.realPath(path);
  if (/^[\w./@+-]+$/.test(whole)) return whole;
  return into === "yaml" ? JSON.stringify(whole) : shellWord(whole);
}
