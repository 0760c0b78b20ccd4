/**
 * State of a command in the daemon's process, the strongest first:
 *
 * - `trial`: it runs alone, because it was a suspect of an earlier death;
 * - `continued`: it ran alone and has answered, but the process has been busy since then: work that
 *   the command started continues, for example the parsing of a module;
 * - `running`: it runs in a worker;
 * - `answered`: it has answered, and its worker has not proved since then that its thread is free;
 * - `loaded`: it ran in a worker that is still alive, or that ended a short time ago: the runtime may
 *   still work for it.
 */
export const MARKS = ["trial", "continued", "running", "answered", "loaded"] as const;

/** One of the states in {@linkcode MARKS}. */
export type Mark = (typeof MARKS)[number];

/**
 * Stores the mark of a command outside the process, so that it survives the process; undefined
 * removes the mark.
 */
export type WriteMark = (command: string, mark: Mark | undefined) => void;

/** The marks of all commands. One command may run in several workers at once. */
export interface RunRecord {
  /** Adds a mark. */
  add(command: string, mark: Mark): void;
  /** Removes a mark that was added. */
  remove(command: string, mark: Mark): void;
}

/**
 * The name of the agent's module in the record, while a worker evaluates it. No command has an
 * empty name.
 */
export const AGENT = "";

/**
 * Creates a record. If the process dies, its successor reads the strongest mark of each command.
 *
 * @param write called for each change of the strongest mark of a command, before the command runs
 * @returns the empty record
 */
export function createRunRecord(write: WriteMark): RunRecord {
  const counts = new Map<string, Record<Mark, number>>();
  const written = new Map<string, Mark | undefined>();

  function change(command: string, mark: Mark, by: 1 | -1): void {
    let count = counts.get(command);
    if (count === undefined) {
      counts.set(command, count = { trial: 0, continued: 0, running: 0, answered: 0, loaded: 0 });
    }
    count[mark] += by;
    const strongest = MARKS.find((each) => count[each] > 0);
    if (written.get(command) === strongest) return;
    written.set(command, strongest);
    write(command, strongest);
  }

  return {
    add: (command, mark) => change(command, mark, 1),
    remove: (command, mark) => change(command, mark, -1),
  };
}
