import type { Manifest } from "../agent/manifest.ts";

/**
 * Adds the version of an agent that does not set one: the last tag, the number of commits since,
 * the commit, and `-dirty` if files have changes.
 *
 * @param path the path of the agent's module
 * @param manifest the agent
 * @returns the agent; without a version if git, a repository or a commit is missing
 */
export async function withVersion(path: string, manifest: Manifest): Promise<Manifest> {
  if (manifest.version !== undefined) return manifest;
  const found = await git(path, ["describe", "--tags", "--always", "--dirty", "--abbrev=10"]);
  // Names of tags may contain other characters, such as slashes.
  const version = found?.replaceAll(/[^0-9A-Za-z.+~_-]+/g, "-").slice(0, 64);
  return version === undefined ? manifest : { ...manifest, version };
}

/**
 * Runs git in the folder of a file.
 *
 * @param path the path of the file
 * @param args the arguments of git
 * @returns the output without blanks around it; undefined if git is missing or fails
 */
export async function git(path: string, args: readonly string[]): Promise<string | undefined> {
  const folder = path.replace(/[^/]*$/, "") || ".";
  try {
    const { success, stdout } = await new Deno.Command("git", {
      // The configuration of a repository may name a program to start; this prevents that.
      args: ["-c", "core.fsmonitor=false", "-C", folder, ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}
