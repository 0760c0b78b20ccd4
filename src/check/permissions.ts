/**
 * What a check may touch. Each entry is a list of names, never "all": what is not declared is
 * refused by the runtime, and the refusal is the check's answer.
 */
export interface Permissions {
  /**
   * Files and folders that may be read: absolute paths. A symbolic link in such a folder is followed,
   * wherever it leads; a check cannot make one, but whoever else may write there can.
   */
  read?: readonly string[];
  /** Files and folders that may be written: absolute paths. */
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
