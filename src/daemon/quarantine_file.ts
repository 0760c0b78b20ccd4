import { markPattern } from "../runner/mark.ts";

/** A daemon that served before this one. */
export interface LastDaemon {
  /** Its process. */
  pid: number;
  /** What the processes carry that it started. */
  mark: string;
}

/** What a daemon leaves to the one that takes its place, where no launcher stays beside it. */
export interface QuarantineFile {
  /** The commands that are not to be run, and why; what ran when the last daemon died among them. */
  readonly quarantined: Record<string, string>;
  /** The last daemon, where it did not end as it was asked to: what it had started may run still. */
  readonly before?: LastDaemon;
  /** Writes down who is in quarantine, and who has been running for more than a moment. */
  write(quarantined: Record<string, string>, suspects: readonly string[]): void;
  /** Forgets everything: the daemon ends as it was asked to. */
  clear(): void;
}

interface Content {
  /** Who wrote it; nobody once it has ended as it was asked to. */
  daemon?: LastDaemon;
  quarantined: Record<string, string>;
  suspects: string[];
}

/**
 * Opens the file.
 *
 * @param path where it is, or is to be
 * @param mark what the processes carry that this daemon starts
 * @returns what the last daemon left, and the way to leave something
 */
export function openQuarantineFile(path: string, mark: string): QuarantineFile {
  const left = read(path);
  const died = left.suspects.map((command) => [command, "it ran when the daemon died"] as const);
  let written = JSON.stringify(left);
  const write = (content: Content) => {
    const text = JSON.stringify(content);
    if (text === written) return;
    // A disk that is full must not end the daemon: it serves on, and forgets at its death.
    try {
      Deno.writeTextFileSync(path, text, { mode: 0o600 });
      written = text;
    } catch {
      written = "";
    }
  };
  const quarantined = { ...Object.fromEntries(died), ...left.quarantined };
  const daemon = { pid: Deno.pid, mark };
  write({ daemon, quarantined, suspects: [] });
  return {
    quarantined,
    ...(left.daemon !== undefined && { before: left.daemon }),
    write: (quarantined, suspects) => write({ daemon, quarantined, suspects: [...suspects] }),
    clear: () => write({ quarantined: {}, suspects: [] }),
  };
}

function read(path: string): Content {
  try {
    const { daemon, quarantined, suspects }: Content = JSON.parse(Deno.readTextFileSync(path));
    const reasons = Object.entries(quarantined).map(([name, why]) => [name, String(why)]);
    return {
      ...(isDaemon(daemon) && { daemon }),
      quarantined: Object.fromEntries(reasons),
      suspects: suspects.map(String),
    };
  } catch {
    // None yet, or one that was cut short.
    return { quarantined: {}, suspects: [] };
  }
}

function isDaemon(value: LastDaemon | undefined): value is LastDaemon {
  return Number.isInteger(value?.pid) && new RegExp(`^${markPattern}$`).test(String(value?.mark));
}
