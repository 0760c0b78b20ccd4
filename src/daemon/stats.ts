import { selfCheck, type SelfReport } from "../agent/self_check.ts";
import type { Answer, Outcome } from "../check/answer.ts";
import { VERSION } from "./version.ts";

/** Counters from the start of the process, over all generations. */
export interface Stats {
  /** Counts an answer. */
  count(answer: Pick<Answer, "outcome" | "refusal">): void;
  /** Counts a worker that cannot be ended, and returns the new count. */
  abandon(): number;
  /** Records a reload, with the reason if it failed. */
  reloaded(reason?: string): void;
  /** Returns the data for the self check. */
  report(): Omit<SelfReport, "quarantined" | "sandboxes" | "certificateDays">;
}

/**
 * Starts counting.
 *
 * @param now returns the time in milliseconds
 * @returns the counters, at zero
 */
export function createStats(now: () => number = () => performance.now()): Stats {
  const started = now();
  const answers: Record<Outcome, number> = {
    done: 0,
    timeout: 0,
    failed: 0,
    busy: 0,
    refused: 0,
    undefined: 0,
    version: 0,
  };
  let refusedPermissions = 0;
  let abandoned = 0;
  let reload: { at: number; fault: string | undefined } | undefined;

  return {
    count({ outcome, refusal }) {
      answers[outcome]++;
      if (refusal !== undefined) refusedPermissions++;
    },
    abandon: () => ++abandoned,
    reloaded(reason) {
      reload = { at: now(), fault: reason };
    },
    report: () => ({
      version: VERSION,
      uptime: (now() - started) / 1000,
      answers: { ...answers },
      refusedPermissions,
      abandoned,
      reload: reload && { age: (now() - reload.at) / 1000, reason: reload.fault },
    }),
  };
}

/**
 * Returns the self check for use without a daemon process: for an embedded agent, or for a command
 * that is run by hand.
 *
 * @param stats the counters
 * @returns the check
 */
export function ownCheck(stats: Stats): ReturnType<typeof selfCheck> {
  return selfCheck(() => ({ ...stats.report(), quarantined: [], sandboxes: 0 }));
}
