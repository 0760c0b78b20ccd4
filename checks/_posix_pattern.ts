/** POSIX class names (the word in `[:digit:]`), each as the content of a JavaScript class. */
const CLASSES: Readonly<Record<string, string>> = {
  alnum: "A-Za-z0-9",
  alpha: "A-Za-z",
  blank: " \\t",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`{-~",
  space: "\\s",
  upper: "A-Z",
  xdigit: "0-9A-Fa-f",
};

/** Settings for {@linkcode parsePattern}. */
export interface PatternSettings {
  /** Ignore upper and lower case. */
  ignoreCase?: boolean;
  /** The dot matches line breaks; `^` and `$` match only at the start and end of the text. */
  linespan?: boolean;
}

/**
 * Parses a pattern as plugins accept it: a JavaScript pattern with some POSIX syntax. It supports
 * classes such as `[[:space:]]`, and `\<` and `\>`. As with REG_NEWLINE, `^` and `$` match at line
 * breaks, and the dot does not match a line break.
 *
 * @param text the pattern
 * @param settings case and line breaks
 * @returns the pattern; limit the length of the text, because the pattern may backtrack
 * @throws {SyntaxError} if the pattern is malformed
 */
export function parsePattern(text: string, settings: PatternSettings = {}): RegExp {
  const source = text
    .replace(/\[:(\w+):\]/g, (whole, name: string) => CLASSES[name] ?? whole)
    .replace(/\\([\s\S])/g, (whole, character: string) => /[<>]/.test(character) ? "\\b" : whole);
  try {
    return new RegExp(source, `${settings.linespan ? "s" : "m"}${settings.ignoreCase ? "i" : ""}`);
  } catch (error) {
    throw new SyntaxError(`Could not compile regular expression: ${(error as Error).message}`);
  }
}
