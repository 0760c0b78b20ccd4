import { readNumber } from "./number.ts";
import type { Perfdata } from "./perfdata.ts";
import { parseRange, type Range } from "./range.ts";
import { quoteText } from "./text.ts";

/** A quoted label and its equals sign. Inside single quotes, a single quote is written twice. */
const QUOTED_LABEL = /(?:'([^']*(?:''[^']*)*)'|"([^"]*)")=/y;

/**
 * A number and its unit. A unit contains no digits, semicolons or quotes (guidelines). Characters
 * of numbers and ranges are excluded, too, so that `1.2.3`, `10:20`, `0x1f` and `2024-01-31` are
 * not parsed as a number with an odd unit. A comma between digits is a decimal comma: plugins write
 * it under a European locale.
 */
const VALUE = /^([+-]?(?:\d+(?:\.\d*|,\d+)?|\.\d+)(?:[eE][+-]?\d+)?)([^\d\s\0;'"=.,:+~@|-]*)$/;

/** An unknown value, `U`, and an optional unit. The unit must not start with a letter. */
const UNKNOWN_VALUE = /^U(?:[^A-Za-z\d\s;'"=][^\d\s;'"=]*)?$/;

/** value, warning, critical, min, max */
const MOST_FIELDS = 5;

/** The blanks that separate items. U+00A0 and similar characters are part of a label. */
const BLANK = /[ \t\v\f\r]/;

/** Characters that end the line or the text before it reaches the engine; not allowed in labels. */
const ENDS_LINE = /[\r\0]/;

/**
 * Reads performance data (perfdata) from text.
 *
 * It reads the forms that plugins write in practice: labels without quotes, in single or in double
 * quotes; numbers with an exponent or a decimal comma; values without a unit; fewer than five
 * fields, or one semicolon too many at the end; several blanks; several lines; double quotes around
 * all of it. A malformed threshold, minimum or maximum is omitted, and its value is kept.
 *
 * @param text the text after the `|` of plugin output
 * @param skip called with each malformed part and the reason. If it is passed, nothing is thrown and
 * the other parts are returned. After a quote that is not closed, the rest of the line is one part
 * @returns the values in their order, with thresholds as {@linkcode Range}. Fields that are not set
 * are absent. An empty text has no values
 * @throws {SyntaxError} if a part of the text is malformed and `skip` is not passed
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

/** Removes the double quotes that some plugins put around all of their perfdata. */
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
      return skip(line.slice(at), "the quote of the label is not closed");
    }
    if (equals < 0) return skip(line.slice(at), "it has no value");
    const label = quoted
      ? quoted[1]?.replaceAll("''", "'") ?? quoted[2] ?? ""
      : line.slice(at, equals);
    let end = equals + 1;
    while (end < line.length && !BLANK.test(line[end]!)) end++;
    const item = labelError(label, quoted !== null) ?? readItem(label, line.slice(equals + 1, end));
    if (typeof item === "string") skip(line.slice(at, end), item);
    else perfdata.push(item);
    at = end;
  }
}

/** The reason why a label is refused; undefined for a valid label. */
function labelError(label: string, quoted: boolean): string | undefined {
  if (label === "") return "it has no label";
  if (!quoted && BLANK.test(label)) return "a label that contains a blank must be quoted";
  if (ENDS_LINE.test(label)) return "the label contains a line break or NUL";
  return undefined;
}

/** Reads the text after the equals sign. Returns the reason as a string if it is malformed. */
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

/** The forms to try: the text unchanged, then with decimal points, then without the value's unit. */
function* forms(text: string, uom: string | undefined): Generator<string> {
  yield text;
  const pointed = text.replace(/(\d),(?=\d)/g, "$1.");
  if (pointed !== text) yield pointed;
  if (uom !== undefined) yield pointed.replaceAll(uom, "");
}
