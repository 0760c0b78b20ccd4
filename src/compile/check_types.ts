/**
 * Checks the types of a module and of all it imports, under the configuration of its own project.
 *
 * @param path the module's path
 * @param signal ends the compiler, whose word then is worth nothing
 * @returns what the compiler says; undefined where it has nothing to say
 */
export async function checkTypes(path: string, signal?: AbortSignal): Promise<string | undefined> {
  const module = await Deno.realPath(path);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", module],
    cwd: module.replace(/[^/]*$/, ""),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    ...(signal && { signal }),
  }).output();
  if (code === 0) return undefined;
  return new TextDecoder().decode(stderr).split(/\n\s*Stack backtrace:/)[0]!.trim();
}
