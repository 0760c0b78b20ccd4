import { readNumber } from "./number.ts";
import type { Perfdata } from "./perfdata.ts";
import { parseRange, type Range } from "./range.ts";
import { quoteText } from "./text.ts";

/** A quoted label and its equals sign. A quote inside single quotes is written twice. */
const QUOTED_LABEL = /(?:'([^']*(?:''[^']*)*)'|"([^"]*)")=/y;

/**
 * A number and its unit. A unit holds no digits, semicolons or quotes (guidelines), and none of the
 * signs that numbers and ranges are made of, so that `1.2.3`, `10:20`, `0x1f` and `2024-01-31` are
 * not taken for a number with an odd unit. A comma between digits is the decimal sign of plugins
 * that run under a European locale.
 */
const VALUE = /^([+-]?(?:\d+(?:\.\d*|,\d+)?|\.\d+)(?:[eE][+-]?\d+)?)([^\d\s\0;'"=.,:+~@|-]*)$/;

/** An unknown value; of its unit, which says nothing about it, only what is no letter is told apart. */
const UNKNOWN_VALUE = /^U(?:[^A-Za-z\d\s;'"=][^\d\s;'"=]*)?$/;

/** value, warning, critical, min, max */
const MOST_FIELDS = 5;

/** The blanks that separate items. U+00A0 and its like belong to labels. */
const BLANK = /[ \t\v\f\r]/;

/** What ends the line, or the text, on its way to the engine, and could not be written again. */
const ENDS_LINE = /[\r\0]/;

/**
 * Reads perfdata, as any plugin writes it: labels bare, in single or in double quotes, numbers with
 * an exponent or a decimal comma, no unit, fewer than five fields or a semicolon too many at the
 * end, several blanks, several lines, and the whole in double quotes. A threshold that is no range,
 * and a minimum or maximum that is no number, is left out, and the value kept.
 *
 * @param text The text after the `|` of plugin output
 * @param skip Called with each part that is not perfdata and with the reason, instead of throwing;
 * the parts that are perfdata are then returned. After a quote that is not closed, the rest of its
 * line is one part
 * @returns The values in their order, thresholds as {@linkcode Range}; what is not set is absent.
 * None for an empty text
 * @throws {SyntaxError} If any part of the text is not perfdata, and there is no `skip`
 *
 * @example
 * ```ts
 * import { parsePerfdata } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parsePerfdata("'/ used'=1.5GB;~:2;;0 users=3"), [
 *   {
 *     label: "/ used",
 *     value: 1.5,
 *     uom: "GB",
 *     warning: { start: -Infinity, end: 2, inside: false },
 *     min: 0,
 *   },
 *   { label: "users", value: 3 },
 * ]);
 * ```
 */
export function parsePerfdata(
  text: string,
  skip: (part: string, reason: string) => void = refuse,
): Perfdata[] {
  const perfdata: Perfdata[] = [];
  for (const line of unwrap(text).split("\n")) readLine(line, perfdata, skip);
  return perfdata;
}

function refuse(part: string, reason: string): never {
  throw new SyntaxError(`Cannot parse perfdata ${quoteText(part)}: ${reason}`);
}

/** The text inside the double quotes that some plugins put around all of their perfdata. */
function unwrap(text: string): string {
  if (!text.includes('"')) return text;
  const trimmed = text.trim();
  const wrapped = trimmed.length > 1 && trimmed.indexOf('"', 1) === trimmed.length - 1;
  return wrapped && trimmed.startsWith('"') ? trimmed.slice(1, -1) : text;
}

function readLine(
  line: string,
  perfdata: Perfdata[],
  skip: (part: string, reason: string) => void,
): void {
  let at = 0;
  while (at < line.length) {
    if (BLANK.test(line[at]!)) {
      at++;
      continue;
    }
    QUOTED_LABEL.lastIndex = at;
    const quoted = QUOTED_LABEL.exec(line);
    const equals = quoted ? QUOTED_LABEL.lastIndex - 1 : line.indexOf("=", at);
    if (!quoted && (line[at] === "'" || line[at] === '"')) {
      return skip(line.slice(at), "the quote of its label is not closed");
    }
    if (equals < 0) return skip(line.slice(at), "it has no value");
    const label = quoted
      ? quoted[1]?.replaceAll("''", "'") ?? quoted[2] ?? ""
      : line.slice(at, equals);
    let end = equals + 1;
    while (end < line.length && !BLANK.test(line[end]!)) end++;
    const item = labelFault(label, quoted !== null) ?? readItem(label, line.slice(equals + 1, end));
    if (typeof item === "string") skip(line.slice(at, end), item);
    else perfdata.push(item);
    at = end;
  }
}

function labelFault(label: string, quoted: boolean): string | undefined {
  if (label === "") return "it has no label";
  if (!quoted && BLANK.test(label)) return "a label that holds a blank must be quoted";
  if (ENDS_LINE.test(label)) return "its label holds a line break or NUL";
  return undefined;
}

/** Reads what follows the equals sign; returns the reason where it is no perfdata. */
function readItem(label: string, text: string): Perfdata | string {
  const fields = text.split(";");
  const [value = "", warning = "", critical = "", min = "", max = ""] = fields;
  if (value === "") return "it has no value";
  if (fields.length > MOST_FIELDS) return "it has more than five fields";
  const item: Perfdata = { label, value: "U" };
  if (!UNKNOWN_VALUE.test(value)) {
    const match = VALUE.exec(value);
    const number = readNumber(match?.[1]?.replace(",", ".") ?? "");
    if (number === undefined) return `${quoteText(value)} is not a number with a unit`;
    item.value = number;
    if (match?.[2]) item.uom = match[2];
  }
  const warningRange = readThreshold(warning, item.uom);
  const criticalRange = readThreshold(critical, item.uom);
  const least = readLimit(min, item.uom);
  const most = readLimit(max, item.uom);
  if (warningRange !== undefined) item.warning = warningRange;
  if (criticalRange !== undefined) item.critical = criticalRange;
  if (least !== undefined) item.min = least;
  if (most !== undefined) item.max = most;
  return item;
}

function readThreshold(text: string, uom: string | undefined): Range | undefined {
  if (text === "") return undefined;
  for (const form of forms(text, uom)) {
    try {
      return parseRange(form);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return undefined;
}

function readLimit(text: string, uom: string | undefined): number | undefined {
  if (text === "") return undefined;
  for (const form of forms(text, uom)) {
    const number = readNumber(form);
    if (number !== undefined) return number;
  }
  return undefined;
}

/** The text as it is, then with decimal points for commas, then without the unit of the value. */
function* forms(text: string, uom: string | undefined): Generator<string> {
  yield text;
  const pointed = text.replace(/(\d),(?=\d)/g, "$1.");
  if (pointed !== text) yield pointed;
  if (uom !== undefined) yield pointed.replaceAll(uom, "");
}
