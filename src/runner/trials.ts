import { unlessAborted } from "./deadline.ts";
import { AGENT } from "./run_record.ts";
import { MAX_UNCLEAR_DEATHS, type Quarantine, type Suspicion } from "./quarantine.ts";
import { waitUntilQuiet } from "./quiet.ts";

/** Maximum time that a trial waits for current runs and for remaining work of closed workers. */
const clearMilliseconds = 1_000;
const minQuietMilliseconds = 100;

/**
 * Maximum time that other commands wait for the end of a first trial. It is longer after each
 * further death. After {@linkcode MAX_UNCLEAR_DEATHS} deaths, they wait until the trial ends.
 */
const exclusiveMilliseconds = { run: 1_000, linger: 1_500 };
const maxExclusiveMilliseconds = 30_000;

/** Maximum time that other commands wait after the answer of a trial until the process is quiet. */
const settleMilliseconds = 500;

/** The permission to run a command in a worker now. */
export interface Turn {
  /** Set if the command runs alone. */
  trial?: Suspicion["trial"];
  /** Set if a death of the process during the run has one possible cause. */
  alone?: boolean;
  /** Resolves when other commands may run, too. */
  over?: Promise<void>;
  /** Must be called in a trial when the command has answered. */
  answered?(): void;
  /** Must be called when the run has ended. */
  leave(): void;
}

/** Decides when a command may run in a worker. */
export interface Trials {
  /**
   * Waits until a command may run. The command of a trial runs alone, and no other worker is alive.
   * So a death of the process has only one possible cause. Other commands wait for a limited time.
   *
   * @param command the name of the command
   * @param signal aborts the waiting
   * @returns the turn
   */
  enter(command: string, signal: AbortSignal): Promise<Turn>;
}

/**
 * Creates the gate that all runs in workers pass.
 *
 * @param quarantine contains the suspects
 * @param closeIdle closes all workers in which nothing runs: a check can leave a timer in its worker
 * @param quiet waits until the work of closed workers has ended
 * @returns the gate
 */
export function createTrials(
  quarantine: Quarantine,
  closeIdle: () => void,
  quiet: typeof waitUntilQuiet = waitUntilQuiet,
): Trials {
  let active = 0;
  let onClear: (() => void) | undefined;
  /** Resolves when other commands may run again, while a trial runs. */
  let gate: Promise<void> | undefined;
  /** Resolves when the last trial that was announced has ended. */
  let last: Promise<void> = Promise.resolve();

  function leave(): void {
    active--;
    if (active === 0) onClear?.();
  }

  // Trials run one at a time, in the order of their queries.
  async function queue(signal: AbortSignal): Promise<() => void> {
    const before = last;
    const over = Promise.withResolvers<void>();
    last = over.promise;
    try {
      await unlessAborted(before, signal);
      return over.resolve;
    } catch (error) {
      before.then(over.resolve);
      throw error;
    }
  }

  async function begin({ trial, deaths }: Suspicion, end: () => void): Promise<Turn> {
    const opened = Promise.withResolvers<void>();
    gate = opened.promise;
    const open = () => {
      // A later trial has its own gate.
      if (gate === opened.promise) gate = undefined;
      opened.resolve();
    };
    const start = performance.now();
    if (active > 0) await clear();
    closeIdle();
    const left = start + clearMilliseconds - performance.now();
    // If the process is never quiet, this must not protect a command forever.
    const alone = await quiet(Math.max(left, minQuietMilliseconds)) ||
      deaths >= MAX_UNCLEAR_DEATHS;
    const first = exclusiveMilliseconds[trial ?? "run"];
    const patience = Math.min(first * 4 ** (deaths - 1), maxExclusiveMilliseconds);
    // A command that always ends the daemon after that time would never be found.
    let timer = deaths >= MAX_UNCLEAR_DEATHS ? undefined : setTimeout(open, patience);
    return {
      trial,
      alone,
      over: opened.promise,
      answered() {
        clearTimeout(timer);
        timer = setTimeout(open, settleMilliseconds);
      },
      leave() {
        clearTimeout(timer);
        open();
        end();
      },
    };
  }

  // Resolves when nothing runs, or after a limited time. After that time, a death has several
  // possible causes.
  function clear(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, clearMilliseconds);
    onClear = resolve;
    return promise.finally(() => {
      clearTimeout(timer);
      onClear = undefined;
    });
  }

  // A new worker evaluates the module of the agent before it runs a command.
  const suspicionOf = (command: string) =>
    [quarantine.suspicion(AGENT), quarantine.suspicion(command)]
      .find((suspicion) => suspicion?.trial !== undefined);

  return {
    async enter(command, signal) {
      if (suspicionOf(command) !== undefined) {
        const end = await queue(signal);
        // Earlier trials may have cleared the command.
        const suspicion = suspicionOf(command);
        if (suspicion !== undefined) return await begin(suspicion, end);
        end();
      }
      while (gate !== undefined) await unlessAborted(gate, signal);
      active++;
      return { leave };
    },
  };
}
