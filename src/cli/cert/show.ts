import { createReport, type Diagnostic } from "../../agent/diagnostic.ts";
import { address } from "../../agent/read_address.ts";
import { escapeText } from "../../nagios/text.ts";
import type { Address } from "../../net/host_port.ts";
import type { CertificateError } from "../../certificate/certificate_errors.ts";
import { defineSubcommand } from "../subcommand.ts";
import { type Subcommand, UsageError } from "../usage.ts";
import { explain, type Explanation } from "./explain.ts";
import { explainHost, UnreachableError } from "./explain_host.ts";
import { readCertificates, readTrust } from "./read_certificates.ts";

/**
 * Exit codes: a certificate or server is refused; a server cannot be reached; a file cannot be read.
 */
const REFUSED = 1;
const UNREACHABLE = 2;
const UNREADABLE = 3;

/** `checkwright cert show`: explains certificates and TLS errors. */
export const show: Subcommand = defineSubcommand({
  name: "cert show",
  summary: "Explain certificates and TLS errors; exit with 1 if a certificate is refused.",
  words: [{
    name: "FILE",
    shown: "FILE|HOST[:PORT]",
    repeat: true,
    meaning: "a certificate file (PEM or DER), or the server to examine (default port: 5666)",
  }],
  options: {
    ca: {
      value: "FILE",
      meaning: "the CA that must have signed the certificate: the file ca.pem or its folder",
    },
    key: { value: "FILE", meaning: "the private key that must belong to the certificate" },
    name: {
      value: "NAME",
      meaning: "the name for which the certificate must be valid (default for servers: HOST)",
    },
  },
  exitCodes: {
    "0": "OpenSSL and rustls accept all certificates",
    "1": "OpenSSL or rustls refuses a certificate, or a host does not use TLS",
    "2": "a host cannot be reached",
    "3": "the command line is invalid, or a file cannot be read",
  },
  async run(words, { ca, key, name }) {
    let code = 0;
    for (const [index, word] of words.entries()) {
      if (index > 0) console.log();
      const host = await hostOf(word);
      try {
        const trust = await readTrust(ca);
        const standard = { now: new Date(), trust, key, ...(name !== undefined && { name }) };
        const explained = host === undefined
          ? await explain(await readCertificates(word), standard)
          : await explainHost(host, standard);
        console.log(format(word, explained));
        const fine = typeof explained === "object" && explained.errors.length === 0;
        if (!fine) code = Math.max(code, REFUSED);
      } catch (error) {
        console.error(`checkwright: ${escapeText((error as Error).message)}`);
        code = Math.max(code, error instanceof UnreachableError ? UNREACHABLE : UNREADABLE);
      }
    }
    return code;
  },
});

// Returns undefined for the path of a file.
async function hostOf(word: string): Promise<Address | undefined> {
  const there = await Deno.stat(word).then(({ isFile }) => isFile, () => false);
  if (there || /\/|\.(?:pem|crt|cer|der|key|csr)$/i.test(word)) return undefined;
  const diagnostics: Diagnostic[] = [];
  const where = address(word, createReport(diagnostics));
  if (where === undefined) {
    throw new UsageError(`Neither a file nor a host: ${diagnostics[0]!.message}`);
  }
  return where;
}

/** Programs that use OpenSSL and rustls, for each use of a certificate. */
const JUDGES = {
  server: { openssl: "check_nrpe -A", rustls: "Deno (rustls)" },
  authority: { openssl: "check_nrpe -A", rustls: "Deno (rustls)" },
  client: { openssl: "nrpe", rustls: "checkwright (rustls)" },
} as const;

function format(word: string, explained: Explanation | string): string {
  if (typeof explained === "string") return `${word}\n  ${escapeText(explained)}`;
  const { rows, errors, role } = explained;
  const width = Math.max(...rows.map(([what]) => what.length));
  const judges = JUDGES[role];
  const names: Readonly<Record<CertificateError["by"], string>> = {
    ...judges,
    both: `${judges.openssl} and ${judges.rustls}`,
  };
  const lines = [
    ...rows.map(([what, value]) => `  ${what.padEnd(width)}  ${value}`),
    ...errors.map(({ by, reason }) => `Refused by ${names[by]}: ${reason}`),
    ...(errors.length === 0 ? ["No errors"] : []),
  ];
  // The contents of a certificate are not trusted: escape them.
  return [word, ...lines.map(escapeText)].join("\n");
}
