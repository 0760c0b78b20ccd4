import { parentOf } from "./project.ts";
import { runLocked } from "./run_locked.ts";

/**
 * Checks the types of a module and of all its imports, with the configuration of its project.
 *
 * @param path path of the module
 * @param signal ends the compiler; the result must be ignored then
 * @returns the errors, as the compiler prints them; undefined if the types are correct
 */
export async function checkTypes(path: string, signal?: AbortSignal): Promise<string | undefined> {
  const module = await Deno.realPath(path);
  const folder = parentOf(module);
  const { code, stderr } = await runLocked("check", ["--quiet", module], folder, signal);
  return code === 0 ? undefined : stderr.trim();
}
