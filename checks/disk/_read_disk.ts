/** What a mounted file system holds. Bigint, because 8 PiB in bytes are past what a number counts. */
export interface DiskReading {
  /** Where it is mounted. */
  path: string;
  /** The bytes of a block. */
  blockSize: bigint;
  /** All blocks. */
  blocks: bigint;
  /** Blocks that nothing uses, those kept for root included. */
  free: bigint;
  /** Free blocks that anyone may have. */
  available: bigint;
  /** All inodes; 0 where the file system does not count them. */
  inodes: bigint;
  /** Inodes that nothing uses. */
  inodesFree: bigint;
}

/** A path that could not be looked at. */
export interface DiskFault {
  /** The path. */
  path: string;
  /** The reason, in the words of strerror(3). */
  fault: string;
}

/** The reasons whose text differs from that of strerror(3), which plugins print. */
const reasons: Readonly<Record<string, string>> = {
  EIO: "Input/output error",
  ENOTCONN: "Transport endpoint is not connected",
  ESTALE: "Stale file handle",
};

/**
 * Looks at the file system that holds a path, with statfs(2). It runs off the main thread, so that
 * the sandbox still answers where a network file system hangs.
 *
 * @param path An absolute path; needs read permission for it, and sys permission `statfs`
 * @returns The file system, or why it can't be looked at
 * @throws {Deno.errors.NotCapable} If a permission is lacking
 */
export async function readDisk(path: string): Promise<DiskReading | DiskFault> {
  // Imported where it is used: node:fs costs a sandbox 30 ms that other checks can spare.
  const { default: fs } = await import("node:fs/promises");
  try {
    // `frsize`, the unit that blocks are counted in (FUSE tells the two apart), has no type yet.
    const found: StatFs = await fs.statfs(path, { bigint: true });
    return {
      path,
      blockSize: found.frsize || found.bsize,
      blocks: found.blocks,
      free: found.bfree,
      available: found.bavail,
      inodes: found.files,
      inodesFree: found.ffree,
    };
  } catch (error) {
    const { name, code = "", message } = error as Error & { code?: string };
    if (name === "NotCapable" || code === "") throw error;
    return { path, fault: reasons[code] ?? explain(message) };
  }
}

type StatFs = Record<"bsize" | "blocks" | "bfree" | "bavail" | "files" | "ffree", bigint> & {
  frsize?: bigint;
};

/**
 * Takes the reason out of an error's message.
 *
 * @param message For example `ENOENT: no such file or directory, statfs '/srv'`
 * @returns `No such file or directory`
 */
export function explain(message: string): string {
  const [, reason = message] = /^\w+: (.*?), statfs\b/.exec(message) ?? [];
  return reason.charAt(0).toUpperCase() + reason.slice(1);
}
