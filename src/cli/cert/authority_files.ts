import { type Authority, readAuthority } from "../../certificate/authority.ts";
import { type CollectedErrors, systemReason } from "./collect_errors.ts";
import type { PairPaths } from "./pair_files.ts";

/** A CA and its files. */
export interface AuthorityFiles {
  readonly authority: Authority;
  readonly paths: PairPaths;
}

/**
 * Returns the path of a CA certificate.
 *
 * @param given its file, or the folder that contains it as `ca.pem`
 */
export async function authorityFile(given = "."): Promise<string> {
  const folder = await Deno.stat(given).then(({ isDirectory }) => isDirectory, () => false);
  return folder ? `${given.replace(/\/+$/, "")}/ca.pem`.replace(/^\.\//, "") : given;
}

/**
 * Reads the CA that signs.
 *
 * @param given the file of its certificate, or the folder
 * @param givenKey the file of its key; default: beside the certificate
 * @param now the current time
 * @param errors collects the errors
 * @returns the CA; undefined if it cannot sign
 */
export async function readAuthorityFiles(
  given: string | undefined,
  givenKey: string | undefined,
  now: Date,
  errors: CollectedErrors,
): Promise<AuthorityFiles | undefined> {
  const cert = await authorityFile(given);
  const key = givenKey ?? cert.replace(/(?:\.[^./]*)?$/, ".key");
  const certText = await errors.try(() => readFile(cert, "CA certificate"));
  const keyText = await errors.try(() => readFile(key, "private key of the CA"));
  if (certText === undefined || keyText === undefined) return undefined;
  return await errors.try(async () => {
    try {
      return { authority: await readAuthority(certText, keyText, now), paths: { cert, key } };
    } catch (error) {
      throw new Error(
        `Cannot sign with ${JSON.stringify(cert)} and ${JSON.stringify(key)}: ${
          (error as Error).message
        }`,
      );
    }
  });
}

async function readFile(path: string, what: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? 'file not found; create a CA with "checkwright cert ca"'
      : systemReason(error);
    throw new Error(`Cannot read ${what} ${JSON.stringify(path)}: ${reason}`);
  }
}
