import {
  parseBytesRange,
  parseDurationRange,
  parsePercentRange,
} from "../nagios/quantity_range.ts";
import { formatRange, parseRange, type Range } from "../nagios/range.ts";
import { quoteText } from "../nagios/text.ts";
import { parseBytes, parseDuration, parsePercent } from "../nagios/units.ts";
import { orLess } from "./judge.ts";
import { nearest } from "./nearest.ts";
import type { OptionKind, OptionSpec } from "./option.ts";
import { isPerItem, MAX_ITEMS, OTHERS } from "./per_item.ts";
import { byLabel } from "./per_label.ts";
import { parseSource } from "./vault.ts";

/** Maximum length of a string if its option sets none, in characters. */
const defaultMaxCharacters = 1024;

/** The dot is required between two lists of digits, so that the time grows with the length only. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

function expected(value: unknown, what: string): never {
  throw new SyntaxError(`Invalid value ${show(value)}: expected ${what}`);
}

function show(value: unknown): string {
  if (typeof value === "string") return quoteText(value);
  const plain = value === null || typeof value === "number" || typeof value === "boolean";
  return plain ? String(value) : `of type ${Array.isArray(value) ? "array" : typeof value}`;
}

// Makes a reader of a range in text form, or as a number or an object in the unit of the result.
function rangeOf(
  parse: (text: string) => Range,
  example = "10, 10:, ~:10 or @10:20",
): (value: unknown, spec: OptionSpec) => Range {
  const read = (text: string, { lessIsWorse }: OptionSpec) => {
    if (!lessIsWorse || /[:@]/.test(text)) return parse(text);
    return orLess(parse(text.startsWith("-") ? `~:${text}` : text).end);
  };
  return (value, spec) => {
    if (typeof value === "string" || typeof value === "number") {
      return read(String(value).trim(), spec);
    }
    const { start, end, inside } = (value ?? {}) as Partial<Range>;
    if (typeof start !== "number" || typeof end !== "number" || typeof inside !== "boolean") {
      return expected(value, `a range such as ${example}`);
    }
    if (!(start <= end)) {
      return expected(`${start}:${end}`, "a range whose start is not above its end");
    }
    // The manifest contains the text of the object, which has the same meaning.
    const range = { start, end, inside };
    return parse === parseRange && !spec.lessIsWorse ? range : read(formatRange(range), spec);
  };
}

const range = rangeOf(parseRange);

function ranges(value: unknown, spec: OptionSpec): Range[] {
  const items = typeof value === "string"
    ? atCommas(value)
    : Array.isArray(value)
    ? value
    : [value];
  if (items.length > MAX_ITEMS) return expected(value, `at most ${MAX_ITEMS} ranges`);
  return items.map((item) => range(item, spec));
}

// A comma at the end separates nothing: the plugins accept `5,4,3,`.
function atCommas(text: string): string[] {
  const items = text.split(",");
  return items.length > 1 && items.at(-1)!.trim() === "" ? items.slice(0, -1) : items;
}

function number(value: unknown, { min = -Infinity, max = Infinity }: OptionSpec): number {
  const text = typeof value === "number" || typeof value === "string" ? String(value).trim() : "";
  const parsed = NUMBER.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(parsed)) return expected(value, "a number");
  if (parsed < min || parsed > max) return expected(value, bounds(min, max));
  return parsed;
}

function bounds(min: number, max: number): string {
  if (max === Infinity) return `a number of at least ${min}`;
  if (min === -Infinity) return `a number of at most ${max}`;
  return `a number from ${min} to ${max}`;
}

function integer(value: unknown, spec: OptionSpec): number {
  const parsed = number(value, spec);
  return Number.isSafeInteger(parsed) ? parsed : expected(value, "a whole number");
}

// Makes a reader that also accepts a number in the unit of the result: bytes, seconds or percent.
function quantity(parse: (text: string) => number): (value: unknown) => number {
  return (value) =>
    typeof value === "string" || typeof value === "number"
      ? parse(String(value))
      : expected(value, "a string or a number");
}

function text(value: unknown, spec: OptionSpec): string {
  const { pattern, maxLength = defaultMaxCharacters } = spec;
  if (typeof value !== "string") return expected(value, "a string");
  if (value.length > maxLength) {
    throw new SyntaxError(
      `Invalid value of ${value.length} characters: expected at most ${maxLength}`,
    );
  }
  if (value.includes("\0")) return expected(value, "a string without NUL");
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, "u").test(value)) {
    return expected(value, spec.expected ?? `a string that matches ${pattern}`);
  }
  return value;
}

function oneOf(value: unknown, { values = [] }: OptionSpec): string {
  return values.find((allowed) => allowed === value) ??
    expected(value, `one of ${values.join(", ")}`);
}

const truths: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [true, true],
  [false, false],
  ["true", true],
  ["false", false],
  ["yes", true],
  ["no", false],
  ["on", true],
  ["off", false],
  ["1", true],
  ["0", false],
]);

function flag(value: unknown, spec: OptionSpec): boolean | string {
  const { values = [] } = spec;
  const found = values.find((allowed) => allowed === value);
  // With values, a number is one of them or invalid: it must not be read as yes or no.
  const isNumber = values.length > 0 && typeof value === "string" && /^\d/.test(value);
  return found ?? (isNumber ? undefined : truths.get(value)) ??
    expected(
      value,
      spec.expected ?? (values.length === 0 ? "yes or no" : `one of yes, no, ${values.join(", ")}`),
    );
}

function list(value: unknown, spec: OptionSpec): string[] {
  const items = typeof value !== "string"
    ? value
    : spec.split === false
    ? [value]
    : atCommas(value);
  if (!Array.isArray(items)) return expected(value, "strings separated by commas");
  if (items.length > MAX_ITEMS) return expected(value, `at most ${MAX_ITEMS} strings`);
  return items.map((item) => text(item, spec));
}

const parsers: Record<OptionKind, (value: unknown, spec: OptionSpec) => unknown> = {
  range,
  ranges,
  percentRange: rangeOf(parsePercentRange, "80%, 80%: or 10:20%"),
  bytesRange: rangeOf(parseBytesRange, "10GB, 500MB: or 1G:2G"),
  durationRange: rangeOf(parseDurationRange, "10m, 30m: or 5m:1h"),
  number,
  integer,
  percent: quantity(parsePercent),
  bytes: quantity(parseBytes),
  duration: quantity(parseDuration),
  text,
  oneOf,
  flag,
  list,
  secret: parseSource,
};

/**
 * Reads one value of an option: a typed value or its text form.
 *
 * @param spec the option
 * @param value the value, of any type
 * @returns the typed value
 * @throws {SyntaxError} if the value is invalid; the message contains the expected form
 */
