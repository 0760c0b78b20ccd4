import { AGENT } from "./run_record.ts";

/**
 * The suspicion that a command ended the daemon or blocked a worker, and the way to watch the
 * command.
 */
export interface Suspicion {
  /** The number of deaths of the daemon that the command may have caused. */
  deaths: number;
  /**
   * Set if the command must run alone at its next query. `"linger"`: after the answer, the worker
   * is watched for a short time, because the command had already answered when the daemon died.
   */
  trial?: "run" | "linger";
  /** Set if its worker was alive at a death for which other commands are the suspects. */
  present?: true;
  /** Set if the command runs in its own sandbox, because it may have blocked a shared one. */
  separate?: true;
}

/**
 * After this number of deaths, a command of a trial counts as alone even if the process is never
 * quiet, or if a sandbox never finishes its start.
 */
export const MAX_UNCLEAR_DEATHS = 4;

/**
 * Returns whether a command runs alone at each query, in a new worker, which is closed after the
 * answer. So it cannot end the daemon later, in a timer. This is for commands that may have caused
 * several deaths.
 *
 * @param suspicion why the command is watched
 */
export function needsNewWorker({ deaths }: Suspicion): boolean {
  return deaths > 1;
}

/** The contents of a quarantine: plain data that survives the process. */
export interface QuarantineState {
  /** The quarantined commands, each with the reason. */
  quarantined: Readonly<Record<string, string>>;
  /** The suspects. */
  suspects: Readonly<Record<string, Suspicion>>;
}

/** A quarantine without commands. */
export const NO_QUARANTINE: QuarantineState = { quarantined: {}, suspects: {} };

/** Commands that are not run, and commands that are watched while they run. */
export interface Quarantine {
  /** Returns the reason why a command is not run; undefined if it is not quarantined. */
  reason(command: string): string | undefined;
  /** Quarantines a command. */
  add(command: string, reason: string): void;
  /** Returns why a command is watched; undefined if it is not watched. */
  suspicion(command: string): Suspicion | undefined;
  /**
   * Ends the trials of a command after it ran alone without ending the daemon. After several deaths,
   * it continues to run alone: otherwise it could pass each first trial and end the daemon later.
   */
  acquit(command: string): void;
  /** Gives each of these commands a sandbox of its own. */
  separate(commands: Iterable<string>): void;
  /** The current contents of the quarantine. */
  readonly state: QuarantineState;
}

/** Events of a quarantine. */
export interface QuarantineEvents {
  /** Called for each command that is quarantined. */
  onAdd?: (command: string, reason: string) => void;
  /** Called for the commands that get a sandbox of their own. */
  onSeparate?: (commands: readonly string[]) => void;
  /** Called after each change. */
  onChange?: (state: QuarantineState) => void;
}

/**
 * Creates a quarantine.
 *
 * @param initial the first contents of the quarantine
 * @param events called when the contents change
 * @returns the quarantine
 */
export function createQuarantine(
  initial: QuarantineState,
  { onAdd, onSeparate, onChange }: QuarantineEvents = {},
): Quarantine {
  const reasons = new Map(Object.entries(initial.quarantined));
  const suspects = new Map(Object.entries(initial.suspects));
  const state = () => ({
    quarantined: Object.fromEntries(reasons),
    suspects: Object.fromEntries(suspects),
  });

  return {
    reason: (command) => reasons.get(command),
    suspicion: (command) => suspects.get(command),
    add(command, reason) {
      if (reasons.has(command)) return;
      reasons.set(command, reason);
      suspects.delete(command);
      onAdd?.(command, reason);
      onChange?.(state());
    },
    acquit(command) {
      const { trial, ...rest }: Suspicion = suspects.get(command) ?? { deaths: 0 };
      if (trial === undefined || (command !== AGENT && needsNewWorker(rest))) return;
      suspects.set(command, rest);
      onChange?.(state());
    },
    separate(commands) {
      const added = [...commands].filter((command) => !suspects.get(command)?.separate);
      if (added.length === 0) return;
      for (const command of added) {
        suspects.set(command, { deaths: 0, ...suspects.get(command), separate: true });
      }
      onSeparate?.(added);
      onChange?.(state());
    },
    get state() {
      return state();
    },
  };
}
