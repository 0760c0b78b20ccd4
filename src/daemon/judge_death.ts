import type { QuarantineState, Suspicion } from "../runner/quarantine.ts";
import { AGENT, type Mark } from "../runner/run_record.ts";

/** The result of {@linkcode judgeDeath}. */
export interface Judgement {
  /** The contents of the quarantine for the next daemon. */
  state: QuarantineState;
  /** The suspects of this death, or only the command that caused it. */
  suspects: readonly string[];
  /**
   * Whether a command became a suspect for the first time, or was quarantined. Each command can
   * cause at most two such deaths. So these deaths do not count towards the limit.
   */
  progress: boolean;
}

const alone = "it ended the daemon when it ran alone";
const evaluated = "the evaluation of the agent's module ended the daemon";

/**
 * Judges the death of a daemon by the marks that it left:
 *
 * 1. A command that ran alone, while no other worker was alive, is guilty and is quarantined.
 * 2. Otherwise the suspects are the commands that ran, and the commands that had answered before
 *    their worker proved again that its thread is free. If that leaves no suspect, or only commands
 *    that passed a trial after an earlier death, each command of a living worker is a suspect.
 * 3. A suspect runs alone at its next query.
 *
 * @param before the contents of the quarantine when the daemon died
 * @param marks the mark of each command at that time
 * @returns the judgement; undefined if no command had a mark
 */
export function judgeDeath(
  before: QuarantineState,
  marks: Readonly<Record<string, Mark>>,
): Judgement | undefined {
  const having = (...wanted: Mark[]) =>
    Object.keys(marks).filter((command) => wanted.includes(marks[command]!));
  if (Object.keys(marks).length === 0) return undefined;
  const active = having("trial", "running", "answered");
  const trials = having("trial");
  const guilty = trials[0];
  if (guilty !== undefined && Object.keys(marks).length === 1) {
    const { [guilty]: _, ...suspects } = before.suspects;
    const reason = guilty === AGENT ? evaluated : alone;
    return {
      state: { quarantined: { ...before.quarantined, [guilty]: reason }, suspects },
      suspects: [guilty],
      progress: true,
    };
  }
  const passed = (command: string) => (before.suspects[command]?.deaths ?? 0) > 0;
  const suspected = active.length > 0 && !active.every(passed)
    ? active
    : [...active, ...having("loaded")];
  const suspects = { ...before.suspects };
  for (const command of suspected) {
    const known = suspects[command] ?? { deaths: 0 };
    const trial = marks[command] === "running" || marks[command] === "trial" ? "run" : "linger";
    suspects[command] = { ...known, deaths: known.deaths + 1, trial } satisfies Suspicion;
  }
  return {
    state: { quarantined: before.quarantined, suspects },
    suspects: suspected,
    progress: suspected.some((command) => !passed(command)),
  };
}
