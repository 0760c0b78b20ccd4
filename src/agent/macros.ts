import { splitWords } from "../check/split_words.ts";

/** How many arguments NRPE hands to a command. */
export const MAX_MACRO_ARGUMENTS = 16;

/**
 * Replaces `$ARG1$` to `$ARG16$` as NRPE does (`process_macros`): the text between two dollars is a
 * macro, `$$` is one dollar, an argument that was not given is empty, any other macro stays as it
 * is, and what was put in is not looked at again. A last dollar that is not closed stays too; NRPE
 * itself closes it, which `closeLast` asks for.
 *
 * @param template the text with macros
 * @param args the arguments; the first is `$ARG1$`
 * @param closeLast whether a dollar is put behind an unclosed last macro
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
    // atoi: leading blanks and digits count, what follows does not.
    const [, digits] = /^\s*(\d+)/.exec(piece.slice(3)) ?? [];
    const number = Number(digits ?? 0);
    return number >= 1 && number <= MAX_MACRO_ARGUMENTS ? args[number - 1] ?? "" : "";
  }).join("");
}

/**
 * Makes a plugin's words from its template and the arguments from the wire. A word that is exactly
 * `$ARGn$` is split into words as a shell would (quotes honoured, nothing expanded); everywhere else
 * an argument stays inside its word.
 *
 * @param argv the template
 * @param args the arguments
 * @param split whether words that are exactly `$ARGn$` are split
 * @returns the words
 * @throws {SyntaxError} where an argument to be split holds an unclosed quote
 */
export function expandArgv(
  argv: readonly string[],
  args: readonly string[],
  split = true,
): string[] {
  return argv.flatMap((word) => {
    const value = expandMacros(word, args);
    return split && /^\$ARG\d+\$$/.test(word) ? splitWords(value) : [value];
  });
}

/** Whether any word takes an argument. */
export function takesArguments(argv: readonly string[]): boolean {
  return argv.some((word) => /\$ARG[^$]*\$/.test(word));
}
