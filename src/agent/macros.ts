import { splitWords } from "../check/split_words.ts";
import type { Report } from "./diagnostic.ts";
import { show } from "./read.ts";

/** Maximum number of arguments that NRPE passes to a command. */
export const MAX_MACRO_ARGUMENTS = 16;

/**
 * Replaces `$ARG1$` to `$ARG16$` like NRPE does (`process_macros`): the text between two dollar
 * signs is a macro, `$$` is one dollar sign, a missing argument is an empty string, and any other
 * macro stays unchanged. Replacements are not expanded again. An unclosed last macro stays
 * unchanged, too; NRPE appends a dollar sign to it, which `closeLast` enables.
 *
 * @param template the text with macros
 * @param args the arguments; the first is `$ARG1$`
 * @param closeLast whether to append a dollar sign to an unclosed last macro
 * @returns the text
 */
export function expandMacros(template: string, args: readonly string[], closeLast = false): string {
  const pieces = template.split("$");
  const unclosed = pieces.length % 2 === 0;
  return pieces.map((piece, index) => {
    if (index % 2 === 0) return piece;
    if (unclosed && index === pieces.length - 1) return closeLast ? `$${piece}$` : `$${piece}`;
    if (piece === "") return "$";
    if (!piece.startsWith("ARG")) return `$${piece}$`;
    const number = argumentNumber(piece);
    return number === undefined ? "" : args[number - 1] ?? "";
  }).join("");
}

/** Returns the number in a macro such as `ARG1`; undefined if no argument has this number. */
function argumentNumber(macro: string): number | undefined {
  // Like atoi(): reads leading blanks and digits, and ignores the rest.
  const number = Number(/^\s*(\d+)/.exec(macro.slice("ARG".length))?.[1] ?? 0);
  return number >= 1 && number <= MAX_MACRO_ARGUMENTS ? number : undefined;
}

/**
 * Warns of words with a macro that is always empty: it names no argument, or the command does not
 * accept arguments.
 *
 * @param argv the path and arguments of the plugin
 * @param acceptArguments whether the command accepts arguments
 * @param report receives a warning for each word
 */
export function warnOfEmptyMacros(
  argv: readonly string[],
  acceptArguments: boolean,
  report: Report,
): void {
  for (const [index, word] of argv.entries()) {
    const macros = word.split("$").slice(0, -1)
      .filter((piece, at) => at % 2 === 1 && piece.startsWith("ARG"));
    const wrong = macros.find((macro) => argumentNumber(macro) === undefined);
    if (wrong !== undefined) {
      report.at(index).warning(`${show(`$${wrong}$`)} is always empty: expected $ARG1$ to $ARG16$`);
    } else if (macros.length > 0 && !acceptArguments) {
      report.at(index).warning(
        `${
          show(`$${macros[0]}$`)
        } is always empty, because the command does not accept arguments: ` +
          "set acceptArguments: true",
      );
    }
  }
}

/**
 * Builds a plugin's words from its template and the arguments from the wire. A word that is exactly
 * `$ARGn$` is split into words like in a shell: quotes work, but nothing is expanded. In any other
 * word, an argument stays inside the word.
 *
 * @param argv the template
 * @param args the arguments
 * @param split whether words that are exactly `$ARGn$` are split
 * @param unsplit indexes of words in the template that are not split in any case
 * @returns the words
 * @throws {SyntaxError} if an argument that is split contains an unclosed quote
 */
export function expandArgv(
  argv: readonly string[],
  args: readonly string[],
  split = true,
  unsplit: readonly number[] = [],
): string[] {
  return argv.flatMap((word, index) => {
    const value = expandMacros(word, args);
    return split && !unsplit.includes(index) && /^\$ARG\d+\$$/.test(word)
      ? splitWords(value)
      : [value];
  });
}
