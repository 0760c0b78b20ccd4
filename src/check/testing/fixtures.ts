/**
 * A file of a test: its content and the properties that {@linkcode Deno.stat} returns, such as
 * `mtime`. By default the size is the length of the content, and the times are the current time.
 *
 * The type does not name `Deno.FileInfo`, which the TypeScript compiler of a project for Node does
 * not know.
 */
export type FileFixture =
  & {
    /** The content of the file; default: empty. */
    content?: string | Uint8Array;
  }
  & { [Name in "isFile" | "isDirectory" | "isSymlink"]?: boolean }
  & { [Name in "isBlockDevice" | "isCharDevice" | "isFifo" | "isSocket"]?: boolean | null }
  & { [Name in "size" | "dev"]?: number }
  & { [Name in "ino" | "mode" | "nlink" | "uid" | "gid"]?: number | null }
  & { [Name in "rdev" | "blksize" | "blocks"]?: number | null }
  & { [Name in "mtime" | "atime" | "birthtime" | "ctime"]?: Date | null };

/** Result of a program of a test. */
export interface RunFixture {
  /** The standard output of the program; default: empty. */
  stdout?: string;
  /** The standard error of the program; default: empty. */
  stderr?: string;
  /** The exit code of the program; default: 0. */
  code?: number;
}

/** Data that a peer sends: text, bytes, or the response to a `fetch`. */
export type PeerReply = string | Uint8Array | Response;

/**
 * The other end of a connection, or of a `fetch`.
 *
 * - Text or bytes are sent when the check connects, and the peer closes the connection. For a
 *   `fetch` they are the body of the response.
 * - A function receives each write of the check and returns the reply. The peer closes the
 *   connection when all replies were read and the check reads again without a new write. For a
 *   `fetch` the function receives the request as HTTP/1.1, `"GET /health HTTP/1.1\r\n…"`.
 * - A `Response` answers a `fetch`.
 * - A list is the result of a DNS query for that name.
 */
export type PeerFixture =
  | PeerReply
  | readonly unknown[]
  | ((request: string) => PeerReply | undefined | Promise<PeerReply | undefined>);

/**
 * Fixtures, used in place of real resources. If an entry is an `Error`, it is thrown when the check
 * uses the entry.
 */
export interface Fixtures {
  /** Files by path. Their folders exist too, and contain nothing else. */
  read?: Readonly<Record<string, string | Uint8Array | FileFixture | Error>>;
  /**
   * Files that the check has written, by path. With this fixture, no write reaches the disk: a file
   * that the check may write exists only if it is here or in `read`. After the run, the object
   * contains the written files, as text if they are UTF-8, and lacks the removed ones. Pass it to the
   * next call to test a check that reads its own files again.
   */
  write?: Record<string, string | Uint8Array>;
  /** Results of programs, by path or by whole command line: `"/bin/df -P /"`. */
  run?: Readonly<Record<string, string | RunFixture | Error>>;
  /** Peers by `host:port`, socket path or URL; for DNS by the queried name. */
  net?: Readonly<Record<string, PeerFixture | Error>>;
  /** Environment variables. */
  env?: Readonly<Record<string, string>>;
  /**
   * System information by the name of its permission: `{ loadavg: [0.5, 0.4, 0.3] }`. A function is
   * called with the arguments that the check passes.
   */
  sys?: Readonly<Record<string, unknown>>;
}
