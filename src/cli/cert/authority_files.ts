import { type Authority, readAuthority } from "../../certificate/authority.ts";
import { type Faults, systemReason } from "./faults.ts";
import type { PairPaths } from "./pair_files.ts";

/** An authority, and where its files are. */
export interface AuthorityFiles {
  readonly authority: Authority;
  readonly paths: PairPaths;
}

/**
 * Finds the certificate of an authority.
 *
 * @param given its file, or the folder that holds it as `ca.pem`
 * @returns the file
 */
export async function authorityFile(given = "."): Promise<string> {
  const folder = await Deno.stat(given).then(({ isDirectory }) => isDirectory, () => false);
  return folder ? `${given.replace(/\/+$/, "")}/ca.pem`.replace(/^\.\//, "") : given;
}

/**
 * Reads the authority that is to sign.
 *
 * @param given its certificate's file, or the folder
 * @param givenKey its key's file; beside the certificate, where left out
 * @param now the time
 * @param faults where it is taken down what is wrong with it
 * @returns the authority; undefined where it cannot sign
 */
export async function readAuthorityFiles(
  given: string | undefined,
  givenKey: string | undefined,
  now: Date,
  faults: Faults,
): Promise<AuthorityFiles | undefined> {
  const cert = await authorityFile(given);
  const key = givenKey ?? cert.replace(/(?:\.[^./]*)?$/, ".key");
  const certText = await faults.try(() => readFile(cert, "the CA's certificate"));
  const keyText = await faults.try(() => readFile(key, "the CA's private key"));
  if (certText === undefined || keyText === undefined) return undefined;
  return await faults.try(async () => {
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
      ? 'there is none; "checkwright cert ca" makes one'
      : systemReason(error);
    throw new Error(`Cannot read ${what} ${JSON.stringify(path)}: ${reason}`);
  }
}
