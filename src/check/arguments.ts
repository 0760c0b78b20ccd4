import { quoteText } from "../nagios/text.ts";
import type { OptionKind, OptionSpec } from "./option.ts";
import { parseOption, unknownOption } from "./parse_option.ts";
import { addItems, applyScope, type ItemScope, MAX_ITEMS, optionsPer } from "./per_item.ts";
import { byLabel } from "./per_label.ts";
import { splitWords } from "./split_words.ts";

type Specs = Readonly<Record<string, OptionSpec>>;

/** Values from arguments, as text, and the errors in the arguments. */
export interface ParsedArguments {
  /** Values by option name, in the order of the arguments; {@linkcode parseOption} reads them. */
  values: Record<string, unknown>;
  /** One message for each error. */
  errors: string[];
}

/** The parsed arguments up to here, with the lists whose items have values of their own. */
interface Parsing extends ParsedArguments {
  scopes: Map<string, ItemScope>;
}

/** A positional word; `literal` if it follows `--`. */
interface Positional {
  word: string;
  literal: boolean;
}

/** The kinds of option whose value may begin with a dash and a digit. */
const numericKinds: ReadonlySet<OptionKind> = new Set<OptionKind>([
  ...["range", "ranges", "percentRange", "bytesRange", "durationRange"] as const,
  ...["number", "integer", "percent", "bytes", "duration"] as const,
]);

/**
 * Parses the arguments of a check in each form that is common with NRPE: `-w 5`, `-w5`,
 * `--warning=5`, `--warning 5`, `warning=5`, or positional in the order in which the options are
 * declared. After two dashes, a unique part of a name from its start is enough: `--warn 5`. Flags can
 * be combined with each other and with a last option: `-ew 5`. An argument that
 * begins with `-` and contains spaces is split into words, because `-a '-w 5 -c 10'` is a common way
 * to send several. All words after `--` are positional.
 *
 * @param args the arguments
 * @param options the check's options by name
 * @returns the values as text (a list of texts for a list that is not split, a map of texts for an
 * option with labels), and all errors
 */
export function parseArguments(args: readonly string[], options: Specs): ParsedArguments {
  const parsed: Parsing = { values: {}, errors: [], scopes: new Map() };
  const words = args.flatMap((arg) => {
    if (!arg.startsWith("-") || !/\s/.test(arg)) return [arg];
    try {
      return splitWords(arg);
    } catch (error) {
      parsed.errors.push((error as Error).message);
      return [];
    }
  });
  assignPositional(parsed, assignNamed(parsed, words, options), options);
  const { values, errors, scopes } = parsed;
  for (const [list, scope] of scopes) errors.push(...applyScope(list, scope, values, options));
  return { values, errors };
}

/** Assigns the values of all named options, and returns the other words. */
function assignNamed(
  parsed: Parsing,
  words: readonly string[],
  options: Specs,
): Positional[] {
  const positional: Positional[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === "--") {
      return [
        ...positional,
        ...words.slice(at + 1).map((word) => ({ word, literal: true })),
      ];
    }
    const named = readNamed(word, options);
    if (named.length === 0) positional.push({ word, literal: false });
    for (const { name, value: given, as } of named) {
      if (name === undefined) {
        parsed.errors.push(unknownOption(as, settable(options)));
        // The next word is probably the value of the unknown option.
        if (given === undefined && words[at + 1]?.startsWith("-") === false) at++;
        continue;
      }
      const spec = options[name]!;
      let value = given;
      if (value === undefined && spec.kind === "flag") value = "true";
      if (value === undefined && at + 1 < words.length) value = words[++at];
      if (value === undefined) parsed.errors.push(`Option "${name}": Missing value`);
      else assign(parsed, name, value, options);
    }
  }
  return positional;
}

function assignPositional(
  parsed: Parsing,
  positional: readonly Positional[],
  options: Specs,
): void {
  const free = Object.keys(options).filter((name) =>
    !Object.hasOwn(parsed.values, name) && options[name]!.kind !== "secret"
  );
  for (const { word, literal } of positional) {
    const name = free.shift();
    if (name === undefined) {
      parsed.errors.push(
        `Unexpected argument ${quoteText(word)}: every option already has a value`,
      );
    } else if (!literal && /^-\d/.test(word) && !takesNumber(options[name]!, word)) {
      parsed.errors.push(unknownOption(word.slice(1), settable(options)));
    } else assign(parsed, name, word, options);
  }
}

