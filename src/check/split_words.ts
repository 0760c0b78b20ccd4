import { quoteText } from "../nagios/text.ts";

/**
 * Splits text into words at whitespace, with the quotes and backslashes of a shell. Nothing is
 * expanded: no variables, globs or substitutions.
 *
 * @param text the text
 * @returns its words
 * @throws {SyntaxError} if a quote is not closed
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quote !== "") {
      if (character === quote) quote = "";
      else if (character === "\\" && quote === '"' && /["\\$`]/.test(text[at + 1] ?? "")) {
        word += text[++at]!;
      } else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= "";
    } else if (character === "\\" && at + 1 < text.length) {
      word = (word ?? "") + text[++at]!;
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== "") {
    throw new SyntaxError(
      `Cannot split ${quoteText(text)} into words: quote ${quote} is not closed`,
    );
  }
  if (word !== undefined) words.push(word);
  return words;
}
