/**
 * The permissions of a check. Each is a list of names, never "all". The runtime refuses every
 * access that is not declared, and the refusal becomes the UNKNOWN answer of the check.
 */
export interface Permissions {
  /**
   * Files and folders that may be read: absolute paths. If a declared path is a symbolic link, it
   * grants the target that the link has at the time of use. A link inside a declared folder is
   * followed if its target is declared too, and is refused otherwise. A check cannot create or move
   * a link. One race remains: between the check of a path and its opening (some microseconds),
   * another user with write access to the folder can replace a file by a link, which is followed.
   */
  read?: readonly string[];
  /**
   * Files and folders that may be written: absolute paths. Links are treated as with `read`. To
   * write in a folder, declare it in `read` too: otherwise its links cannot be examined, and only
   * paths that are declared themselves can be used.
   */
  write?: readonly string[];
  /** Hosts that the check may connect to: `host` or `host:port`. A check can never listen. */
  net?: readonly string[];
  /** Environment variables that may be read. */
  env?: readonly string[];
  /** System information: `loadavg`, `systemMemoryInfo`, `osUptime`, `hostname`, `statfs`, `cpus`. */
  sys?: readonly string[];
  /** Executables that may be started: absolute paths. A started program is not sandboxed. */
  run?: readonly string[];
  /** Files below the `procfs` path of the settings, for example `["stat", "net/tcp"]`. */
  proc?: readonly string[];
}

/** The keys of {@linkcode Permissions}, in the order in which they are shown. */
export const permissionNames: readonly (keyof Permissions)[] = [
  "read",
  "write",
  "net",
  "env",
  "sys",
  "run",
  "proc",
];
