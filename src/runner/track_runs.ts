import type { Mark, RunRecord } from "./run_record.ts";
import type { Sandbox } from "./sandbox.ts";

/** The delay between an answer and the request for a proof that the worker's thread is free. */
const proofMilliseconds = 500;

/**
 * Marks a run in a sandbox.
 *
 * @param command the name of the command that starts
 * @param mark `"trial"` if it runs alone, `"continued"` if its work continues after the answer
 * @returns a function that must be called when the run has ended
 */
export type MarkRun = (command: string, mark: Exclude<Mark, "answered" | "loaded">) => () => void;

/** Minimum time for which the commands of an ended worker stay marked. */
const memoryMilliseconds = 300_000;

/**
 * Workers that have ended. The runtime parses modules in its own threads. This work continues after
 * the end of a worker, and can end the process.
 */
export interface EndedWorkers {
  /** Adds a worker, with a function that removes the marks of its commands. */
  add(removeMarks: () => void): void;
  /**
   * Removes the marks of the workers that ended a long time ago, as soon as no work of ended workers
   * continues.
   */
  forgetOld(): void;
  /** Removes all marks. Call it when no work of ended workers continues. */
  forgetAll(): void;
}

/**
 * Makes a list of ended workers.
 *
 * @param untilQuiet waits until the work of ended workers is over
 * @param now returns the time in milliseconds
 * @returns the empty list
 */
export function createEndedWorkers(
  untilQuiet: () => Promise<void>,
  now: () => number = () => performance.now(),
): EndedWorkers {
  let workers: { until: number; removeMarks(): void }[] = [];

  function take(isOver: (until: number) => boolean): (() => void)[] {
    const over = workers.filter(({ until }) => isOver(until));
    workers = workers.filter(({ until }) => !isOver(until));
    return over.map(({ removeMarks }) => removeMarks);
  }

  function forgetOld(): void {
    const removals = take((until) => until <= now());
    if (removals.length > 0) untilQuiet().then(() => removals.forEach((remove) => remove()));
  }

  return {
    add: (removeMarks) => void workers.push({ until: now() + memoryMilliseconds, removeMarks }),
    forgetOld: () => workers.length > 0 && forgetOld(),
    forgetAll: () => take(() => true).forEach((remove) => remove()),
  };
}

/**
 * Tracks the runs in a worker. A check can answer and crash or block the thread later, in a timer.
 * So its command stays marked as `answered` until the thread has processed a later message, and as
 * `loaded` until some time after the end of the worker.
 *
 * @param sandbox the worker
 * @param record receives the marks
 * @param ends the ended workers
 * @returns a function that marks a run
 */
export function trackRuns(
  sandbox: Pick<Sandbox, "prove" | "ended">,
  record: RunRecord,
  ends: EndedWorkers,
): MarkRun {
  const loaded = new Set<string>();
  let answered = new Set<string>();
  let proving = false;
  let ended = false;

  // Waits first. So a busy worker gets two requests per second, and not one for each answer.
  function prove(): void {
    proving = false;
    const asked = answered;
    answered = new Set();
    const clear = () => asked.forEach((command) => record.remove(command, "answered"));
    sandbox.prove().then(clear, clear);
  }

  sandbox.ended.then(({ unresponsive }) => {
    ended = true;
    for (const command of answered) record.remove(command, "answered");
    answered.clear();
    // The thread of an unresponsive worker continues and can still end the process.
    if (unresponsive) return;
    ends.add(() => loaded.forEach((command) => record.remove(command, "loaded")));
  });

  return (command, mark) => {
    ends.forgetOld();
    record.add(command, mark);
    if (!loaded.has(command)) {
      loaded.add(command);
      record.add(command, "loaded");
    }
    return () => {
      if (!ended && !answered.has(command)) {
        answered.add(command);
        record.add(command, "answered");
      }
      record.remove(command, mark);
      if (ended || proving) return;
      proving = true;
      Deno.unrefTimer(setTimeout(prove, proofMilliseconds));
    };
  };
}
