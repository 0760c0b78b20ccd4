/** What makes a folder a project, and decides how its modules are read. */
export const configurationFiles: readonly string[] = ["deno.json", "deno.jsonc", "package.json"];

/**
 * Finds the project that a module belongs to: the nearest folder, from the module's own upwards, that
 * holds a configuration file. The root of the disk is nobody's project.
 *
 * @param module the module's real path
 * @returns the folder, with a slash at its end; undefined where there is no configuration file
 */
export async function projectFolder(module: string): Promise<string | undefined> {
  for (let folder = parentOf(module); folder !== "/"; folder = parentOf(folder)) {
    const there = await Promise.all(configurationFiles.map((name) => exists(folder + name)));
    if (there.includes(true)) return folder;
  }
  return undefined;
}

/**
 * The folder that something is in.
 *
 * @param path an absolute path; a folder's ends with a slash
 * @returns the folder, with a slash at its end
 */
export function parentOf(path: string): string {
  return path.replace(/[^/]*\/?$/, "") || "/";
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
