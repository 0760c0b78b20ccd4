/** Fixed paths of programs and files of this operating system. */

/** The POSIX shell. It runs `shell()` commands and the script of `process_helper.ts`. */
export const SHELL_PATH = "/bin/sh";

/** The list of users. */
export const USERS_PATH = "/etc/passwd";
