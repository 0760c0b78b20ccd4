import { parseWords } from "./command_line.ts";
import { formatHelp, type Line, type LineOptions, type LineWord } from "./usage.ts";
import type { Subcommand, Subcommands } from "./usage.ts";

/** What was given for each option. */
export type GivenOptions<Options extends LineOptions> = {
  [Name in keyof Options]: Options[Name] extends { value: string }
    ? Options[Name] extends { repeat: true } ? string[]
    : Options[Name] extends { required: true } ? string
    : string | undefined
    : boolean;
};

/** A subcommand as it is written down. */
export interface SubcommandDefinition<Options extends LineOptions> {
  /** Its name. */
  name: string;
  /** What it does, in one line. */
  summary: string;
  /** Its positional words; none where left out. */
  words?: readonly LineWord[];
  /** Its options by name; none where left out. */
  options?: Options;
  /** Whether what follows the first positional word is left as it is, hyphens included. */
  stopEarly?: boolean;
  /** Those that its first word is one of, for the shells' completion. */
  verbs?: Subcommands;
  /**
   * Runs it.
   *
   * @param words the positional words, as many as there may be
   * @param options what was given for each option: a value, a list of them where it repeats, or
   * whether it is there where it has no value
   * @returns the exit code
   */
  run(words: string[], options: GivenOptions<Options>): Promise<number> | number;
}

/**
 * Makes a subcommand of one table, which its help, its parsing and the shells' completion are
 * derived from.
 *
 * @param definition the table, and what to run
 * @returns the subcommand
 */
export function defineSubcommand<const Options extends LineOptions = Record<never, never>>(
  definition: SubcommandDefinition<Options>,
): Subcommand {
  const { name, summary, words = [], options = {}, stopEarly = false, verbs, run } = definition;
  const line: Line = { words, options, stopEarly };
  const subcommand: Subcommand = {
    summary,
    line,
    ...(verbs && { verbs }),
    async run(args) {
      const given = parseWords(args, line);
      if (given === "help") {
        console.log(formatHelp(name, subcommand));
        return 0;
      }
      return await run(given.words, given.options as GivenOptions<Options>);
    },
  };
  return subcommand;
}
