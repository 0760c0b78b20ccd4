/**
 * Marks in the environment of whatever is started for a command, by which it is found when it has
 * left its group and lost its parent. A mark is that of a daemon, a dot, and what tells one run or
 * sandbox of that daemon from the next. Children inherit it.
 */

/** The variable that holds the mark. */
export const markVariable = "CHECKWRIGHT_RUN";

/** What a mark looks like, wherever one is taken from. */
export const markPattern = "[0-9a-f-]{36}(?:\\.[0-9a-f-]{36})?";

// Whoever starts this process may have chosen it, see adoptMark().
let own: string = crypto.randomUUID();

/**
 * Marks what this process starts from now on as another wants it, who ends it if this process dies.
 *
 * @param mark the daemon's mark
 */
export function adoptMark(mark: string): void {
  own = mark;
}

/** Makes the mark of one run of a plugin, or of one sandbox. */
export function createMark(): string {
  return `${own}.${crypto.randomUUID()}`;
}

/**
 * Whether a process with this mark was started for that one.
 *
 * @param mark the mark of a process; undefined where it has none
 * @param of the mark of a run or sandbox, or that of a whole daemon
 */
export function isMarked(mark: string | undefined, of: string): boolean {
  return mark !== undefined && (mark === of || mark.startsWith(`${of}.`));
}
