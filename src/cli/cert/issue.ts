import { issueCertificate } from "../../certificate/authority.ts";
import type { GivenOptions } from "../subcommand.ts";
import type { LineOptions } from "../usage.ts";
import { readAuthorityFiles } from "./authority_files.ts";
import { collectFaults } from "./faults.ts";
import {
  caKeyOption,
  caOption,
  daysOption,
  forceOption,
  outOption,
  parseDays,
} from "./issue_options.ts";
import { type PairPaths, pairPaths, refuseToReplace, writePair } from "./pair_files.ts";

/** Thirteen months, as public authorities have it. */
const DAYS = 397;

/** X.520's bound of a common name. */
const MAX_COMMON_NAME = 64;

/** The options of what an authority signs. */
export const issueOptions = {
  "ca": caOption,
  "ca-key": caKeyOption,
  "out": outOption,
  "days": daysOption(DAYS),
  "force": forceOption,
} as const satisfies LineOptions;

/** A certificate to make. */
export interface IssueRequest {
  /** Who shows it. */
  purpose: "server" | "client";
  /** Its names as they were typed, the main one first. */
  words: readonly string[];
  /** Parses one of them, and throws where it is none. */
  parseName(text: string): string;
  /** The options. */
  options: GivenOptions<typeof issueOptions>;
}

/** A certificate that was made. */
export interface IssuedFiles {
  /** Its names, each once. */
  readonly names: readonly string[];
  /** Where it is. */
  readonly paths: PairPaths;
  /** Its text, with its chain. */
  readonly cert: string;
  /** Whether it ends with its authority, earlier than was asked for. */
  readonly endsWithCa: boolean;
  /** The file of the authority's certificate. */
  readonly ca: string;
}

/**
 * Makes a certificate that an authority signs, and prints why not, if not.
 *
 * @param request what is wanted
 * @param now the time
 * @returns what was made; undefined if nothing was
 */
export async function issueFiles(
  { purpose, words, parseName, options }: IssueRequest,
  now: Date,
): Promise<IssuedFiles | undefined> {
  const faults = collectFaults();
  const parsed: string[] = [];
  for (const word of words) parsed.push(await faults.try(() => parseName(word)) ?? "");
  const names = [...new Set(parsed)];
  const [first = ""] = names;
  const days = await faults.try(() => parseDays(options.days, DAYS));
  const found = await readAuthorityFiles(options.ca, options["ca-key"], now, faults);
  const paths = pairPaths(options.out ?? ".", first);
  if (first !== "") await faults.try(() => refuseToReplace(paths, options.force));
  if (found) await faults.try(() => refuseOwnFiles(paths, found.paths));
  if (faults.print()) return undefined;

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
  await faults.try(() => writePair(paths, pair, options.force));
  if (faults.print()) return undefined;
  const { authority: { facts }, paths: { cert: ca } } = found!;
  const endsWithCa = now.getTime() + days! * 86_400_000 > facts.notAfter.getTime();
  return { names, paths, cert: pair.cert, endsWithCa, ca };
}

/** With --force too: a host called "ca" must not cost the authority its key. */
async function refuseOwnFiles(paths: PairPaths, authority: PairPaths): Promise<void> {
  for (const path of [paths.cert, paths.key]) {
    const place = await Deno.realPath(path).catch(() => undefined);
    for (const own of [authority.cert, authority.key]) {
      if (place === undefined || place !== await Deno.realPath(own)) continue;
      throw new Error(`Cannot replace ${JSON.stringify(path)}: it is the CA's own, choose --out`);
    }
  }
}
