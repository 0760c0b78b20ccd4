import { parentOf } from "./project.ts";
import { runLocked } from "./run_locked.ts";

interface ModuleGraph {
  modules?: Module[];
}

interface Module {
  specifier: string;
  local?: string;
  error?: string;
  dependencies?: { specifier?: string; code?: Resolved }[];
}

interface Resolved {
  specifier?: string;
  error?: string;
  span?: { start: { line: number; character: number } };
}

/** An import that the bundler resolves, but the type check and the runtime do not. */
export interface LooseImport {
  /** File, line and column. */
  place: string;
  /** The imported name. */
  name: string;
  /** The expected form of the name. */
  expected: string;
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

/**
 * Finds the imports of local modules that only the bundler resolves: a file without its ending, and a
 * package that is not in the import map.
 *
 * @param path path of the module
 * @returns the imports, of the module and of the modules that it imports
 */
export async function looseImports(path: string): Promise<LooseImport[]> {
  const graph = await readGraph(await Deno.realPath(path));
  const missing = new Set(
    graph.filter(({ error, specifier }) => error !== undefined && specifier.startsWith("file:"))
      .map(({ specifier }) => specifier),
  );
  return graph.filter(({ specifier }) => specifier.startsWith("file:")).flatMap((module) =>
    (module.dependencies ?? []).flatMap(({ specifier: name, code }): LooseImport[] => {
      const isMissing = code?.specifier !== undefined && missing.has(code.specifier);
      if (name === undefined || code === undefined || !(isMissing || code.error)) return [];
      const { line = 0, character = 0 } = code.span?.start ?? {};
      return [{
        place: `${fileOf(module)}:${line + 1}:${character + 1}`,
        name,
        expected: isMissing
          ? `a file name with its ending, such as ${JSON.stringify(`${name}.ts`)}`
          : 'an entry in "imports" of deno.json, or a name such as ' +
            JSON.stringify(`npm:${name}`),
      }];
    })
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
