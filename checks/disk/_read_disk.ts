import { callWithin } from "../_late_calls.ts";
import type { DiskResult } from "./_disk_result.ts";
import { type DfResult, isBelowDev, parseDf, runDf } from "./_df.ts";

/** Reads the file system of one path. */
export type ReadDisk = (path: string, exact: boolean) => Promise<DiskResult>;

/** Settings for {@linkcode readDisks}. */
export interface ReadDiskSettings {
  /** The time limit for each path, in seconds. */
  timeout: number;
  /** Whether each path must be a mount point. */
  exactMatch: boolean;
}

/** The errors for which the runtime's text differs from strerror(3), which plugins print. */
const reasons: Readonly<Record<string, string>> = {
  EIO: "Input/output error",
  ENOTCONN: "Transport endpoint is not connected",
  ESTALE: "Stale file handle",
};

/**
 * Reads the file systems of paths, each with its own time limit. Paths on the same file system are
 * one result. It shows the path that contains the others, or else the first one. The thresholds of
 * the first one apply.
 *
 * @param paths normalized paths, in the order of the results
 * @param settings the time limit, and whether each path must be a mount point
 * @param signal the signal of the check
 * @param read reads one path
 * @returns one result for each file system and each unreadable path
 * @throws {Deno.errors.NotCapable} if a permission is missing
 */
export async function readDisks(
  paths: readonly string[],
  { timeout, exactMatch }: ReadDiskSettings,
  signal: AbortSignal,
  read: ReadDisk = readDisk,
): Promise<DiskResult[]> {
  const results = await Promise.all(
    [...new Set(paths)].map((path) => readInTime(path, exactMatch, timeout, signal, read)),
  );
  return joinDisks(results);
}

/**
 * Joins results of the same file system, as {@linkcode readDisks} does.
 *
 * @param results the results in their order
 * @returns one result for each file system and each unreadable path
 */
export function joinDisks(results: readonly DiskResult[]): DiskResult[] {
  const byDevice = joinSame(results, (result) => "device" in result ? result.device : undefined);
  return joinSame(byDevice, ({ path }) => path);
}

function joinSame(
  results: readonly DiskResult[],
  keyOf: (result: DiskResult) => number | string | undefined,
): DiskResult[] {
  return [...Map.groupBy(results, (result) => keyOf(result) ?? result).values()].map((same) => {
    const best = same.reduce((best, one) => contains(one.path, best.path) ? one : best);
    const first = same[0]!;
    const asked = "asked" in first && first.asked !== undefined ? first.asked : first.path;
    return asked === best.path || "problem" in best ? best : { ...best, asked };
  });
}

function contains(folder: string, path: string): boolean {
  return path.startsWith(folder === "/" ? "/" : `${folder}/`);
}

async function readInTime(
  path: string,
  exact: boolean,
  seconds: number,
  signal: AbortSignal,
  read: ReadDisk,
): Promise<DiskResult> {
  const key = JSON.stringify(["statfs", path, exact]);
  return await callWithin(key, seconds, signal, () => read(path, exact)) ??
    { path, problem: `did not answer within ${seconds} s` };
}

/**
 * Reads the size of the file system that contains a path, with statfs(2). The call runs outside the
 * main thread, so that the sandbox still responds if a network file system hangs. For paths that it
 * may not read, and for all paths below /dev, it runs `df`.
 *
 * @param path an absolute path; needs the permissions `read` for it and `sys` for `statfs`, or `run`
 * for `df`
 * @param exact whether the path must be a mount point; needs the permission `read` for its folder
 * @returns the file system, or the reason why it could not be read
 * @throws {Deno.errors.NotCapable} if a permission is missing
 */
export async function readDisk(path: string, exact: boolean): Promise<DiskResult> {
  if (isBelowDev(path)) return parseDf(path, exact, await runDf(["--", path]));
  // The import is here because node:fs costs a sandbox 30 ms, and other checks do not need it.
  const { default: fs } = await import("node:fs/promises");
  try {
    // Blocks are counted in units of `frsize`, which differs from `bsize` with FUSE. Deno's types
    // do not contain `frsize` yet.
    const found: StatFs = await fs.statfs(path, { bigint: true });
    const device = await deviceOf(path);
    if (exact && path !== "/" && (await fs.stat(folderOf(path))).dev === device) {
      return { path, problem: "is not a mount point" };
    }
    return {
      path,
      device,
      blockSize: found.frsize || found.bsize,
      blocks: found.blocks,
      free: found.bfree,
      available: found.bavail,
      inodes: found.files,
      inodesFree: found.ffree,
    };
  } catch (error) {
    const { name, code = "", message } = error as Error & { code?: string };
    if (name === "NotCapable") return await readWithDf(path, exact, error as Error);
    if (code === "") throw error;
    return { path, problem: `is not accessible: ${reasons[code] ?? explain(message)}` };
  }
}

// A check that may run df may read any file system. Otherwise the first refusal is the answer.
async function readWithDf(path: string, exact: boolean, refusal: Error): Promise<DiskResult> {
  let output: DfResult;
  try {
    output = await runDf(["--", path]);
  } catch (error) {
    throw (error as Error).name === "NotCapable" ? refusal : error;
  }
  return parseDf(path, exact, output);
}

// Without the number, a file system may be shown twice, but its figures are right.
async function deviceOf(path: string): Promise<number | undefined> {
  try {
    return (await Deno.stat(path)).dev;
  } catch {
    return undefined;
  }
}

/**
 * Normalizes a path, so that `/srv/` and `/srv` have the same label.
 *
 * @param path an absolute path
 * @returns the path without `.`, and without superfluous slashes
 */
export function normalizePath(path: string): string {
  return `/${path.split("/").filter((part) => part !== "" && part !== ".").join("/")}`;
}

/**
 * Returns the folder that contains a path.
 *
 * @param path a normalized path
 * @returns the path of the folder; `/` for the root folder
 */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 1));
}

type StatFs = Record<"bsize" | "blocks" | "bfree" | "bavail" | "files" | "ffree", bigint> & {
  frsize?: bigint;
};

/**
 * Returns the reason in an error message.
 *
 * @param message for example `ENOENT: no such file or directory, statfs '/srv'`
 * @returns `No such file or directory`
 */
export function explain(message: string): string {
  const [, reason = message] = /^\w+: (.*?), (?:statfs|stat)\b/.exec(message) ?? [];
  return reason.charAt(0).toUpperCase() + reason.slice(1);
}
