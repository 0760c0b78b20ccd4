import { git } from "./git.ts";

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
  const file = ["--", path.replace(/^.*\//, "")];
  const changed = await git(path, ["status", "--porcelain", "--ignored", ...file]);
  if (changed !== "") return undefined;
  const [hash, date] = (await git(path, ["log", "-1", "--format=%h %cs", ...file]))?.split(" ") ??
    [];
  return hash && date ? { hash, date } : undefined;
}
