/**
 * A file of a test. It has what {@linkcode Deno.stat} should say of it beside its content, such as
 * `mtime`; size and times are made up where left out.
 */
export interface FileFixture extends Partial<Deno.FileInfo> {
  /** What is in it; nothing where left out. */
  content?: string | Uint8Array;
}

/** What an executable of a test comes to. */
export interface RunFixture {
  /** What it writes to standard output. */
  stdout?: string;
  /** What it writes to standard error. */
  stderr?: string;
  /** Its exit code; 0 where left out. */
  code?: number;
}

/** What a peer says. */
export type PeerReply = string | Uint8Array | Response;

/**
 * The other end of a connection, or of a `fetch`.
 *
 * - Text or bytes are sent upon connect, and the peer hangs up; they are the body for a `fetch`.
 * - A function is told each thing that the check writes and answers it; it hangs up when it has
 *   answered and the check waits for more without writing. For a `fetch` it is told the request as
 *   HTTP writes it, `"GET /health HTTP/1.1\r\n…"`.
 * - A `Response` answers a `fetch`.
 * - A list is what a DNS query for that name gives.
 */
export type PeerFixture =
  | PeerReply
  | readonly unknown[]
  | ((request: string) => PeerReply | undefined | Promise<PeerReply | undefined>);

/** What stands in place of the outside world. An `Error` anywhere is thrown at whoever asks. */
export interface Fixtures {
  /** Files by path. The folders they lie in are there too, and hold nothing else. */
  read?: Readonly<Record<string, string | Uint8Array | FileFixture | Error>>;
  /** What executables come to, by path or by whole command line: `"/bin/df -P /"`. */
  run?: Readonly<Record<string, string | RunFixture | Error>>;
  /** Peers by `host:port`, socket path or URL; for DNS by the name that is asked. */
  net?: Readonly<Record<string, PeerFixture | Error>>;
  /** Environment variables. */
  env?: Readonly<Record<string, string>>;
  /**
   * Facts of the system by the name of their permission: `{ loadavg: [0.5, 0.4, 0.3] }`. A function
   * is called with the arguments that the check gives.
   */
  sys?: Readonly<Record<string, unknown>>;
}
