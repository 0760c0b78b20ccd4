import { selfCheck, type SelfReport } from "../agent/self_check.ts";
import type { Answer, Outcome } from "../check/answer.ts";
import { VERSION } from "./version.ts";

/** What is counted from the start of the process on, over all generations. */
export interface Stats {
  /** Counts an answer. */
  count(answer: Pick<Answer, "outcome" | "refusal">): void;
  /** Counts a worker that had to be left alone; says how many there are. */
  abandon(): number;
  /** Notes a reload, and why it failed if it did. */
  reloaded(fault?: string): void;
  /** What there is to tell so far. */
  report(): Omit<SelfReport, "quarantined" | "sandboxes" | "certificateDays">;
}

/**
 * Starts counting.
 *
 * @param now the time in milliseconds
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
    reloaded(fault) {
      reload = { at: now(), fault };
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
 * The daemon's own check where there is no daemon: for programs that embed one, and for a command
 * that is run by hand.
 *
 * @param stats what is counted
 * @returns the check
 */
export function ownCheck(stats: Stats): ReturnType<typeof selfCheck> {
  return selfCheck(() => ({ ...stats.report(), quarantined: [], sandboxes: 0 }));
}
