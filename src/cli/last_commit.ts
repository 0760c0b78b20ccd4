/** The last commit of a file. */
export interface Commit {
  /** The short hash of the commit. */
  hash: string;
  /** The date of the commit, as `YYYY-MM-DD`. */
  date: string;
}

/**
 * Returns the last commit of a file, according to git.
 *
 * @param path the path of the file
 * @returns the commit; undefined if git or a repository is missing, or if the file has changes that
 * are not committed
 */
export async function lastCommit(path: string): Promise<Commit | undefined> {
  const changed = await git(path, ["status", "--porcelain", "--ignored"]);
  if (changed !== "") return undefined;
  const [hash, date] = (await git(path, ["log", "-1", "--format=%h %cs"]))?.split(" ") ?? [];
  return hash && date ? { hash, date } : undefined;
}

async function git(path: string, args: string[]): Promise<string | undefined> {
  const folder = path.replace(/[^/]*$/, "") || ".";
  try {
    const { success, stdout } = await new Deno.Command("git", {
      // The configuration of a repository may name a program to start; this prevents that.
      args: ["-c", "core.fsmonitor=false", "-C", folder, ...args, "--", path.replace(/^.*\//, "")],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}
