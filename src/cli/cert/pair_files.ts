import type { CertificatePair } from "../../certificate/make_certificate.ts";
import { systemReason } from "./collect_errors.ts";

/** Files of a certificate and its key. */
export interface PairPaths {
  /** The file of the certificate. */
  readonly cert: string;
  /** The file of its private key. */
  readonly key: string;
}

/** Limit in characters: a host name may be longer than a file name. */
const MAX_STEM = 200;

const EXISTS = "file already exists; use --force to replace it";

/**
 * Returns the files for the certificate of a name. Replaces `*` and `:`, which have a special meaning
 * for shells and `scp`.
 *
 * @param folder the folder
 * @param name the name of the host or client
 * @returns the two paths
 */
export function pairPaths(folder: string, name: string): PairPaths {
  const stem = name.replace("*", "_wildcard").replaceAll(":", "-").slice(0, MAX_STEM);
  const begin = `${folder}/${stem}`.replace(/^\.\/|\/(?=\/)/g, "");
  return { cert: `${begin}.pem`, key: `${begin}.key` };
}

/**
 * Refuses to replace existing files without `--force`.
 *
 * @param paths the files to write
 * @param force whether existing files may be replaced
 * @throws {Error} if a file exists and must not be replaced
 */
export async function refuseToReplace({ cert, key }: PairPaths, force: boolean): Promise<void> {
  if (force) return;
  const there: string[] = [];
  for (const path of [cert, key]) {
    if (await Deno.lstat(path).then(() => true, () => false)) there.push(JSON.stringify(path));
  }
  if (there.length > 0) {
    throw new Error(`Cannot create ${there.join(" and ")}: ${EXISTS}`);
  }
}

/**
 * Writes a certificate and its key: both or neither. Each file is written completely under a
 * temporary name first. The key has mode 0600 from its first byte on.
 *
 * @param paths the files
 * @param pair the certificate and key
 * @param force whether to replace existing files
 * @throws {Error} if the files cannot be written
 */
export async function writePair(
  paths: PairPaths,
  pair: CertificatePair,
  force: boolean,
): Promise<void> {
  const folder = paths.cert.replace(/[^/]*$/, "") || "./";
  const temporary: string[] = [];
  const undo: (() => Promise<void>)[] = [];
  const hidden = () => {
    const path = `${folder}.${crypto.randomUUID()}`;
    temporary.push(path);
    return path;
  };
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Error(`Cannot create folder ${JSON.stringify(folder)}: ${systemReason(error)}`);
  }
  let current = paths.key;
  try {
    for (const part of ["key", "cert"] as const) {
      const path = current = paths[part];
      const whole = hidden();
      await writeWhole(whole, pair[part], part === "key" ? 0o600 : 0o644);
      const old = hidden();
      const kept = force && await Deno.link(path, old).then(() => true, () => false);
      if (force) await Deno.rename(whole, path);
      // Unlike rename, link fails if the file exists, even if it was created just now.
      else await Deno.link(whole, path);
      undo.push(() => kept ? Deno.rename(old, path) : Deno.remove(path));
    }
  } catch (error) {
    for (const step of undo) await step();
    const exists = error instanceof Deno.errors.AlreadyExists;
    throw new Error(
      `Cannot create ${JSON.stringify(current)}: ${exists ? EXISTS : systemReason(error)}`,
    );
  } finally {
    for (const path of temporary) await Deno.remove(path).catch(() => {});
  }
}

async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true, mode });
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length;) {
    written += await file.write(bytes.subarray(written));
  }
  await file.sync();
}
