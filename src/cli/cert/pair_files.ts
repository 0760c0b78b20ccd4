import type { CertificatePair } from "../../certificate/make_certificate.ts";
import { systemReason } from "./faults.ts";

/** Where a certificate and its key are. */
export interface PairPaths {
  /** The certificate. */
  readonly cert: string;
  /** Its private key. */
  readonly key: string;
}

/** Names of files are shorter than those of hosts may be. */
const MAX_STEM = 200;

/**
 * Says where the certificate of a name goes: a file that no shell and no `scp` reads as anything
 * else.
 *
 * @param folder the folder
 * @param name a name that a certificate was made for
 * @returns the two paths
 */
export function pairPaths(folder: string, name: string): PairPaths {
  const stem = name.replace("*", "_wildcard").replaceAll(":", "-").slice(0, MAX_STEM);
  const begin = `${folder}/${stem}`.replace(/^\.\/|\/(?=\/)/g, "");
  return { cert: `${begin}.pem`, key: `${begin}.key` };
}

/**
 * Finds what would be replaced.
 *
 * @param paths where a pair goes
 * @param force whether that may be
 * @throws {Error} if there is something, and it may not
 */
export async function refuseToReplace({ cert, key }: PairPaths, force: boolean): Promise<void> {
  if (force) return;
  const there: string[] = [];
  for (const path of [cert, key]) {
    if (await Deno.lstat(path).then(() => true, () => false)) there.push(JSON.stringify(path));
  }
  if (there.length > 0) {
    throw new Error(`Cannot make ${there.join(" and ")}: already there, --force replaces`);
  }
}

/**
 * Writes a certificate and its key: both, or neither. Each is whole before it gets its name, and the
 * key is nobody else's to read from its first byte on.
 *
 * @param paths where to
 * @param pair the texts
 * @param force whether what is there is replaced
 * @throws {Error} if they cannot be written
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
    throw new Error(`Cannot make ${JSON.stringify(folder)}: ${systemReason(error)}`);
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
      // Unlike rename, this fails where something is there, also if it came this moment.
      else await Deno.link(whole, path);
      undo.push(() => kept ? Deno.rename(old, path) : Deno.remove(path));
    }
  } catch (error) {
    for (const step of undo) await step();
    const there = error instanceof Deno.errors.AlreadyExists;
    throw new Error(
      `Cannot make ${JSON.stringify(current)}: ${
        there ? "already there, --force replaces" : systemReason(error)
      }`,
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
