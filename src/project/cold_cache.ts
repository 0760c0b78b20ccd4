import type { DenoResult } from "../host/run_deno.ts";

/** Maximum number of attempts if another process unpacks the bundler at the same time. */
const attempts = 3;

/** Runs `deno bundle`, also safely while the cache is empty. */
export type BundlerRun = (bundle: () => Promise<DenoResult>) => Promise<DenoResult>;

/**
 * Protects `deno bundle` from a race of Deno 2.9.6. Each call that finds no esbuild in the cache
 * downloads its package, copies esbuild out of it and removes the package, while another call may
 * still be copying from it. Therefore the first call runs alone while esbuild is missing. Calls of
 * other processes are unknown. Therefore a call that loses the race is repeated, and then finds the
 * esbuild that the other process has unpacked.
 *
 * @param isCold returns whether esbuild may be missing; called once
 * @returns a function that runs a call, after the first one if necessary
 */
export function createColdCache(isCold: () => boolean): BundlerRun {
  let unpacked: Promise<unknown> | undefined;
  return async (bundle) => {
    if (unpacked !== undefined) {
      await unpacked;
      return await repeat(bundle);
    }
    const first = isCold() ? repeat(bundle) : undefined;
    // If the first call fails, its caller receives the error.
    unpacked = first?.catch(() => {}) ?? Promise.resolve();
    return await (first ?? repeat(bundle));
  };
}

async function repeat(bundle: () => Promise<DenoResult>): Promise<DenoResult> {
  for (let attempt = 1;; attempt++) {
    const result = await bundle();
    const lost = result.code !== 0 && result.stderr.includes("failed to copy esbuild binary");
    if (!lost || attempt === attempts) return result;
  }
}

/**
 * Returns whether esbuild is missing in Deno's cache. The layout is that of Deno 2.9.6 on Linux. In a
 * different layout, esbuild counts as missing, which only costs time.
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

// While Deno copies esbuild, the name of the file begins with a dot.
function isUnpacked({ name }: Deno.DirEntry): boolean {
  return name.startsWith("esbuild-");
}
