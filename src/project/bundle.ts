import { createColdCache, lacksEsbuild } from "./cold_cache.ts";
import { parentOf } from "./project.ts";
import { runLocked } from "./run_locked.ts";

/** A module that could not be bundled, with what the bundler says. */
export class BundleError extends Error {}

/** How long the bundler may take, in seconds: the first time it may have packages to fetch. */
const patience = 120;

const coldCache = createColdCache(lacksEsbuild);

/**
 * Bundles a module and all it imports into one file without imports of its own, under the
 * configuration of the module's own project.
 *
 * @param module the module's path, or its URL
 * @param minify leaves out what is for readers, and with it the paths of this machine: the same
 * modules give the same bytes wherever they are. `names` keeps the names of functions for stack
 * traces; that costs a call for each function that is created, also while the program runs
 * @returns the JavaScript
 * @throws {BundleError} with the bundler's message; where it takes too long, too
 */
export async function bundle(module: string | URL, minify?: "all" | "names"): Promise<string> {
  // From the module's own folder: that is where its project's configuration is looked for.
  const local = module instanceof URL && module.protocol !== "file:"
    ? module.href
    : await Deno.realPath(module);
  const args = [
    ...["--quiet", "--platform=deno", "--node-modules-dir=none"],
    ...(minify === undefined ? [] : ["--minify"]),
    ...(minify === "names" ? ["--keep-names"] : []),
    local,
  ];
  const folder = local.startsWith("/") ? parentOf(local) : undefined;
  const { code, signal, stdout, complaint } = await coldCache(() =>
    runLocked("bundle", args, folder, AbortSignal.timeout(patience * 1000))
  );
  if (signal !== null) {
    throw new BundleError(`The bundler was ended (${signal}): it may take ${patience} seconds`);
  }
  if (code !== 0) throw new BundleError(explain(complaint));
  return stdout;
}

// What the bundler says without its own stack and its advice to bundlers.
function explain(complaint: string): string {
  const lines = complaint.split("\n");
  return lines.filter((line) => !/^\s*(note:.*external|error: bundling failed)/.test(line))
    .join("\n").replace(/^error: /, "").replace(/, run again with the --allow-import flag/, "")
    .trim();
}
