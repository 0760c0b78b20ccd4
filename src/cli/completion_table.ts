import type { Line, NamedOption } from "./usage.ts";

/** A subcommand as the completion scripts need it. */
export interface CompletedSubcommand {
  /** The name of the subcommand; two words for a verb, such as `cert show`. */
  name: string;
  /** The summary of the subcommand, in one line. */
  summary: string;
  /** The options and positional words of the subcommand. */
  line: Line;
  /** The verbs of the subcommand, if its first word is a verb. */
  verbs: readonly CompletedSubcommand[];
}

/** Returns subcommands and their verbs as one list. */
export function flatten(all: readonly CompletedSubcommand[]): CompletedSubcommand[] {
  return all.flatMap((subcommand) => [subcommand, ...flatten(subcommand.verbs)]);
}

/** Returns each spelling of an option, with its hyphens. */
export function spellings([name, { short }]: NamedOption): string[] {
  return [...(short === undefined ? [] : [`-${short}`]), `--${name}`];
}

/**
 * Returns whether an optional agent may precede other words. Only its file extension identifies it.
 */
export function mayBeginWithAgent({ words }: Line): boolean {
  return words[0]?.name === "AGENT" && words[0].optional === true && words.length > 1;
}
