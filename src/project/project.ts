/** Configuration files: a folder that contains one is a project. */
export const configurationFiles: readonly string[] = ["deno.json", "deno.jsonc", "package.json"];

/**
 * Finds the project of a module: the nearest folder, from the folder of the module upwards, that
 * contains a configuration file. The root of the disk is never a project.
 *
 * @param module real path of the module
 * @returns the folder, with a slash at the end; undefined if no configuration file was found
 */
export async function projectFolder(module: string): Promise<string | undefined> {
  for (let folder = parentOf(module); folder !== "/"; folder = parentOf(folder)) {
    const there = await Promise.all(configurationFiles.map((name) => exists(folder + name)));
    if (there.includes(true)) return folder;
  }
  return undefined;
}

/**
 * Returns the folder that contains a file or folder.
 *
 * @param path an absolute path; the path of a folder ends with a slash
 * @returns the folder, with a slash at the end
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
