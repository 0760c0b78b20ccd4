interface ModuleGraph {
  modules?: { local?: string; specifier: string }[];
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
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-remote", start],
    cwd: start.replace(/[^/]*$/, "") || "/",
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).output();
  try {
    const { modules = [] }: ModuleGraph = JSON.parse(new TextDecoder().decode(stdout));
    const files = modules.filter(({ specifier }) => specifier.startsWith("file:"))
      .map(({ local, specifier }) => local ?? decodeURIComponent(new URL(specifier).pathname));
    return [...new Set([start, ...files])];
  } catch {
    return [start];
  }
}
