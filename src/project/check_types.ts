import { parentOf } from "./project.ts";
import { runLocked } from "./run_locked.ts";

/**
 * Checks the types of a module and of all it imports, under the configuration of its own project.
 *
 * @param path the module's path
 * @param signal ends the compiler, whose word then is worth nothing
 * @returns what the compiler says; undefined where it has nothing to say
 */
export async function checkTypes(path: string, signal?: AbortSignal): Promise<string | undefined> {
  const module = await Deno.realPath(path);
  const folder = parentOf(module);
  const { code, complaint } = await runLocked("check", ["--quiet", module], folder, signal);
  return code === 0 ? undefined : complaint.trim();
}
