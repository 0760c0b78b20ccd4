import type { Line, LineOption } from "./usage.ts";

/** What a shell is told of a subcommand. */
export interface CompletedSubcommand {
  /** Its name; two words where the first does several things. */
  name: string;
  /** What it does, in one line. */
  summary: string;
  /** What can be said on its line. */
  line: Line;
  /** What its first word is one of, where those are subcommands of their own. */
  verbs: readonly CompletedSubcommand[];
}

/** Subcommands and all that are below them. */
export function flatten(all: readonly CompletedSubcommand[]): CompletedSubcommand[] {
  return all.flatMap((subcommand) => [subcommand, ...flatten(subcommand.verbs)]);
}

/** An option by its name. */
export type NamedOption = [name: string, option: LineOption];

/** The options of a line, `--help` among them. */
export function allOptions({ options }: Line): NamedOption[] {
  const help: LineOption = { short: "h", meaning: "print how it is used" };
  return Object.entries({ ...options, help: options.help ?? help });
}

/** Each way to write an option, hyphens included. */
export function spellings([name, { short }]: NamedOption): string[] {
  return [...(short === undefined ? [] : [`-${short}`]), `--${name}`];
}

/** Whether the agent may stand before the other words; only its ending tells whether it does. */
export function mayBeginWithAgent({ words }: Line): boolean {
  return words[0]?.name === "AGENT" && words[0].optional === true && words.length > 1;
}
