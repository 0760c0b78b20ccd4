/** Fixed paths of programs and files of this operating system. */

/** The POSIX shell. It runs `shell()` commands and the script of `process_helper.ts`. */
export const SHELL_PATH = "/bin/sh";

/** The list of users. */
export const USERS_PATH = "/etc/passwd";

/** The list of groups. */
export const GROUPS_PATH = "/etc/group";

/**
 * Starts a program as another user with all groups of that user. `Deno.Command` can set one group
 * only. It is a part of util-linux.
 */
export const SETPRIV_PATH = "/usr/bin/setpriv";

/**
 * A folder for the runtime's caches that cannot be created. In a cache, the runtime would store each
 * module that a check imports from memory, without a permission.
 */
export const NO_CACHE = "/dev/null/none";
