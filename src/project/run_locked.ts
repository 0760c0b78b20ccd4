import { type DenoResult, runDeno } from "../host/run_deno.ts";

/** Part of Deno's message if the lock file lacks a package that the modules import. */
const outOfDate = "The lockfile is out of date";

/**
 * Packages stay in the cache. A folder `node_modules` would be written to the project, and the scripts
 * of packages would be started if the project's `deno.json` allows them.
 */
const inCache = "--node-modules-dir=none";

/**
 * Runs a subcommand of Deno that resolves packages. It uses the lock file of the project and never
 * writes it, because `deno.json` can name a lock file anywhere on the disk.
 *
 * @param subcommand a subcommand that accepts `--frozen` and `--lock`
 * @param args its other arguments
 * @param folder the folder where the search for the configuration of the project starts
 * @param signal aborts it
 * @returns its result
 */
export async function runLocked(
  subcommand: string,
  args: readonly string[],
  folder: string | undefined,
  signal?: AbortSignal,
): Promise<DenoResult> {
  const frozen = await runDeno([subcommand, inCache, "--frozen", ...args], folder, signal);
  if (frozen.code === 0 || !frozen.stderr.includes(outOfDate)) return frozen;
  const temporary = await Deno.makeTempDir({ prefix: "checkwright-lock-" });
  try {
    // Locked versions are kept; new packages are added to the copy.
    const lock = `${temporary}/deno.lock`;
    if (folder !== undefined) await copyNearestLock(folder, lock);
    return await runDeno([subcommand, inCache, `--lock=${lock}`, ...args], folder, signal);
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}

// Copies the nearest `deno.lock`. If a lock file has a different name, its packages are resolved
// again.
async function copyNearestLock(folder: string, to: string): Promise<void> {
  for (let path = folder.replace(/\/*$/, ""); path !== ""; path = path.replace(/\/[^/]*$/, "")) {
    try {
      return await Deno.copyFile(`${path}/deno.lock`, to);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
