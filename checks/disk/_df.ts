import { runProgram } from "../../src/mod.ts";
import type { DiskResult } from "./_disk_result.ts";

/** The path of `df` on every Linux. */
export const dfPath = "/bin/df";

/** The columns of `df`; sizes are in bytes. The device comes last but one, because it has no spaces. */
const columns = "size,used,avail,itotal,iavail,source,target";

const LINE = /^ *(\d+|-) +(\d+|-) +(\d+|-) +(\d+|-) +(\d+|-) (.+?) +(\/.*)$/gm;

/** A line of stderr; df puts a path with spaces into quotation marks. */
const PROBLEM = /^(?:\S*\/)?df: ('?)(\/.*)\1: (.+)$/gm;

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
  /** A heading, and one line for each file system. */
  readonly stdout: string;
  /** The error messages. */
  readonly stderr: string;
}

/**
 * Runs `df`.
 *
 * @param args further arguments; paths follow `--`
 * @returns the output for {@linkcode parseDf} and {@linkcode parseDfList}
 * @throws {Error} if `df` is missing
 * @throws {Deno.errors.NotCapable} without the permission `run` for it
 */
export async function runDf(args: readonly string[]): Promise<DfResult> {
  try {
    return await runProgram(dfPath, ["--block-size=1", `--output=${columns}`, ...args]);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`Cannot list file systems: ${dfPath} is missing`);
  }
}

/** A file system in the list of `df`. */
export interface ListedDisk {
  /** The device, or another source such as `tmpfs`; empty if it is unknown. */
  readonly device: string;
  /** Its figures, with the mount point as the path. */
  readonly result: DiskResult;
}

/**
 * Reads a list of file systems.
 *
 * @param output the output of `df` from coreutils
 * @returns the file systems, and the paths that could not be read
 * @throws {Error} if the output is malformed, as of a `df` that is not from coreutils
 */
export function parseDfList({ code, stdout, stderr }: DfResult): ListedDisk[] {
  const disks = [...stdout.matchAll(LINE)].map(([, ...found]): ListedDisk => {
    const [size, used, available, inodes, inodesFree] = found.slice(0, 5)
      .map((digits) => BigInt(digits === "-" ? 0 : digits!)) as [
        bigint,
        bigint,
        bigint,
        bigint,
        bigint,
      ];
    const [device = "", path = ""] = found.slice(5);
    const free = size - used;
    const figures = { blockSize: 1n, blocks: size, free, available, inodes, inodesFree };
    return { device: device.trim(), result: { path, device: undefined, ...figures } };
  });
  const problems = [...stderr.matchAll(PROBLEM)].map(([, , path = "", reason]): ListedDisk => ({
    device: "",
    result: { path, problem: `is not accessible: ${reason}` },
  }));
  const isNone = stderr.includes("no file systems processed");
  if (code > 1 || code === 1 && problems.length === 0 && !isNone) {
    throw new Error(`Cannot list file systems: df exited with ${code}: ${stderr.split("\n")[0]}`);
  }
  return [...problems, ...disks];
}

/**
 * Reads the output of `df` for one path. Its result for a device has the mount point as its path, as
 * in `check_disk`.
 *
 * @param path the path that was passed to `df`
 * @param exact whether the path must be a mount point or a mounted device
 * @param output the output of `df` from coreutils
 * @returns the file system, or the reason why it could not be read
 * @throws {Error} if the output is malformed
 */
export function parseDf(path: string, exact: boolean, output: DfResult): DiskResult {
  const [found] = parseDfList(output);
  if (found === undefined) throw new Error(`Cannot read "${path}": df lists no file system`);
  const { result } = found;
  if ("problem" in result) return { ...result, path };
  const target = result.path;
  // A device that is not mounted is a file of the file system of /dev itself.
  if (target === "/dev" && isBelowDev(path) && path !== "/dev") {
    return { path, problem: "is not mounted" };
  }
  const isDevice = isBelowDev(path) && !isBelowDev(target);
  if (exact && target !== path && !isDevice) return { path, problem: "is not a mount point" };
  return target === path ? result : { ...result, asked: path };
}