// A word such as `-6` is a value only for an option of numbers, or if a pattern allows it. Otherwise
// it is probably an option that the check does not have.
function takesNumber(spec: OptionSpec, word: string): boolean {
  if (!numericKinds.has(spec.kind) && spec.pattern === undefined) return false;
  try {
    parseOption(spec, word);
    return true;
  } catch {
    return false;
  }
}

function assign(parsed: Parsing, name: string, value: string, options: Specs): void {
  const { values, errors, scopes } = parsed;
  const spec = options[name]!;
  if (spec.kind === "secret") {
    // Other users can see the arguments of a process, and an engine stores them.
    errors.push(`Option "${name}": Arguments cannot set a secret`);
    return;
  }
  const before = Object.hasOwn(values, name) ? values[name] : undefined;
  if (spec.labels !== undefined) {
    const all = { ...(before as Record<string, unknown> | undefined), ...byLabel(value) };
    // An unknown label is an error, so that a long line of arguments does not collect many.
    if (Object.keys(before ?? {}).length <= MAX_ITEMS) values[name] = all;
  } else if (spec.once && before !== undefined) {
    if (before !== value) {
      errors.push(
        `Option "${name}": Set to ${quoteText(String(before))} and to ${quoteText(value)}: ` +
          "expected one value for the whole command",
      );
    }
  } else if (spec.kind !== "list") values[name] = value;
  else if (spec.split === false) {
    const items = (before as string[] | undefined) ?? [];
    // A list with more items is an error, so that a long line of arguments does not copy it often.
    if (items.length <= MAX_ITEMS) values[name] = [...items, value];
  } else values[name] = before === undefined ? value : `${before},${value}`;

  for (const cleared of spec.clears ?? []) {
    delete values[cleared];
    for (const { unused } of scopes.values()) unused.delete(cleared);
  }
  if (spec.per !== undefined) scopes.get(spec.per)?.unused.add(name);
  if (optionsPer(name, options).length > 0) {
    const scope = scopes.get(name) ?? { before: new Map(), unused: new Set() };
    scopes.set(name, scope);
    addItems(scope, spec.split === false ? [value] : value.split(","), values);
  }
}

interface Named {
  /** The option; undefined if it is unknown. */
  name?: string | undefined;
  value?: string | undefined;
  /** The name or letter in the argument. */
  as: string;
}

// A word that begins with "-" names one option or several; a negative number such as "-5" and "-"
// are values.
function readNamed(word: string, options: Specs): Named[] {
  const [, as, value] = /^(?:--)?([^-=][^=]*)=(.*)$/s.exec(word) ?? [];
  if (as !== undefined) {
    const name = findLong(as, options, word.startsWith("--"));
    if (name !== undefined || word.startsWith("--")) return [{ name, value, as }];
  }
  if (word.startsWith("--")) {
    return [{ name: findLong(word.slice(2), options, true), as: word.slice(2) }];
  }
  const isOption = /^-[A-Za-z]/.test(word) ||
    /^-\d/.test(word) && findShort(word[1]!, options) !== undefined;
  return isOption ? readLetters(word.slice(1), options) : [];
}

// Reads `w5` as an option with its value, and `vew5` as two flags and an option with its value.
function readLetters(letters: string, options: Specs): Named[] {
  const named: Named[] = [];
  for (let at = 0; at < letters.length; at++) {
    const [as, rest] = [letters[at]!, letters.slice(at + 1)];
    const name = findShort(as, options);
    if (name === undefined) return [...named, { as, ...(rest !== "" && { value: rest }) }];
    const { kind, values } = options[name]!;
    const isValue = rest !== "" && (kind !== "flag" || rest.startsWith("=") ||
      values?.includes(rest) || values !== undefined && /^[^A-Za-z]/.test(rest));
    if (isValue) return [...named, { name, value: rest.replace(/^=/, ""), as }];
    named.push({ name, as });
  }
  return named;
}

function findShort(letter: string, options: Specs): string | undefined {
  return Object.keys(options).find((option) => options[option]!.short === letter);
}

// `ignoreMissing` may also be written `--ignore-missing`, and `--ignore` if no other name begins so.
function findLong(as: string, options: Specs, mayBePart: boolean): string | undefined {
  const plain = as.replaceAll(/[-_]/g, "").toLowerCase();
  const names = Object.keys(options).filter((name) => name.toLowerCase().startsWith(plain));
  const exact = names.find((name) => name.length === plain.length);
  return exact ?? (mayBePart && plain !== "" && names.length === 1 ? names[0] : undefined);
}

// Arguments cannot set a secret.
function settable(options: Specs): Specs {
  return Object.fromEntries(Object.entries(options).filter(([, { kind }]) => kind !== "secret"));
}
