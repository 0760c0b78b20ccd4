import { localModules } from "../project/modules.ts";
import { configurationFiles, projectFolder } from "../project/project.ts";

/** How long files must be quiet before a change counts, in milliseconds: editors write in steps. */
const quiet = 100;

/** Watches files. */
export interface Watcher {
  /**
   * Watches an agent's modules, its project's configuration and further files from now on, and
   * nothing else.
   *
   * @param agent the agent's module
   * @param files further files; undefined ones are left out
   * @param searched folders in which any file counts, one that is not there yet too
   */
  follow(
    agent: string,
    files: readonly (string | undefined)[],
    searched?: readonly string[],
  ): Promise<void>;
}

/**
 * Makes a watcher.
 *
 * @param onChange hears that files have changed, once they are quiet
 * @returns the watcher; it watches nothing yet
 */
export function createWatcher(onChange: () => void): Watcher {
  let watched = new Set<string>();
  let searched = new Set<string>();
  // Only grows: a module that is broken does not say what it imports, and did before.
  const modules = new Set<string>();
  let folders = "";
  let watching: Deno.FsWatcher | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function hear(changes: Deno.FsWatcher): Promise<void> {
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
      // Folders, since an editor that writes a new file and renames it leaves the old one's watch
      // behind; and those that are there, since nothing else can be watched.
      const there =
        (await Promise.all([...new Set([...[...watched].map(folderOf), ...searched])].map(real)))
          .filter((folder) => folder !== undefined);
      if (there.join("\n") === folders) return;
      folders = there.join("\n");
      const before = watching;
      watching = Deno.watchFs(there, { recursive: false });
      hear(watching);
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

// As the watcher names it: the folder's real path, and the name, which may be that of a link.
async function absolute(path: string): Promise<string> {
  const whole = path.startsWith("/") ? path : `${Deno.cwd()}/${path}`;
  const folder = folderOf(whole);
  return `${await real(folder) ?? folder}/${whole.slice(whole.lastIndexOf("/") + 1)}`;
}

// All of them, since the one that is not there may come to be.
async function configurationOf(module: string): Promise<string[]> {
  const project = await projectFolder(module);
  return project === undefined ? [] : configurationFiles.map((name) => project + name);
}
