/**
 * What a check may touch. Each entry is a list of names, never "all": what is not declared is
 * refused by the runtime, and the refusal is the check's answer.
 */
export interface Permissions {
  /**
   * Files and folders that may be read: absolute paths. One that is a symbolic link means what it
   * leads to when it is used. In a folder, a link is followed to what is declared as well, and is
   * refused where it leads elsewhere; a check can neither make a link nor move one. What remains:
   * somebody else who may write in the folder and puts a link into the place of a file in the moment
   * between the look and the opening, some microseconds, is followed.
   */
  read?: readonly string[];
  /**
   * Files and folders that may be written: absolute paths; links are as with `read`. To
   * write in a folder, declare it in `read` too: without, its links cannot be looked at, and nothing
   * in it but what is declared itself can be named.
   */
  write?: readonly string[];
  /** Hosts that may be talked to: `host` or `host:port`. */
  net?: readonly string[];
  /** Environment variables that may be read. */
  env?: readonly string[];
  /** Facts of the system: `loadavg`, `systemMemoryInfo`, `osUptime`, `hostname`, `statfs`, `cpus`… */
  sys?: readonly string[];
  /** Executables that may be started: absolute paths. Once started, nothing binds them. */
  run?: readonly string[];
  /** Files below the procfs path of the host settings, for example `["stat", "net/tcp"]`. */
  proc?: readonly string[];
}

/** The names that {@linkcode Permissions} may have, in the order in which they are shown. */
export const permissionNames: readonly (keyof Permissions)[] = [
  "read",
  "write",
  "net",
  "env",
  "sys",
  "run",
  "proc",
];
