import { createColdCache, lacksEsbuild } from "./cold_cache.ts";
import { parentOf } from "./project.ts";
import { runLocked } from "./run_locked.ts";
import { reduceSourceMap } from "./source_map.ts";

/** The error if a module cannot be bundled; the message comes from the bundler. */
export class BundleError extends Error {}

/** Timeout of the bundler, in seconds: the first time it may need to download packages. */
const timeoutSeconds = 120;

const coldCache = createColdCache(lacksEsbuild);

/** The contents of a bundle. */
export interface BundleOptions {
  /**
   * Removes comments and shortens names. The result contains no paths of this machine: the same
   * modules give the same bytes in every folder. `names` keeps the names of functions for stack
   * traces; this costs a call for each function that is created, also at run time.
   */
  minify?: "all" | "names" | undefined;
  /** Whether the bundle ends with a source map, see {@linkcode reduceSourceMap}; default: false. */
  sourceMap?: boolean;
}

/**
 * Bundles a module and all its imports into one file without imports, with the configuration of the
 * project that contains the module.
 *
 * @param module path or URL of the module
 * @param options the contents of the bundle
 * @returns the JavaScript
 * @throws {BundleError} with the message of the bundler, or after the timeout
 */
export async function bundle(
  module: string | URL,
  { minify, sourceMap = false }: BundleOptions = {},
): Promise<string> {
  // The bundler runs in the folder of the module, where the search for the project's configuration
  // starts.
  const local = module instanceof URL && module.protocol !== "file:"
    ? module.href
    : await Deno.realPath(module);
  const args = [
    ...["--quiet", "--platform=deno", "--external=*.node"],
    ...(minify === undefined ? [] : ["--minify"]),
    ...(minify === "names" ? ["--keep-names"] : []),
    ...(sourceMap ? ["--sourcemap=inline"] : []),
    local,
  ];
  const folder = local.startsWith("/") ? parentOf(local) : undefined;
  const { code, signal, stdout, stderr } = await coldCache(() =>
    runLocked("bundle", args, folder, AbortSignal.timeout(timeoutSeconds * 1000))
  );
  if (signal !== null) {
    throw new BundleError(
      `The bundler was ended by ${signal}: its timeout is ${timeoutSeconds} seconds`,
    );
  }
  if (code !== 0) throw new BundleError(explain(stderr));
  const before = usesCommonJs.test(stdout) ? ofCommonJs : "";
  if (!sourceMap) return before + stdout;
  return before +
    reduceSourceMap(stdout.replace(shortened, atItsPlace), folder ?? "/", before !== "");
}

// CommonJS packages have three variables that a module does not have. `require()` is called for the
// built-in modules of Node, and for native addons, which the bundle cannot contain (with `--keep-names`,
// Deno 2.9.6 does not define it). No file lies beside the bundle.
const ofCommonJs = 'import{createRequire as __checkwrightRequire$}from"node:module";' +
  'var __dirname="/",__filename="/agent.js";' +
  "function require(name){return __checkwrightRequire$(import.meta.url)(name)}\n";

// Deno 2.9.6 replaces the six lines of the bundler's own `require()` by three, and leaves the source map
// as it is.
const shortened = "var __require = __deno_internal_createRequire(import.meta.url);\n";
const atItsPlace = `${shortened}\n\n\n`;

/** Whether a bundle uses a variable of CommonJS; the text is part of the bundler's own `require()`. */
const usesCommonJs = /Dynamic require of |\b__(?:dirname|filename)\b/;

// Returns the error of the bundler without notes on bundler options and on flags of Deno.
function explain(output: string): string {
  const lines = output.split("\n");
  return lines.filter((line) => !/^\s*(note:.*external|error: bundling failed)/.test(line))
    .join("\n").replace(/^error: /, "").replace(/, run again with the --allow-import flag/, "")
    .trim();
}
