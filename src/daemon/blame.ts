import { NO_QUARANTINE, type QuarantineState } from "../runner/quarantine.ts";
import { AGENT, type WriteMark } from "../runner/run_record.ts";
import { judgeDeath, type Judgement } from "./judge_death.ts";
import { openQuarantineFile } from "./quarantine_file.ts";
import { openRunRecordFile } from "./run_record_file.ts";

/** Files of the state directory that survive the death of a daemon. */
export const BLAME_FILES = { quarantine: "quarantine.json", running: "running.txt" } as const;

/** Data about commands that ended or blocked the daemon. It survives the daemon's process. */
export interface Blame {
  /** The contents of the quarantine at the start of this process. */
  readonly state: QuarantineState;
  /**
   * The judgement of the last process; undefined if that process did not die, or if no command ran
   * in a worker.
   */
  readonly death?: Judgement;
  /**
   * Set if a file has the format of a newer version of Checkwright. The daemon does not change such
   * a file.
   */
  readonly newer?: string;
  /** Set if the running commands cannot be recorded: the reason. */
  readonly unwritable?: string;
  /** Records the quarantine. */
  update(state: QuarantineState): void;
  /** Records the running commands. */
  readonly write: WriteMark;
  /**
   * Ends the record of this process. Call it before another daemon starts while this daemon still
   * answers queries.
   */
  restart(): void;
  /** Ends the record and clears the quarantine. Call it when the daemon stops normally. */
  stop(): void;
}

/**
 * Opens the files, and judges the death of the last daemon.
 *
 * @param folder the state directory
 * @returns the data
 */
export function openBlame(folder: string): Blame {
  const kept = openQuarantineFile(`${folder}/${BLAME_FILES.quarantine}`);
  const record = openRunRecordFile(`${folder}/${BLAME_FILES.running}`);
  const death = judgeDeath(kept.state, record.left);
  const state = death?.state ?? kept.state;
  kept.write(state);
  let ended = false;
  const restart = () => {
    ended = true;
    record.close();
  };
  return {
    state,
    ...(death !== undefined && { death }),
    ...(kept.newer !== undefined && { newer: kept.newer }),
    ...(record.unwritable !== undefined && { unwritable: record.unwritable }),
    update: (state) => ended || kept.write(state),
    write: record.write,
    restart,
    stop() {
      restart();
      kept.write(NO_QUARANTINE);
    },
  };
}

/**
 * Returns names of commands for a log or a report.
 *
 * @param commands the names; the empty name of the agent's module is shown as `(agent)`
 * @returns the list
 */
export function showCommands(commands: Iterable<string>): string {
  return [...commands].map((name) => name === AGENT ? "(agent)" : name).join(", ");
}
