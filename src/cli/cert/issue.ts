import { issueCertificate } from "../../certificate/authority.ts";
import type { GivenOptions } from "../subcommand.ts";
import type { LineOptions } from "../usage.ts";
import { readAuthorityFiles } from "./authority_files.ts";
import { collectErrors } from "./collect_errors.ts";
import {
  caKeyOption,
  caOption,
  daysOption,
  forceOption,
  outOption,
  parseDays,
} from "./issue_options.ts";
import { type PairPaths, pairPaths, refuseToReplace, writePair } from "./pair_files.ts";

/** Thirteen months, like certificates of public CAs. */
const DAYS = 397;

/** X.520 limits a common name to 64 characters. */
const MAX_COMMON_NAME = 64;

/** Options of the subcommands that create a signed certificate. */
export const issueOptions = {
  "ca": caOption,
  "ca-key": caKeyOption,
  "out": outOption,
  "days": daysOption(DAYS),
  "force": forceOption,
} as const satisfies LineOptions;

/** A certificate to create. */
export interface IssueRequest {
  /** The use of the certificate. */
  purpose: "server" | "client";
  /** The names of the certificate from the command line; the main name is first. */
  words: readonly string[];
  /** Parses one name; throws an error if it is invalid. */
  parseName(text: string): string;
  /** The options from the command line. */
  options: GivenOptions<typeof issueOptions>;
}

/** A certificate that was created. */
export interface IssuedFiles {
  /** The names of the certificate, without duplicates. */
  readonly names: readonly string[];
  /** The files of the certificate and its key. */
  readonly paths: PairPaths;
  /** The certificate with its chain, PEM. */
  readonly cert: string;
  /** Whether the certificate expires earlier than requested, together with its CA. */
  readonly endsWithCa: boolean;
  /** The file of the CA certificate. */
  readonly ca: string;
}

/**
 * Creates a certificate that is signed by a CA. Prints all errors.
 *
 * @param request the certificate to create
 * @param now the current time
 * @returns the created certificate; the exit code after an error
 */
export async function issueFiles(
  { purpose, words, parseName, options }: IssueRequest,
  now: Date,
): Promise<IssuedFiles | 2 | 3> {
  const errors = collectErrors();
  const parsed: string[] = [];
  for (const word of words) parsed.push(await errors.try(() => parseName(word)) ?? "");
  const names = [...new Set(parsed)];
  const [first = ""] = names;
  const days = await errors.try(() => parseDays(options.days, DAYS));
  const found = await readAuthorityFiles(options.ca, options["ca-key"], now, errors);
  const paths = pairPaths(options.out ?? ".", first);
  if (first !== "") await errors.try(() => refuseToReplace(paths, options.force));
  if (found) await errors.try(() => refuseOwnFiles(paths, found.paths));
  if (errors.print()) return 3;

  const pair = await issueCertificate(
    {
      purpose,
      commonName: names.find(({ length }) => length <= MAX_COMMON_NAME) ??
        first.slice(0, MAX_COMMON_NAME),
      ...(purpose === "server" && { names }),
      days: days!,
    },
    found!.authority,
    now,
  );
  await errors.try(() => writePair(paths, pair, options.force));
  if (errors.print()) return 2;
  const { authority: { facts }, paths: { cert: ca } } = found!;
  const endsWithCa = now.getTime() + days! * 86_400_000 > facts.notAfter.getTime();
  return { names, paths, cert: pair.cert, endsWithCa, ca };
}

/** Protects the files of the CA, also with --force: a host named "ca" must not overwrite its key. */
async function refuseOwnFiles(paths: PairPaths, authority: PairPaths): Promise<void> {
  for (const path of [paths.cert, paths.key]) {
    const place = await Deno.realPath(path).catch(() => undefined);
    for (const own of [authority.cert, authority.key]) {
      if (place === undefined || place !== await Deno.realPath(own)) continue;
      throw new Error(
        `Cannot replace ${JSON.stringify(path)}: it belongs to the CA; use another --out`,
      );
    }
  }
}
