import { localModules } from "../project/modules.ts";
import { configurationFiles, projectFolder } from "../project/project.ts";

/**
 * The pause after the last change before changes are reported, in milliseconds: editors write a
 * file in several steps.
 */
const quiet = 100;

/** A watcher of files. */
export interface Watcher {
  /**
   * Sets the watched files: the agent's modules, the configuration of its project, and other files.
   *
   * @param agent the path of the agent's module
   * @param files other files; undefined entries are ignored
   * @param searched folders in which every file is watched, including new files
   */
  follow(
    agent: string,
    files: readonly (string | undefined)[],
    searched?: readonly string[],
  ): Promise<void>;
}

/**
 * Creates a watcher.
 *
 * @param onChange called after watched files have changed
 * @returns the watcher, without watched files
 */
export function createWatcher(onChange: () => void): Watcher {
  let watched = new Set<string>();
  let searched = new Set<string>();
  // Modules are never removed: the imports of a module with a syntax error are unknown, but were
  // known before.
  const modules = new Set<string>();
  let folders = "";
  let watching: Deno.FsWatcher | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function readChanges(changes: Deno.FsWatcher): Promise<void> {
    for await (const { kind, paths } of changes) {
      const counts = (path: string) => watched.has(path) || searched.has(folderOf(path));
      if (kind === "access" || !paths.some(counts)) continue;
      clearTimeout(timer);
      timer = setTimeout(onChange, quiet);
    }
  }

  return {
    async follow(agent, files, patterns: readonly string[] = []) {
      const found = await localModules(agent);
      found.forEach((module) => modules.add(module));
      const paths = await Promise.all(
        files.filter((file) => file !== undefined).map(absolute),
      );
      watched = new Set([...modules, ...await configurationOf(found[0]!), ...paths]);
      searched = new Set(
        (await Promise.all(patterns.map(real))).filter((each) => each !== undefined),
      );
      // Watches folders, because an editor that writes a new file and renames it ends the watch of
      // the old file. Only existing folders can be watched.
      const existing =
        (await Promise.all([...new Set([...[...watched].map(folderOf), ...searched])].map(real)))
          .filter((folder) => folder !== undefined);
      if (existing.join("\n") === folders) return;
      folders = existing.join("\n");
      const before = watching;
      watching = Deno.watchFs(existing, { recursive: false });
      readChanges(watching);
      before?.close();
    },
  };
}

function folderOf(path: string): string {
  return path.replace(/\/[^/]*$/, "") || "/";
}

async function real(path: string): Promise<string | undefined> {
  try {
    return await Deno.realPath(path);
  } catch {
    return undefined;
  }
}

// Returns the path as the watcher reports it: the real path of the folder, and the file's name, which
// may be the name of a link.
async function absolute(path: string): Promise<string> {
  const whole = path.startsWith("/") ? path : `${Deno.cwd()}/${path}`;
  const folder = folderOf(whole);
  return `${await real(folder) ?? folder}/${whole.slice(whole.lastIndexOf("/") + 1)}`;
}

// Includes missing files, because they may be created later.
async function configurationOf(module: string): Promise<string[]> {
  const project = await projectFolder(module);
  return project === undefined ? [] : configurationFiles.map((name) => project + name);
}
