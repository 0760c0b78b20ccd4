/** Where this operating system keeps what is started or read by a fixed path. */

/** The POSIX shell: it runs `shell()` commands, and the script of `process_helper.ts`. */
export const SHELL_PATH = "/bin/sh";

/** The system's list of users. */
export const USERS_PATH = "/etc/passwd";
