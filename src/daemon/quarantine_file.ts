/** What a daemon leaves to the one that takes its place, where no launcher stays beside it. */
export interface QuarantineFile {
  /** The commands that are not to be run, and why; what ran when the last daemon died among them. */
  readonly quarantined: Record<string, string>;
  /** Writes down who is in quarantine, and who has been running for more than a moment. */
  write(quarantined: Record<string, string>, suspects: readonly string[]): void;
  /** Forgets everything: the daemon ends as it was asked to. */
  clear(): void;
}

interface Content {
  quarantined: Record<string, string>;
  suspects: string[];
}

/**
 * Opens the file.
 *
 * @param path where it is, or is to be
 * @returns what the last daemon left, and the way to leave something
 */
export function openQuarantineFile(path: string): QuarantineFile {
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
    // None yet, or one that was cut short.
    return { quarantined: {}, suspects: [] };
  }
}
