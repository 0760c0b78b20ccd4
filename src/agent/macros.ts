import { splitWords } from "../check/split_words.ts";

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
    // Like atoi(): reads leading blanks and digits, and ignores the rest.
    const [, digits] = /^\s*(\d+)/.exec(piece.slice(3)) ?? [];
    const number = Number(digits ?? 0);
    return number >= 1 && number <= MAX_MACRO_ARGUMENTS ? args[number - 1] ?? "" : "";
  }).join("");
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

/** Returns whether any word contains an argument macro. */
export function takesArguments(argv: readonly string[]): boolean {
  return argv.some((word) => /\$ARG[^$]*\$/.test(word));
}
