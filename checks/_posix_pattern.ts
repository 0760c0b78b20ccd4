/** What may stand between `[:` and `:]`, as the inside of a JavaScript class. */
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

/** How a pattern is read. */
export interface PatternSettings {
  /** Upper and lower case are one. */
  ignoreCase?: boolean;
  /** The dot takes line breaks, and `^` and `$` stand for the ends of the text alone. */
  linespan?: boolean;
}

/**
 * Reads a pattern as plugins take it. It is JavaScript's, with what people carry over from POSIX:
 * `[[:space:]]` and its siblings, `\<` and `\>`; and `^`, `$` and the dot know lines (REG_NEWLINE).
 *
 * @param text The pattern
 * @param settings How it is read
 * @returns The pattern; run it on text of bounded length, for it may backtrack
 * @throws {SyntaxError} If it is no pattern
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
