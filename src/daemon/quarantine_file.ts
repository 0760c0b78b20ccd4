/** The file that passes the quarantine from a daemon to the next one after a restart. */
export interface QuarantineFile {
  /** The quarantined commands with reasons, including those that ran when the last daemon died. */
  readonly quarantined: Record<string, string>;
  /** Records the quarantined commands and those that have been running for more than a moment. */
  write(quarantined: Record<string, string>, suspects: readonly string[]): void;
  /** Clears the file: the daemon stops normally. */
  clear(): void;
}

interface Content {
  quarantined: Record<string, string>;
  suspects: string[];
}

/**
 * Opens the file.
 *
 * @param path the path of the file, which may not exist yet
 * @returns the quarantine of the last daemon, and functions to update the file
 */
export function openQuarantineFile(path: string): QuarantineFile {
  const left = read(path);
  const died = left.suspects.map((command) => [command, "it ran when the daemon died"] as const);
  let written = JSON.stringify(left);
  const write = (content: Content) => {
    const text = JSON.stringify(content);
    if (text === written) return;
    // A full disk must not end the daemon: it keeps serving, and the next one gets no quarantine.
    try {
      Deno.writeTextFileSync(path, text, { mode: 0o600 });
      written = text;
    } catch {
      written = "";
    }
  };
  const quarantined = { ...Object.fromEntries(died), ...left.quarantined };
  write({ quarantined, suspects: [] });
  return {
    quarantined,
    write: (quarantined, suspects) => write({ quarantined, suspects: [...suspects] }),
    clear: () => write({ quarantined: {}, suspects: [] }),
  };
}

function read(path: string): Content {
  try {
    const { quarantined, suspects }: Content = JSON.parse(Deno.readTextFileSync(path));
    const reasons = Object.entries(quarantined).map(([name, why]) => [name, String(why)]);
    return {
      quarantined: Object.fromEntries(reasons),
      suspects: suspects.map(String),
    };
  } catch {
    // The file does not exist yet or is incomplete.
    return { quarantined: {}, suspects: [] };
  }
}
