/** The error if a command can neither run nor wait, because all places and the queue are full. */
export class BusyError extends Error {}

/** Limits how many commands run and how many wait. */
export interface Admission {
  /**
   * Waits for a place.
   *
   * @param command the command's name
   * @param most maximum number of concurrent runs of this command
   * @param signal ends the wait
   * @returns a function that gives the place back
   * @throws {BusyError} if too many commands wait already
   */
  enter(command: string, most: number, signal: AbortSignal): Promise<() => void>;
  /** Resolves when no command has a place. */
  idle(): Promise<void>;
  /** The number of commands that have a place. */
  readonly running: number;
  /** The number of commands that wait. */
  readonly queued: number;
}

interface Waiting {
  command: string;
  most: number;
  admit(): void;
}

/**
 * Makes an admission. Commands are admitted in the order of their arrival. A command that has
 * reached its own limit does not delay other commands.
 *
 * @param limits the maximum numbers of running and waiting commands
 * @returns the admission
 */
export function createAdmission(limits: { running: number; queued: number }): Admission {
  const counts = new Map<string, number>();
  const queue: Waiting[] = [];
  const idlers: (() => void)[] = [];
  let running = 0;

  const countOf = (command: string) => counts.get(command) ?? 0;
  const free = (command: string, most: number) =>
    running < limits.running && countOf(command) < most;

  function take(command: string): () => void {
    running++;
    counts.set(command, countOf(command) + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      running--;
      if (countOf(command) === 1) counts.delete(command);
      else counts.set(command, countOf(command) - 1);
      const next = queue.findIndex((waiting) => free(waiting.command, waiting.most));
      if (next >= 0) queue.splice(next, 1)[0]!.admit();
      if (running === 0) idlers.splice(0).forEach((resolve) => resolve());
    };
  }

  return {
    enter(command, most, signal) {
      if (free(command, most)) return Promise.resolve(take(command));
      if (queue.length >= limits.queued) {
        return Promise.reject(
          new BusyError(`${running} commands are running and ${queue.length} are waiting`),
        );
      }
      return new Promise((resolve, reject) => {
        const waiting = { command, most, admit };
        function admit(): void {
          signal.removeEventListener("abort", leave);
          resolve(take(command));
        }
        function leave(): void {
          queue.splice(queue.indexOf(waiting), 1);
          reject(signal.reason);
        }
        signal.addEventListener("abort", leave, { once: true });
        queue.push(waiting);
      });
    },
    idle: () =>
      new Promise((resolve) => {
        if (running === 0) resolve();
        else idlers.push(resolve);
      }),
    get running() {
      return running;
    },
    get queued() {
      return queue.length;
    },
  };
}
