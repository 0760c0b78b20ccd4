import { ProtocolError } from "./protocol_error.ts";

/** What a client asks for: the text of a query packet, taken apart. */
export interface Query {
  /** Name of the command, blanks and all. */
  command: string;
  /** What the plugin's `$ARG1$` to `$ARG16$` become. */
  args: string[];
}

/** Arguments that NRPE passes on; it drops any more without a word. */
export const MAX_ARGUMENTS = 16;

/** The command that every NRPE server answers with its version, and clients ask by default. */
export const VERSION_COMMAND = "_NRPE_CHECK";

/**
 * The characters for which NRPE refuses a query by default, wherever in it they are. They are not
 * all that `/bin/sh` acts upon: `$`, `"`, `*`, `?`, `~`, `#` and blanks pass.
 */
export const NASTY_METACHARS = "|`&><'\\[]{};\r\n";

/**
 * Takes a query text apart as NRPE's `strtok` on `!` does: runs of `!` count as one, those at
 * either end vanish (`!a!!b` is the command `a` with the argument `b`), and an argument cannot be
 * empty. Of more than 16 arguments the first 16 remain. Nothing else is trimmed or unquoted.
 *
 * @param text the text of a query packet, decoded
 * @returns command and arguments
 * @throws {ProtocolError} `"empty"` if there is nothing but `!`
 */
export function parseQuery(text: string): Query {
  const [command, ...args] = text.split("!").filter((word) => word !== "");
  if (command === undefined) {
    throw new ProtocolError("empty", "Cannot parse query: expected the name of a command");
  }
  return { command, args: args.slice(0, MAX_ARGUMENTS) };
}

/**
 * Writes a query text. What NRPE's text cannot carry is refused, where `check_nrpe` sends something
 * else without a word.
 *
 * @param query command and arguments
 * @returns the text for a query packet
 * @throws {RangeError} if command or an argument is empty or holds `!` or NUL, or there are more
 * than 16 arguments
 */
export function formatQuery(query: Query): string {
  if (query.args.length > MAX_ARGUMENTS) {
    throw new RangeError(
      `Cannot format query: NRPE carries at most ${MAX_ARGUMENTS} arguments, ` +
        `got ${query.args.length}`,
    );
  }
  const words = [query.command, ...query.args];
  for (const [index, word] of words.entries()) {
    const problem = whyNot(word);
    if (problem === undefined) continue;
    const where = index === 0 ? "command" : `argument ${index}`;
    throw new RangeError(`Cannot format query: ${where} ${JSON.stringify(word)} ${problem}`);
  }
  return words.join("!");
}

function whyNot(word: string): string | undefined {
  if (word === "") return "is empty, which NRPE cannot carry";
  if (word.includes("!")) return 'holds "!", which NRPE takes for the end of a word';
  if (word.includes("\0")) return "holds a NUL, which NRPE takes for the end of the query";
  return undefined;
}

/**
 * Finds what makes NRPE refuse a query text, command name included.
 *
 * @param text the whole text
 * @param metachars the characters to look for, as in the directive `nasty_metachars`
 * @returns the first of them in the text; undefined if there is none
 */
export function findMetachar(
  text: string,
  metachars: string = NASTY_METACHARS,
): string | undefined {
  const nasty = new Set(metachars);
  for (const character of text) {
    if (nasty.has(character)) return character;
  }
  return undefined;
}
