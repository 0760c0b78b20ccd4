/** What the user typed cannot be run; the message is one clear line. */
export class UsageError extends Error {}

/** A subcommand. */
export interface Subcommand {
  /** What it does, in one line. */
  summary: string;
  /** What stands behind its name. */
  synopsis: string;
  /** Its options, one `[spelling, meaning]` each. */
  options: readonly (readonly [string, string])[];
  /**
   * Runs it.
   *
   * @param args what stands behind its name
   * @returns the exit code
   */
  run(args: string[]): Promise<number>;
}

/** The help of one subcommand. */
export function formatHelp(name: string, { summary, synopsis, options }: Subcommand): string {
  const width = Math.max(0, ...options.map(([spelling]) => spelling.length));
  const lines = options.map(([spelling, meaning]) => `  ${spelling.padEnd(width)}  ${meaning}`);
  return [
    `Usage: checkwright ${name} ${synopsis}`,
    "",
    summary,
    ...(lines.length > 0 ? ["", "Options:", ...lines] : []),
  ].join("\n");
}
