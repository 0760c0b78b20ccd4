import type { Manifest } from "../agent/manifest.ts";
import { BLAME_FILES } from "../daemon/blame.ts";
import { ownCertificatePath } from "../daemon/load_tls.ts";
import { makeCertificate } from "../daemon/own_certificate.ts";

/** The folders of the deployable that `serve` runs. */
export interface ServingPlace {
  /** The folder of the deployable. */
  readonly folder: string;
  /** The state directory of the daemon. */
  readonly state: string;
  /** Releases the folders. */
  close(): Promise<void>;
}

/**
 * Uses the state directory, if it is writable and no other daemon uses it; otherwise a temporary
 * directory, which is removed at the end. The quarantine of an earlier daemon is removed: a new start
 * of `serve` counts as a reload.
 *
 * @param state the state directory
 * @param manifest the agent's manifest
 * @returns the folders; the state directory contains the daemon's own certificate if it needs one
 * @throws {AgentError} if the certificate cannot be written
 */
export async function openServingPlace(state: string, manifest: Manifest): Promise<ServingPlace> {
  const { tls } = manifest.settings;
  const certificate = tls !== false && tls.cert === undefined
    ? await keptCertificate(ownCertificatePath(state))
    : undefined;
  const lock = await takeLock(state);
  if (lock !== undefined) {
    for (const name of Object.values(BLAME_FILES)) {
      await Deno.remove(`${state}/${name}`).catch(() => {});
    }
    return {
      folder: `${state}/serve`,
      state,
      close: () => Promise.resolve(lock.close()),
    };
  }
  const temporary = await Deno.makeTempDir({ prefix: "checkwright-serve-" });
  if (certificate !== undefined) {
    await Deno.writeTextFile(ownCertificatePath(temporary), certificate, { mode: 0o600 });
  }
  return {
    folder: `${temporary}/serve`,
    state: temporary,
    close: () => Deno.remove(temporary, { recursive: true }),
  };
}

async function keptCertificate(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const { cert, key } = await makeCertificate(path);
    return cert + key;
  }
}

// The system releases the lock at the end of this process, even after a crash.
async function takeLock(state: string): Promise<Deno.FsFile | undefined> {
  let file: Deno.FsFile | undefined;
  try {
    await Deno.mkdir(state, { recursive: true, mode: 0o700 });
    file = await Deno.open(`${state}/serve.lock`, { write: true, create: true, mode: 0o600 });
    // The launcher cannot pass a path that contains a comma.
    if (!state.includes(",") && await file.tryLock(true)) return file;
  } catch {
    // The directory is not writable.
  }
  file?.close();
}