export function parseOption(spec: OptionSpec, value: unknown): unknown {
  if (spec.labels !== undefined) return perLabel(value, spec, spec.labels);
  return spec.per === undefined ? parsers[spec.kind](value, spec) : perItem(value, spec);
}

function perLabel(
  value: unknown,
  spec: OptionSpec,
  labels: readonly string[],
): Record<string, unknown> {
  const given = byLabel(value);
  const all = Object.hasOwn(given, OTHERS) ? given : { ...byLabel(spec.default), ...given };
  for (const label of Object.keys(all)) {
    if (label === OTHERS || labels.includes(label)) continue;
    throw new SyntaxError(
      `Unknown label ${quoteText(label)}: expected one of ${labels.join(", ")}` +
        suggestion(label, labels),
    );
  }
  return Object.fromEntries(
    labels.filter((label) => Object.hasOwn(all, label) || Object.hasOwn(all, OTHERS))
      .map((label) => {
        const name = Object.hasOwn(all, label) ? label : OTHERS;
        return [label, parseOne(name, all[name], spec)];
      }),
  );
}

function parseOne(name: string, value: unknown, spec: OptionSpec): unknown {
  try {
    return parsers[spec.kind](value, spec);
  } catch (error) {
    if (name === OTHERS) throw error;
    throw new SyntaxError(`${quoteText(name)}: ${(error as Error).message}`);
  }
}

function perItem(value: unknown, spec: OptionSpec): Record<string, unknown> {
  const given = isPerItem(value) ? value : { [OTHERS]: value };
  const entries = Object.entries({
    ...(spec.default !== undefined && { [OTHERS]: spec.default }),
    ...given,
  });
  if (entries.length > MAX_ITEMS) return expected(value, `a map with at most ${MAX_ITEMS} keys`);
  return Object.fromEntries(entries.map(([item, one]) => [item, parseOne(item, one, spec)]));
}

/** Typed values of the options of a check, and all errors. */
export interface ParsedOptions {
  /** The valid values, by name: the given ones in their order, then the defaults. */
  values: Record<string, unknown>;
  /** One entry for each invalid, missing or unknown option. */
  errors: { option: string; message: string }[];
}

/**
 * Reads the values of all options of a check, and adds the defaults of omitted options.
 *
 * @param options the check's options by name
 * @param given values by name
 * @returns the typed values and all errors
 */
export function parseOptions(
  options: Readonly<Record<string, OptionSpec>>,
  given: Readonly<Record<string, unknown>>,
): ParsedOptions {
  const values: Record<string, unknown> = {};
  const errors: ParsedOptions["errors"] = [];
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(options, name)) {
      errors.push({ option: name, message: unknownOption(name, options) });
    }
  }
  for (const [name, spec] of Object.entries(options)) {
    const value = (Object.hasOwn(given, name) ? given[name] : undefined) ?? spec.default;
    if (value === undefined) {
      if (spec.required) {
        errors.push({ option: name, message: `Missing required value: ${spec.description}` });
      }
      continue;
    }
    try {
      values[name] = parseOption(spec, value);
    } catch (error) {
      errors.push({ option: name, message: (error as Error).message });
    }
  }
  const order = [...Object.keys(given), ...Object.keys(options)]
    .filter((name) => Object.hasOwn(values, name));
  return { values: Object.fromEntries(order.map((name) => [name, values[name]])), errors };
}

/** A shorter name has too few letters for a suggestion. */
const leastCharacters = 3;

/** Returns the message for an unknown option; it lists the known ones, and the most similar one. */
export function unknownOption(name: string, options: Readonly<Record<string, OptionSpec>>): string {
  const names = Object.keys(options);
  const known = names.length === 0
    ? "the check has no options"
    : `expected one of ${names.join(", ")}`;
  return `Unknown option ${quoteText(name)}: ${known}${suggestion(name, names)}`;
}

function suggestion(name: string, names: readonly string[]): string {
  const near = name.length < leastCharacters ? undefined : nearest(name, names);
  return near === undefined ? "" : `; did you mean ${quoteText(near)}?`;
}
