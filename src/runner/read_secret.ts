import { MAX_SECRET, type SecretSource } from "../check/vault.ts";

/** The maximum size of a file with a secret, in bytes: UTF-8 has at most four bytes a character. */
const mostBytes = MAX_SECRET * 4 + 2;

/**
 * Reads the text at the place of a secret, with the permissions of this realm.
 *
 * @param source the place
 * @returns the text; undefined if the variable is not set
 * @throws if the file cannot be read, is too large or is not UTF-8
 */
export async function readSecret(source: SecretSource): Promise<string | undefined> {
  if ("env" in source) return Deno.env.get(source.env);
  const file = await Deno.open(source.file);
  // The size of a special file is unknown.
  const bytes = new Uint8Array(mostBytes + 1);
  let length = 0;
  try {
    for (let count; (count = await file.read(bytes.subarray(length))) !== null && count > 0;) {
      length += count;
    }
  } finally {
    file.close();
  }
  if (length > mostBytes) throw new Error(`The file of the secret is too large: ${source.file}`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length));
  } catch {
    throw new Error(`The file of the secret is not UTF-8: ${source.file}`);
  }
}
