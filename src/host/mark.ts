/**
 * Marks in the environment of every process that is started for a command. A process that has left
 * its group and lost its parent is found by its mark. Children inherit it. A mark is that of a
 * daemon, followed by a dot and the mark of one run or one sandbox.
 */

/** The variable that contains the mark. */
export const MARK_VARIABLE = "CHECKWRIGHT_RUN";

/** The shape of a mark. */
export const MARK_PATTERN = "[0-9a-f-]{36}(?:\\.[0-9a-f-]{36})?";

/** Makes the mark of one daemon. */
export function createMark(): string {
  return crypto.randomUUID();
}

/** Makes the mark of one run or one sandbox of a daemon. */
export function markBelow(daemon: string): string {
  return `${daemon}.${crypto.randomUUID()}`;
}

/**
 * Whether a process was started under a mark.
 *
 * @param mark the mark of the process; undefined if it has none
 * @param of the mark of a run or sandbox, or that of a whole daemon
 */
export function isMarked(mark: string | undefined, of: string): boolean {
  return mark !== undefined && (mark === of || mark.startsWith(`${of}.`));
}
