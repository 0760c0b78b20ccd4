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
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform=deno", "--node-modules-dir=none", String(module)],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  if (code !== 0) throw new BundleError(decoder.decode(stderr).trim());
  return decoder.decode(stdout);
}
