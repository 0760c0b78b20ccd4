import type { Manifest } from "../agent/manifest.ts";
import { BLAME_FILES } from "../daemon/blame.ts";
import { ownCertificatePath } from "../daemon/load_tls.ts";
import { makeCertificate } from "../daemon/own_certificate.ts";

/** Where `serve` keeps the deployable that it runs. */
export interface ServingPlace {
  /** The folder of the deployable. */
  readonly folder: string;
  /** The state directory of the daemon. */
  readonly state: string;
  /** Releases it. */
  close(): Promise<void>;
}

/**
 * Takes the state directory, if it can be written and no other daemon uses it; otherwise a
 * temporary one that ends with this process. A quarantine that an earlier daemon left is forgotten:
 * starting `serve` anew counts as a reload.
 *
 * @param state the state directory
 * @param manifest the agent
 * @returns the place, with the daemon's own certificate in its state directory if it needs one
 * @throws {AgentError} if the certificate cannot be kept
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

// The lock ends with this process, however it ends.
async function takeLock(state: string): Promise<Deno.FsFile | undefined> {
  let file: Deno.FsFile | undefined;
  try {
    await Deno.mkdir(state, { recursive: true, mode: 0o700 });
    file = await Deno.open(`${state}/serve.lock`, { write: true, create: true, mode: 0o600 });
    // The launcher cannot pass on a path with a comma.
    if (!state.includes(",") && await file.tryLock(true)) return file;
  } catch {
    // It cannot be written.
  }
  file?.close();
}
