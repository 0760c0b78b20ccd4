/**
 * Leads imports of Node's built-in modules through a place that can be watched. What a module
 * exports by name cannot be replaced from outside (`import { kill } from "node:process"`), so the
 * daemon is started with an import map: in sandboxes each built-in is a module of one line that has
 * the worker hardened first, see harden.ts, and then hands the built-in on.
 */
import * as child_process from "node:child_process";
import * as module from "node:module";
import * as process from "node:process";
import * as tty from "node:tty";
import * as v8 from "node:v8";
import * as worker_threads from "node:worker_threads";

/** No check has a use for these, and they act on the process or stand beside its permissions. */
const closed: ReadonlySet<string> = new Set([
  ...[
    "cluster",
    "inspector",
    "inspector/promises",
    "repl",
    "sqlite",
    "test",
    "trace_events",
    "wasi",
  ],
]);

/** Built-ins that have no name without the scheme, and are in no list. */
const unlisted = ["sqlite", "test"];

/** Some of what these export is replaced: they hand on what is there once that has happened. */
const replaced: Record<string, object> = {
  child_process,
  module,
  process,
  tty,
  v8,
  worker_threads,
};

interface ImportMap {
  imports: Record<string, string>;
  scopes: Record<string, Record<string, string>>;
}

/**
 * Makes the import map for a daemon's process.
 *
 * @param own the URL of the daemon's code: a module, or a folder with a slash at its end; the only
 * code that gets the built-in modules as they are
 * @returns the flag of `deno run`
 */
export function importMapFlag(own: string): string {
  const map: ImportMap = { imports: {}, scopes: { [own]: {} } };
  for (const name of [...module.builtinModules, ...unlisted]) {
    const url = `node:${name}`;
    const code = closed.has(name)
      ? moduleUrl(`throw new Deno.errors.NotCapable("${url} is not for a check")`)
      : name in replaced
      ? present(name)
      : moduleUrl(`import"${touch}";export*from"${url}";export{default}from"${url}"`);
    // Without its scheme a built-in is another specifier for the same.
    map.imports[url] = map.imports[name] = code;
    map.scopes[own]![url] = url;
    map.scopes[code] = { [url]: url };
  }
  return `--import-map=data:application/json,${encodeURIComponent(JSON.stringify(map))}`;
}

// Hardening happens when somebody looks at `process`, see harden.ts.
const touch = moduleUrl("process");

function present(name: string): string {
  const names = Object.keys(replaced[name]!).filter((each) => each !== "default");
  return moduleUrl(
    `const m=process.getBuiltinModule("${name}");export default m;export const{${names}}=m`,
  );
}

function moduleUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
