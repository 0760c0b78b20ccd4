import { readLimited } from "./read_limited.ts";
import { NO_QUARANTINE, type QuarantineState, type Suspicion } from "../runner/quarantine.ts";

/** The version of the format. A file of a newer version is neither read nor written. */
const version = 1;

/** The file that passes the quarantine from a daemon to the next one after a restart. */
export interface QuarantineFile {
  /** The contents that the last daemon left. */
  readonly state: QuarantineState;
  /**
   * Set if the file has the format of a newer version of Checkwright. Such a file is not changed.
   */
  readonly newer?: string;
  /** Replaces the contents. */
  write(state: QuarantineState): void;
}

/**
 * Opens the file.
 *
 * @param path the path of the file, which may not exist yet
 * @returns the contents, and a function to replace them
 */
export function openQuarantineFile(path: string): QuarantineFile {
  const left = read(path);
  if (typeof left.version === "number" && left.version > version) {
    return { state: NO_QUARANTINE, newer: `${path} has format ${left.version}`, write: () => {} };
  }
  let written: string | undefined;
  return {
    state: { quarantined: readReasons(left.quarantined), suspects: readSuspects(left.suspects) },
    write(state) {
      const text = JSON.stringify({ version, ...state });
      if (text === written) return;
      // A full disk must not end the daemon. It keeps serving, but the next daemon starts without a
      // quarantine.
      try {
        Deno.writeTextFileSync(path, text, { mode: 0o600 });
        written = text;
      } catch {
        written = undefined;
      }
    },
  };
}

function read(path: string): Record<string, unknown> {
  try {
    return entriesOf(JSON.parse(readLimited(path)));
  } catch {
    // The file does not exist yet or is incomplete.
    return {};
  }
}

function readReasons(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(entriesOf(value)).map((
      [name, reason],
    ) => [name, typeof reason === "object" ? "unknown reason" : String(reason)]),
  );
}

function readSuspects(value: unknown): Record<string, Suspicion> {
  const suspects: [string, Suspicion][] = [];
  for (const [name, suspicion] of Object.entries(entriesOf(value))) {
    const { deaths, trial, present, separate } = entriesOf(suspicion);
    if (!Number.isSafeInteger(deaths) || (deaths as number) < 0) continue;
    suspects.push([name, {
      deaths: deaths as number,
      ...((trial === "run" || trial === "linger") && { trial }),
      ...(present === true && { present }),
      ...(separate === true && { separate }),
    }]);
  }
  return Object.fromEntries(suspects);
}

function entriesOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Record<string, unknown>
    : {};
}
