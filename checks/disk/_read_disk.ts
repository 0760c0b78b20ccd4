/** The size of a mounted file system. Values are bigint: a number cannot hold 8 PiB in bytes. */
export interface DiskReading {
  /** The path that was read. */
  path: string;
  /** The size of a block in bytes. */
  blockSize: bigint;
  /** The number of blocks. */
  blocks: bigint;
  /** Unused blocks, including those that are reserved for root. */
  free: bigint;
  /** Unused blocks that any user may use. */
  available: bigint;
  /** The number of inodes; 0 if the file system does not count them. */
  inodes: bigint;
  /** Unused inodes. */
  inodesFree: bigint;
}

/** A path whose file system could not be read. */
export interface UnreadableDisk {
  /** The path. */
  path: string;
  /** The reason, in the wording of strerror(3). */
  reason: string;
}

/** The errors for which the runtime's text differs from strerror(3), which plugins print. */
const reasons: Readonly<Record<string, string>> = {
  EIO: "Input/output error",
  ENOTCONN: "Transport endpoint is not connected",
  ESTALE: "Stale file handle",
};

/**
 * Reads the size of the file system that contains a path, with statfs(2). The call runs outside the
 * main thread, so that the sandbox still responds if a network file system hangs.
 *
 * @param path an absolute path; needs the permissions `read` for it and `sys` for `statfs`
 * @returns the file system, or the reason why it could not be read
 * @throws {Deno.errors.NotCapable} if a permission is missing
 */
export async function readDisk(path: string): Promise<DiskReading | UnreadableDisk> {
  // The import is here because node:fs costs a sandbox 30 ms, and other checks do not need it.
  const { default: fs } = await import("node:fs/promises");
  try {
    // Blocks are counted in units of `frsize`, which differs from `bsize` with FUSE. Deno's types
    // do not contain `frsize` yet.
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
    return { path, reason: reasons[code] ?? explain(message) };
  }
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
  const [, reason = message] = /^\w+: (.*?), statfs\b/.exec(message) ?? [];
  return reason.charAt(0).toUpperCase() + reason.slice(1);
}
