import type { DenoResult } from "../host/run_deno.ts";

/** How often bundling is tried, if another process unpacks the bundler at the same moment. */
const attempts = 3;

/** Runs `deno bundle`, safely while the cache is empty. */
export type BundlerRun = (bundle: () => Promise<DenoResult>) => Promise<DenoResult>;

/**
 * Protects `deno bundle` from a race of Deno 2.9.6: each call that finds no esbuild in the cache
 * downloads it, copies it out of its package and removes the package, which another call may be
 * copying from. So the first call runs alone while esbuild is missing. Calls of other processes are
 * not known here: a call that loses against one is repeated, and finds what that one has unpacked.
 *
 * @param isCold returns whether esbuild may be missing; called once
 * @returns runs a call, after the first one if need be
 */
export function createColdCache(isCold: () => boolean): BundlerRun {
  let unpacked: Promise<unknown> | undefined;
  return async (bundle) => {
    if (unpacked !== undefined) {
      await unpacked;
      return await repeat(bundle);
    }
    const first = isCold() ? repeat(bundle) : undefined;
    // If it fails, its caller learns why.
    unpacked = first?.catch(() => {}) ?? Promise.resolve();
    return await (first ?? repeat(bundle));
  };
}

async function repeat(bundle: () => Promise<DenoResult>): Promise<DenoResult> {
  for (let attempt = 1;; attempt++) {
    const result = await bundle();
    const lost = result.code !== 0 && result.complaint.includes("failed to copy esbuild binary");
    if (!lost || attempt === attempts) return result;
  }
}

/**
 * Returns whether esbuild is missing in Deno's cache. The layout is that of Deno 2.9.6 on Linux; if
 * it is another one, esbuild counts as missing, which costs time and nothing else.
 */
export function lacksEsbuild(): boolean {
  const caches = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? ""}/.cache`;
  const folder = Deno.env.get("DENO_DIR") || `${caches}/deno`;
  try {
    return ![...Deno.readDirSync(`${folder}/dl`)].some(({ name }) =>
      name.startsWith("esbuild-") && [...Deno.readDirSync(`${folder}/dl/${name}`)].some(isUnpacked)
    );
  } catch {
    return true;
  }
}

// While it is being copied it has a name with a dot in front.
function isUnpacked({ name }: Deno.DirEntry): boolean {
  return name.startsWith("esbuild-");
}
