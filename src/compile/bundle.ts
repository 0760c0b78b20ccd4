/** A module that could not be bundled, with what the bundler says. */
export class BundleError extends Error {}

/**
 * Bundles a module and all it imports into one file without imports of its own, under the
 * configuration of the module's own project.
 *
 * @param module the module's path, or its URL
 * @returns the JavaScript
 * @throws {BundleError} with the bundler's message
 */
export async function bundle(module: string | URL): Promise<string> {
  // From the module's own folder: that is where its project's configuration is looked for.
  const local = typeof module === "string" ? await Deno.realPath(module) : module.href;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform=deno", "--node-modules-dir=none", local],
    ...(local.startsWith("/") && { cwd: local.replace(/[^/]*$/, "") }),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  if (code !== 0) throw new BundleError(explain(decoder.decode(stderr)));
  return decoder.decode(stdout);
}

// What the bundler says without its own stack and its advice to bundlers.
function explain(complaint: string): string {
  const lines = complaint.split(/\n\s*Stack backtrace:/)[0]!.split("\n");
  return lines.filter((line) => !/^\s*(note:.*external|error: bundling failed)/.test(line))
    .join("\n").replace(/^error: /, "").trim();
}
