/** The size of a mounted file system. Values are bigint: a number cannot hold 8 PiB in bytes. */
export interface DiskReading {
  /** The path that is shown: the path that was read, or the mount point of a device. */
  path: string;
  /** The path whose thresholds apply, if it is not `path`. */
  asked?: string;
  /**
   * The number of the device: paths with the same number are on the same file system. Undefined if
   * it is unknown.
   */
  device: number | undefined;
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
  /** The problem, to be shown after the path. */
  problem: string;
}

/** The result for one path. */
export type DiskResult = DiskReading | UnreadableDisk;
