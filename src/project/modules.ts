import { parentOf } from "./project.ts";
import { runLocked } from "./run_locked.ts";

interface ModuleGraph {
  modules?: Module[];
}

interface Module {
  specifier: string;
  local?: string;
  dependencies?: { code?: { specifier?: string } }[];
}

/**
 * Lists the local files of a module and of all its imports; modules in the download cache are not
 * included. Files that are missing or cannot be parsed are included.
 *
 * @param path path of the module
 * @returns the paths of the files; only `path` if Deno cannot analyse the module
 */
export async function localModules(path: string): Promise<string[]> {
  const start = await Deno.realPath(path).catch(() => path);
  const files = (await readGraph(start)).filter(({ specifier }) => specifier.startsWith("file:"))
    .map(fileOf);
  return [...new Set([start, ...files])];
}

/**
 * Finds an importer of each module that a module imports, directly or indirectly. Imports by a
 * concatenated name (`import("./" + name)`) are not found.
 *
 * @param path path of the module
 * @returns one importer for each imported module, both by path or URL
 */
export async function findImporters(path: string): Promise<Map<string, string>> {
  const graph = await readGraph(await Deno.realPath(path));
  const names = new Map(graph.map((module) => [module.specifier, fileOf(module)]));
  return new Map(
    graph.flatMap(({ specifier, dependencies = [] }) =>
      dependencies.flatMap(({ code }): [string, string][] =>
        code?.specifier === undefined
          ? []
          : [[names.get(code.specifier) ?? code.specifier, names.get(specifier)!]]
      )
    ),
  );
}

function fileOf({ specifier, local }: Module): string {
  if (!specifier.startsWith("file:")) return specifier;
  return local ?? decodeURIComponent(new URL(specifier).pathname);
}

async function readGraph(start: string): Promise<Module[]> {
  const { stdout } = await runLocked("info", ["--json", "--no-remote", start], parentOf(start));
  try {
    const { modules = [] }: ModuleGraph = JSON.parse(stdout);
    return modules;
  } catch {
    // The bundler reports a module that cannot be parsed.
    return [];
  }
}
