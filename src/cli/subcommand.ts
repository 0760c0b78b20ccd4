import { AgentError } from "../agent/diagnostic.ts";
import { parseWords } from "./command_line.ts";
import { type ExitCodes, formatHelp, type Line, type LineOptions, type LineWord } from "./usage.ts";
import type { Subcommand, Subcommands } from "./usage.ts";

/** Exit codes of most subcommands. */
const defaultExitCodes: ExitCodes = {
  "0": "success",
  "2": "the environment prevents it, for example a file cannot be written",
  "3": "invalid command line or input",
};

/** The value of each option. */
export type GivenOptions<Options extends LineOptions> = {
  [Name in keyof Options]: Options[Name] extends { value: string }
    ? Options[Name] extends { repeat: true } ? string[]
    : Options[Name] extends { required: true } ? string
    : string | undefined
    : boolean;
};

/** The definition of a subcommand. */
export interface SubcommandDefinition<Options extends LineOptions> {
  /** The name of the subcommand. */
  name: string;
  /** The summary of the subcommand: one sentence. */
  summary: string;
  /** The positional words of the subcommand (default: none). */
  words?: readonly LineWord[];
  /** The options of the subcommand by name (default: none). */
  options?: Options;
  /** The exit codes of the subcommand (default: 0, 2 and 3). */
  exitCodes?: ExitCodes;
  /** Whether all words after the first positional word are positional, even with hyphens. */
  stopEarly?: boolean;
  /** The verbs of the subcommand, if its first word is a verb. */
  verbs?: Subcommands;
  /**
   * Runs the subcommand.
   *
   * @param words the positional words
   * @param options for each option its value, a list of values if it may be repeated, or a boolean if
   * it has no value
   * @returns the exit code
   */
  run(words: string[], options: GivenOptions<Options>): Promise<number> | number;
}

/**
 * Defines a subcommand. Its help, its parser, the completion scripts and the command reference are
 * derived from the definition.
 *
 * @param definition the definition
 * @returns the subcommand
 */
export function defineSubcommand<const Options extends LineOptions = Record<never, never>>(
  definition: SubcommandDefinition<Options>,
): Subcommand {
  const { name, summary, words = [], options = {}, stopEarly = false, verbs, run } = definition;
  const { exitCodes = defaultExitCodes } = definition;
  const line: Line = { words, options, stopEarly };
  const subcommand: Subcommand = {
    summary,
    line,
    exitCodes,
    ...(verbs && { verbs }),
    async run(args) {
      const given = parseWords(args, line);
      if (given === "help") {
        console.log(formatHelp(name, subcommand));
        return 0;
      }
      try {
        return await run(given.words, given.options as GivenOptions<Options>);
      } catch (error) {
        if (!(error instanceof AgentError) || !("json" in given.options && given.options.json)) {
          throw error;
        }
        console.log(JSON.stringify({ valid: false, diagnostics: error.diagnostics }, null, 2));
        return 3;
      }
    },
  };
  return subcommand;
}
