import type { RunRecord } from "./run_record.ts";
import type { Sandbox } from "./sandbox.ts";

/** The delay between an answer and the request for a proof that the worker's thread is free. */
const proofMilliseconds = 500;

/**
 * Marks a run in a sandbox.
 *
 * @param command the name of the command that starts
 * @param mark `"trial"` if it runs alone
 * @returns a function that must be called when the run has ended
 */
export type MarkRun = (command: string, mark: "running" | "trial") => () => void;

/**
 * Tracks the runs in a worker. A check can answer and crash or block the thread later, in a timer.
 * So its command stays marked as `answered` until the thread has processed a later message, and as
 * `loaded` until the worker has ended.
 *
 * @param sandbox the worker
 * @param record receives the marks
 * @returns a function that marks a run
 */
export function trackRuns(
  sandbox: Pick<Sandbox, "prove" | "ended">,
  record: RunRecord,
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
    if (!unresponsive) loaded.forEach((command) => record.remove(command, "loaded"));
  });

  return (command, mark) => {
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
