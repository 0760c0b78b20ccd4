import { ProtocolError } from "./protocol_error.ts";

/** The parsed text of a query packet. */
export interface Query {
  /** Name of the command; blanks are kept. */
  command: string;
  /** The arguments. The macros of a plugin use the first 16 of them. */
  args: string[];
}

/** Maximum number of arguments that the nrpe daemon passes on. It silently drops the others. */
export const MAX_ARGUMENTS = 16;

/** The command that an NRPE server answers with its version. Clients send it by default. */
export const VERSION_COMMAND = "_NRPE_CHECK";

/**
 * By default, NRPE refuses a query that contains one of these characters. Other characters with a
 * meaning for `/bin/sh` are allowed: `$`, `"`, `*`, `?`, `~`, `#` and blanks.
 */
export const NASTY_METACHARS = "|`&><'\\[]{};\r\n";

/**
 * Splits the text of a query at each `!`, as NRPE does with `strtok`. Several `!` in a row count as
 * one, and `!` at the start or end is ignored: `!a!!b` is the command `a` with the argument `b`.
 * Therefore an argument cannot be empty. Unlike nrpe, all arguments are kept: each word of a check's
 * arguments may be one, and without the last ones the check would run without a threshold. Nothing
 * else is trimmed or unquoted.
 *
 * @param text the decoded text of a query packet
 * @returns the command and its arguments
 * @throws {ProtocolError} `"empty"` if the text is empty or contains only `!`
 */
export function parseQuery(text: string): Query {
  const [command, ...args] = text.split("!").filter((word) => word !== "");
  if (command === undefined) {
    throw new ProtocolError("empty", "Cannot parse query: expected the name of a command");
  }
  return { command, args };
}

/**
 * Writes the text of a query. It refuses words that NRPE cannot transmit; `check_nrpe` silently
 * sends other words.
 *
 * @param query the command and its arguments
 * @returns the text for a query packet
 * @throws {RangeError} if the command or an argument is empty or contains `!` or NUL, or if there are
 * more than 16 arguments
 */
export function formatQuery(query: Query): string {
  if (query.args.length > MAX_ARGUMENTS) {
    throw new RangeError(
      `Cannot format query: NRPE transmits at most ${MAX_ARGUMENTS} arguments, ` +
        `got ${query.args.length}`,
    );
  }
  const words = [query.command, ...query.args];
  for (const [index, word] of words.entries()) {
    const reason = reasonAgainst(word);
    if (reason === undefined) continue;
    const where = index === 0 ? "command" : `argument ${index}`;
    throw new RangeError(`Cannot format query: ${where} ${JSON.stringify(word)} ${reason}`);
  }
  return words.join("!");
}

/** The reason why NRPE cannot transmit a word; undefined if it can. */
function reasonAgainst(word: string): string | undefined {
  if (word === "") return "is empty, which NRPE cannot transmit";
  if (word.includes("!")) return 'contains "!", which separates words in NRPE';
  if (word.includes("\0")) return "contains a NUL, which ends the query in NRPE";
  return undefined;
}

/**
 * Finds a character for which NRPE refuses a query.
 *
 * @param text the text of the query, with the name of the command
 * @param metachars the refused characters, as in the directive `nasty_metachars`
 * @returns the first refused character in the text; undefined if the text contains none of them
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
