/**
 * Marks for the environment of all processes that are started for a command. Children inherit the
 * mark, so that a process can be found even if it has left its group and lost its parent. A mark
 * consists of the mark of the daemon, a dot and the mark of one run or one sandbox.
 */

/** The environment variable that contains the mark. */
export const MARK_VARIABLE = "CHECKWRIGHT_RUN";

/** A regular expression for a mark. */
export const MARK_PATTERN = "[0-9a-f-]{36}(?:\\.[0-9a-f-]{36})?";

/** Creates the mark of a daemon. */
export function createMark(): string {
  return crypto.randomUUID();
}

/** Creates the mark of one run or one sandbox of a daemon. */
export function markBelow(daemon: string): string {
  return `${daemon}.${crypto.randomUUID()}`;
}

/**
 * Returns whether a process was started for a run, a sandbox or a daemon.
 *
 * @param mark a mark of the process
 * @param of the mark of the run, the sandbox or the daemon
 */
export function isMarked(mark: string, of: string): boolean {
  return mark === of || mark.startsWith(`${of}.`);
}
