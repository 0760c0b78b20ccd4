/**
 * Leads imports of Node's built-in modules through a place that can be watched. What a module
 * exports by name cannot be replaced from outside (`import { kill } from "node:process"`), so the
 * daemon is started with an import map: in sandboxes each built-in is a module of one line that has
 * the worker hardened first, see harden.ts, and then hands the built-in on.
 */
import process from "node:process";
import { closedModules } from "./closed_modules.ts";

/** Built-ins that have no name without the scheme, and are in no list. */
const unlisted = ["sqlite", "test"];

/** Some of what these export is replaced: they hand on what is there once that has happened. */
const replaced: ReadonlySet<string> = new Set([
  ...["child_process", "crypto", "fs", "fs/promises", "module", "process", "tty", "v8"],
  ...["worker_threads", "http2", "https", "perf_hooks", "tls", "zlib", "_tls_wrap"],
]);

/**
 * Code comes with the bundle. An import would read a file wherever a symbolic link leads, and no
 * function that could be replaced stands before it: in place of `file:` it gets a scheme that the
 * runtime does not know. `check/refusal.ts` says it in words.
 */
const importedFile = "imported-file:/";

/** An import map, as the web has it. */
export interface ImportMap {
  imports: Record<string, string>;
  scopes: Record<string, Record<string, string>>;
}

/**
 * Makes the import map for a daemon's process.
 *
 * @param own the URL of the daemon's code: a module, or a folder with a slash at its end; the only
 * code that gets the built-in modules as they are. In a map that is a file it may be relative
 * @returns the map
 */
export function importMap(own: string): ImportMap {
  const map: ImportMap = {
    imports: { "file:///": importedFile, [own]: own },
    scopes: { [own]: {} },
  };
  const { builtinModules } = process.getBuiltinModule("module");
  for (const name of [...builtinModules, ...unlisted]) {
    const url = `node:${name}`;
    const code = closedModules.has(name)
      ? moduleUrl(`throw new Deno.errors.NotCapable("${url} is not for a check")`)
      : replaced.has(name)
      ? present(name)
      : moduleUrl(`import"${touch}";export*from"${url}";export{default}from"${url}"`);
    // Without its scheme a built-in is another specifier for the same.
    map.imports[url] = map.imports[name] = code;
    map.scopes[own]![url] = url;
    map.scopes[code] = { [url]: url };
  }
  return map;
}

// Hardening happens when somebody looks at `process`, see harden.ts.
const touch = moduleUrl("process");

function present(name: string): string {
  return moduleUrl(
    `const m=process.getBuiltinModule("${name}");export default m;export const{${
      namesIn(process.getBuiltinModule(name)!)
    }}=m`,
  );
}

// Looked up, and not imported: the daemon itself has no use for these modules.
function namesIn(module: object): string[] {
  const names = new Set<string>();
  const ends: unknown[] = [Object.prototype, Function.prototype, null];
  for (let part = module; !ends.includes(part); part = Object.getPrototypeOf(part)) {
    for (const name of Object.getOwnPropertyNames(part)) names.add(name);
  }
  return [...names].filter((name) => /^[a-z_]\w*$/i.test(name) && name !== "default");
}

function moduleUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
