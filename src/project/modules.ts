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
 * Lists the files of a module and of all it imports, as far as they are on this disk and not in the
 * cache of downloads. Files that are missing or broken are in the list too.
 *
 * @param path the module's path
 * @returns their paths; the module alone where nothing can be said about it
 */
export async function localModules(path: string): Promise<string[]> {
  const start = await Deno.realPath(path).catch(() => path);
  const files = (await readGraph(start)).filter(({ specifier }) => specifier.startsWith("file:"))
    .map(fileOf);
  return [...new Set([start, ...files])];
}

/**
 * Says who imports what, among the modules that a module comes to. What is imported by a name that
 * is put together first (`import("./" + name)`) is not known here.
 *
 * @param path the module's path
 * @returns for each path or URL of a module that is imported, one that imports it
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
    // What cannot be parsed at all is told by the bundler.
    return [];
  }
}
