import type { Manifest } from "../agent/manifest.ts";
import { BLAME_FILES } from "../daemon/blame.ts";
import { ownCertificatePath } from "../daemon/load_tls.ts";
import { lockState } from "../daemon/state_lock.ts";
import { makeCertificate } from "../daemon/own_certificate.ts";
import { readRegular } from "../daemon/read_regular.ts";
import { STATE_FOLDER } from "../daemon/state_files.ts";
import { whyUntrusted } from "../host/trusted_folder.ts";
import { printDiagnostics } from "./diagnostics.ts";

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
 * Uses the state directory, if it is writable, no other user can change it and no other daemon uses
 * it; otherwise a temporary directory, which is removed at the end. The quarantine of an earlier
 * daemon is removed: a new start of `serve` counts as a reload.
 *
 * @param given the state directory
 * @param manifest the agent's manifest
 * @returns the folders; the state directory contains the daemon's own certificate if it needs one
 * @throws if the certificate cannot be written
 */
export async function openServingPlace(given: string, manifest: Manifest): Promise<ServingPlace> {
  const { tls } = manifest.settings;
  const needsCertificate = tls !== false && tls.cert === undefined;
  const state = await findTrusted(given);
  const certificate = needsCertificate && state !== undefined
    ? await keptCertificate(ownCertificatePath(state))
    : undefined;
  const lock = state === undefined ? undefined : await takeLock(state);
  if (state !== undefined && lock !== undefined) {
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
  } else if (needsCertificate) await makeCertificate(ownCertificatePath(temporary));
  return {
    folder: `${temporary}/serve`,
    state: temporary,
    close: () => Deno.remove(temporary, { recursive: true }),
  };
}

// Returns the real path of the state directory; undefined if another user could replace the launcher
// in it before the launcher starts and checks it.
async function findTrusted(state: string): Promise<string | undefined> {
  // If the directory cannot be created, the certificate or the lock reports it.
  await Deno.mkdir(state, { recursive: true, mode: 0o700 }).catch(() => {});
  const real = await Deno.realPath(state).catch(() => undefined);
  if (real === undefined) return state;
  for (const folder of [real, `${real}/serve`, `${real}/${STATE_FOLDER}`]) {
    const reason = await whyUntrusted(folder);
    if (reason === undefined) continue;
    const message = `Cannot trust ${JSON.stringify(folder)}: ${reason}. ` +
      "A temporary directory is used";
    printDiagnostics([{ place: "state", message, severity: "warning" }]);
    return undefined;
  }
  return real;
}

async function keptCertificate(path: string): Promise<string> {
  try {
    return await readRegular(path);
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
    if (!state.includes(",") && await file.tryLock(true)) {
      // A compiled daemon locks another file. Its marks and its quarantine must stay.
      const unlock = await lockState(state);
      unlock();
      return file;
    }
  } catch {
    // The directory is not writable, or a compiled daemon uses it.
  }
  file?.close();
}
