/**
 * Wraps Node's built-in modules, so that imports of them can be controlled. A named export
 * (`import { kill } from "node:process"`) cannot be replaced from outside. The daemon is therefore
 * started with an import map. In sandboxes, the import map maps each built-in to a module of
 * one line. This module first hardens the realm, see harden.ts. Then it exports the built-in.
 */
import process from "node:process";
import { closedModules } from "./closed_modules.ts";

/** Built-ins that need the `node:` scheme and that `builtinModules` does not list. */
const unlisted = ["sqlite", "test"];

/**
 * The scheme that replaces `file:` in imports. All code is in the bundle. An import of a file would
 * follow any symbolic link, and a replaced function cannot check imports. The runtime does not know
 * this scheme and refuses it. `check/refusal.ts` explains the refusal.
 */
const importedFile = "imported-file:/";

/** An import map as browsers define it. */
export interface ImportMap {
  imports: Record<string, string>;
  scopes: Record<string, Record<string, string>>;
}

/**
 * Makes the import map for a daemon's process.
 *
 * @param own the URL of the daemon's code: a module, or a folder with a slash at its end. Only this
 * code gets the unwrapped built-in modules. The URL may be relative if the import map is a file
 * @returns the map
 */
export function importMap(own: string): ImportMap {
  const map: ImportMap = {
    imports: { "file:///": importedFile, [own]: own },
    scopes: { [own]: {} },
  };
  const { builtinModules } = process.getBuiltinModule("module");
  for (const listed of [...builtinModules, ...unlisted]) {
    // Modules that need the scheme are listed with it.
    const name = listed.replace(/^node:/, "");
    const url = `node:${name}`;
    const code = closedModules.has(name) ? closed(name) : present(name);
    // A built-in may be imported with or without its scheme.
    map.imports[url] = map.imports[name] = code;
    map.scopes[own]![url] = url;
    map.scopes[code] = { [url]: url };
  }
  return map;
}

// A missing name would be reported instead of the reason. Packages import names of `vm` only, and the
// others would make the maps larger.
function closed(name: string): string {
  const message = `node:${name} is not for a check`;
  const exported = name === "vm" ? `export let ${namesIn(process.getBuiltinModule(name)!)}` : "";
  return moduleUrl(
    `throw new Deno.errors.NotCapable("${message}");export default 0;${exported}`,
  );
}

// The first access to `process` hardens the realm, see harden.ts. `getBuiltinModule()` protects the
// module. The import only makes the module known to the runtime. Without this import, the process
// ends if two such modules are imported in certain orders (Deno 2.9.6: `node:url` before
// `node:os`).
function present(name: string): string {
  return moduleUrl(
    `import"node:${name}";const m=process.getBuiltinModule("${name}");export default m;export const{${
      namesIn(process.getBuiltinModule(name)!)
    }}=m`,
  );
}

// The names are looked up at run time, because the daemon itself does not use these modules.
function namesIn(module: object): string[] {
  const names = new Set<string>();
  const ends: unknown[] = [Object.prototype, Function.prototype, null];
  for (let part = module; !ends.includes(part); part = Object.getPrototypeOf(part)) {
    for (const name of Object.getOwnPropertyNames(part)) names.add(name);
  }
  return [...names].filter((name) => /^[a-z_]\w*$/i.test(name) && name !== "default");
}

// Only the first comma of a `data:` URL has a meaning. The others are commas between names: escaped,
// they would make the maps a tenth larger.
function moduleUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code).replaceAll("%2C", ",")}`;
}
