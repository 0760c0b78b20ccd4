import {
  MAX_UNCLEAR_DEATHS,
  needsNewWorker,
  type QuarantineState,
  type Suspicion,
} from "../runner/quarantine.ts";
import { AGENT, type Mark } from "../runner/run_record.ts";

/** The result of {@linkcode judgeDeath}. */
export interface Judgement {
  /** The contents of the quarantine for the next daemon. */
  state: QuarantineState;
  /** The suspects of this death, or only the command that caused it. */
  suspects: readonly string[];
  /**
   * Whether the next daemon treats a command differently: the command became a suspect, gets a new
   * worker for each run, or was quarantined. This happens a limited number of times for each command,
   * so these deaths do not count as failures.
   */
  progress: boolean;
}

const running: readonly Mark[] = ["trial", "running"];
const alone = "it ended the daemon when it ran alone";
const continued = "work that it had started ended the daemon after its answer";
const evaluated = "the evaluation of the agent's module ended the daemon";

/**
 * Judges the death of a daemon by the marks that it left:
 *
 * 1. A command that ran alone, while no other worker was alive, is guilty and is quarantined. After
 *    {@linkcode MAX_UNCLEAR_DEATHS} deaths, a worker that was starting does not matter. A command
 *    that ran alone, and whose work continued until the death, is guilty, too. So is the agent's
 *    module at the third death in which a worker evaluated it and no command ran.
 * 2. Otherwise the suspects are the commands that ran, and the commands that had answered before
 *    their worker proved again that its thread is free. If no such command exists, or if all of
 *    them passed a trial after an earlier death, each command of a living worker is also a suspect.
 *    Otherwise, a command of a living worker is a suspect if its worker was also alive at an
 *    earlier death.
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
  const active = having("trial", "continued", "running", "answered");
  const guilty = findGuilty(before, marks, having("trial"), having("continued")) ??
    (active.length === 1 && active[0] === AGENT && isOftenest(AGENT, marks, before)
      ? AGENT
      : undefined);
  if (guilty !== undefined) {
    // The guilty command explains the earlier deaths.
    const suspects = Object.fromEntries(
      Object.entries(before.suspects).filter(([name, { separate }]) => separate && name !== guilty)
        .map(([name]): [string, Suspicion] => [name, { deaths: 0, separate: true }]),
    );
    const reason = guilty === AGENT ? evaluated : marks[guilty] === "continued" ? continued : alone;
    return {
      state: { quarantined: { ...before.quarantined, [guilty]: reason }, suspects },
      suspects: [guilty],
      progress: true,
    };
  }
  // The agent defines the names. A plain object would confuse some of them with its inherited
  // members.
  const known = new Map(Object.entries(before.suspects));
  const of = (command: string): Suspicion => known.get(command) ?? { deaths: 0 };
  const passed = (command: string) => of(command).deaths > 0;
  const all = active.length === 0 || active.every(passed);
  const loaded = having("loaded");
  const suspected = [
    ...active,
    ...loaded.filter((command) => all || of(command).present || passed(command)),
  ];
  const suspects = new Map(known);
  for (const command of loaded) suspects.set(command, { ...of(command), present: true });
  for (const command of suspected) {
    const { present: _, ...rest } = of(command);
    const trial = running.includes(marks[command]!) ? "run" : "linger";
    suspects.set(command, { ...rest, deaths: rest.deaths + 1, trial });
  }
  return {
    state: { quarantined: before.quarantined, suspects: Object.fromEntries(suspects) },
    suspects: suspected,
    progress: suspected.some((command) => !needsNewWorker(of(command))),
  };
}

function findGuilty(
  before: QuarantineState,
  marks: Readonly<Record<string, Mark>>,
  [trial]: readonly string[],
  continued: readonly string[],
): string | undefined {
  if (trial !== undefined) return isAlone(trial, marks, before) ? trial : undefined;
  return continued.length === 1 ? continued[0] : undefined;
}

// Returns whether a command has been a suspect of several deaths, and each other command of fewer.
function isOftenest(
  command: string,
  marks: Readonly<Record<string, Mark>>,
  { suspects }: QuarantineState,
): boolean {
  const known = new Map(Object.entries(suspects));
  const deaths = (name: string) => known.get(name)?.deaths ?? 0;
  return needsNewWorker({ deaths: deaths(command) }) &&
    Object.keys(marks).every((name) => name === command || deaths(name) < deaths(command));
}

function isAlone(
  command: string,
  marks: Readonly<Record<string, Mark>>,
  { suspects }: QuarantineState,
): boolean {
  const others = Object.keys(marks).filter((name) => name !== command);
  if (others.length === 0) return true;
  const { deaths } = new Map(Object.entries(suspects)).get(command) ?? { deaths: 0 };
  return deaths >= MAX_UNCLEAR_DEATHS && others.every((name) => name === AGENT);
}
