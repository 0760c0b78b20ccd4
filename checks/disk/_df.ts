import { runProgram } from "../../src/mod.ts";
import type { DiskResult } from "./_disk_result.ts";

/** The path of `df` on every Linux. */
export const dfPath = "/bin/df";

/** The columns of `df`; sizes are in bytes. */
const columns = "size,used,avail,itotal,iavail,target";

/**
 * Returns whether only `df` can read the file system of a path. A sandbox cannot read below /dev,
 * and cannot find out where a device is mounted.
 *
 * @param path a normalized path
 */
export function isBelowDev(path: string): boolean {
  return path === "/dev" || path.startsWith("/dev/");
}

/** The result of `df`. */
export interface DfResult {
  /** The exit code. */
  readonly code: number;
  /** A heading and one line. */
  readonly stdout: string;
  /** The error messages. */
  readonly stderr: string;
}

/**
 * Runs `df` for a path.
 *
 * @param path a path that {@linkcode isBelowDev}; needs the permission `run` for `df`
 * @returns the output for {@linkcode parseDf}
 * @throws {Error} if `df` is missing
 */
export async function runDf(path: string): Promise<DfResult> {
  try {
    return await runProgram(dfPath, ["--block-size=1", `--output=${columns}`, "--", path]);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`Cannot read "${path}": ${dfPath} is missing`);
  }
}

/**
 * Reads the output of `df`. Its result for a device has the mount point as its path, as in
 * `check_disk`.
 *
 * @param path the path that was passed to `df`
 * @param exact whether the path must be a mount point or a mounted device
 * @param result the output of `df` from coreutils
 * @returns the file system, or the reason why it could not be read
 * @throws {Error} if the output is malformed, as of a `df` that is not from coreutils
 */
export function parseDf(
  path: string,
  exact: boolean,
  { code, stdout, stderr }: DfResult,
): DiskResult {
  const [, ...found] = /^ *(\d+|-) +(\d+|-) +(\d+|-) +(\d+|-) +(\d+|-) (.+)$/m.exec(stdout) ?? [];
  const target = found.pop();
  if (target === undefined) {
    // df puts a path with spaces into quotation marks.
    const [, named, reason] = /df: (.*): (.+)$/m.exec(stderr) ?? [];
    if (code === 1 && [path, `'${path}'`].includes(named!) && stdout === "") {
      return { path, problem: `is not accessible: ${reason}` };
    }
    throw new Error(`Cannot read "${path}": df exited with ${code}: ${stderr.split("\n")[0]}`);
  }
  // A device that is not mounted is a file of the file system of /dev itself.
  if (target === "/dev" && path !== "/dev") return { path, problem: "is not mounted" };
  if (exact && target !== path && isBelowDev(target)) {
    return { path, problem: "is not a mount point" };
  }
  const [size, used, available, inodes, inodesFree] = found
    .map((digits) => BigInt(digits === "-" ? 0 : digits!)) as [
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
    ];
  return {
    path: target,
    ...(target !== path && { asked: path }),
    device: undefined,
    blockSize: 1n,
    blocks: size,
    free: size - used,
    available,
    inodes,
    inodesFree,
  };
}
