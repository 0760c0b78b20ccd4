import { createReport, type Diagnostic } from "../../agent/diagnostic.ts";
import { address } from "../../agent/settings_table.ts";
import { escapeText } from "../../nagios/text.ts";
import type { CertificateFault } from "../../certificate/certificate_faults.ts";
import { defineSubcommand } from "../subcommand.ts";
import { type Subcommand, UsageError } from "../usage.ts";
import { explain, type Explanation, type Standard } from "./explain.ts";
import { explainHost } from "./explain_host.ts";
import { readCertificates, readTrust } from "./read_certificates.ts";

/** Exit codes: something would be refused; and nothing can be shown. */
const REFUSED = 1;
const UNSHOWN = 3;

/** `checkwright cert show`: a certificate, or a TLS failure, in words. */
export const show: Subcommand = defineSubcommand({
  name: "cert show",
  summary: "Explain certificates and TLS failures; exit 1 where something would be refused.",
  words: [{
    name: "FILE",
    repeat: true,
    meaning: "a certificate, PEM or DER; or HOST[:PORT], a server to look at, port 5666",
  }],
  options: {
    ca: { value: "FILE", meaning: "the CA that it should come from, or the folder of its ca.pem" },
    key: { value: "FILE", meaning: "the private key that should belong to it" },
    name: { value: "NAME", meaning: "the name that it should be for; of a server, HOST" },
  },
  exitCodes: {
    "0": "OpenSSL and rustls accept everything that was shown",
    "1": "OpenSSL or rustls refuse something, or a host does not speak TLS",
    "3": "the command line is invalid, or a file or host cannot be shown",
  },
  async run(words, { ca, key, name }) {
    let code = 0;
    for (const [index, word] of words.entries()) {
      if (index > 0) console.log();
      try {
        const trust = await readTrust(ca);
        const standard = { now: new Date(), trust, key, ...(name !== undefined && { name }) };
        const explained = await explainWord(word, standard);
        console.log(format(word, explained));
        const fine = typeof explained === "object" && explained.faults.length === 0;
        if (!fine) code = Math.max(code, REFUSED);
      } catch (error) {
        if (error instanceof UsageError) throw error;
        console.error(`checkwright: ${escapeText((error as Error).message)}`);
        code = UNSHOWN;
      }
    }
    return code;
  },
});

async function explainWord(word: string, standard: Standard): Promise<Explanation | string> {
  const there = await Deno.stat(word).then(({ isFile }) => isFile, () => false);
  if (there || /\/|\.(?:pem|crt|cer|der|key|csr)$/i.test(word)) {
    return await explain(await readCertificates(word), standard);
  }
  const faults: Diagnostic[] = [];
  const where = address(word, createReport(faults));
  if (where === undefined) throw new UsageError(`No file, and no host: ${faults[0]!.message}`);
  return await explainHost(where, standard);
}

/** OpenSSL and rustls by the programs that people know. */
const JUDGES = {
  server: { openssl: "check_nrpe -A", rustls: "Deno (rustls)" },
  authority: { openssl: "check_nrpe -A", rustls: "Deno (rustls)" },
  client: { openssl: "nrpe", rustls: "checkwright (rustls)" },
} as const;

function format(word: string, explained: Explanation | string): string {
  if (typeof explained === "string") return `${word}\n  ${escapeText(explained)}`;
  const { rows, faults, role } = explained;
  const width = Math.max(...rows.map(([what]) => what.length));
  const judges = JUDGES[role];
  const names: Readonly<Record<CertificateFault["by"], string>> = {
    ...judges,
    both: `${judges.openssl} and ${judges.rustls}`,
  };
  const lines = [
    ...rows.map(([what, value]) => `  ${what.padEnd(width)}  ${value}`),
    ...faults.map(({ by, reason }) => `Refused by ${names[by]}: ${reason}`),
    ...(faults.length === 0 ? ["Nothing against it"] : []),
  ];
  // What a certificate says comes from anyone.
  return [word, ...lines.map(escapeText)].join("\n");
}
