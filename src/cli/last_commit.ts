/** When a file was committed last. */
export interface Commit {
  /** Its short hash. */
  hash: string;
  /** Its day, as `YYYY-MM-DD`. */
  date: string;
}

/**
 * Asks git for the last commit of a file.
 *
 * @param path the file
 * @returns the commit; undefined where there is no git, no repository, or the file is not in it as
 * it is now
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
      // A repository's configuration may name a program to be started: none is.
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
