import type { Report } from "./diagnostic.ts";
import { show } from "./read.ts";

/** Words that have a meaning for a shell only: operators, redirections, `~/x`, `$NAME`, `$(…)`. */
const shellOnly: readonly RegExp[] = [
  /^(?:\||\|\||\|&|&|&&|;|;;)$/,
  /^(?:\d*|&)(?:>|>>|<|<<|<<<|<>|>\|)(?:&\d|&-|[/~.]\S*)?$/,
  /^~[\w.-]*\//,
  /^\$(?:[a-z_]\w*|\{\w+\})/i,
  /\$\(|^`.*`$/,
];

/** A whole word in quotes: a list of words needs no quotes, so that they are a part of the word. */
const quoted = /^(["']).+\1$/;

/**
 * Warns of words that were probably copied from a shell line. A plugin does not run in a shell, so
 * that it receives them unchanged.
 *
 * @param argv the path and arguments of the plugin
 * @param report receives a warning for each word
 */
export function warnOfShellWords(argv: readonly string[], report: Report): void {
  for (const [index, word] of argv.entries()) {
    const warning = index === 0 ? undefined : whyShell(word);
    if (warning !== undefined) report.at(index).warning(warning);
  }
}

function whyShell(word: string): string | undefined {
  if (quoted.test(word)) {
    const bare = word.slice(1, -1);
    const instead = bare.includes("$ARG")
      ? `expected plugin.word(${show(bare)}), or { word: ${show(bare)} } in a settings file`
      : `expected ${show(bare)}`;
    return `The plugin receives ${show(word)} with its quotes: ${instead}`;
  }
  const looksLikeShell = !/^\$ARG[^$]*\$/.test(word) && shellOnly.some((form) => form.test(word));
  if (!looksLikeShell) return undefined;
  return `The plugin receives ${show(word)} unchanged, because it does not run in a shell: ` +
    "use shell() for a line with pipes, redirections or variables";
}
