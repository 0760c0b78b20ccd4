import { quoteText } from "../nagios/text.ts";
import type { OptionSpec } from "./option.ts";
import { unknownOption } from "./parse_option.ts";
import { splitWords } from "./split_words.ts";

type Specs = Readonly<Record<string, OptionSpec>>;

/** Values from arguments, as text, and the errors in the arguments. */
export interface ParsedArguments {
  /** Values by option name; {@linkcode parseOption} reads them. */
  values: Record<string, unknown>;
  /** One message for each error. */
  errors: string[];
}

/**
 * Parses the arguments of a check in each form that is common with NRPE: `-w 5`, `-w5`,
 * `--warning=5`, `--warning 5`, `warning=5`, or positional in the order in which the options are
 * declared. An argument that begins with `-` and contains spaces is split into words, because
 * `-a '-w 5 -c 10'` is a common way to send several. All words after `--` are positional.
 *
 * @param args the arguments
 * @param options the check's options by name
 * @returns the values as text, and all errors
 */
export function parseArguments(args: readonly string[], options: Specs): ParsedArguments {
  const parsed: ParsedArguments = { values: {}, errors: [] };
  const words = args.flatMap((arg) => {
    if (!arg.startsWith("-") || !/\s/.test(arg)) return [arg];
    try {
      return splitWords(arg);
    } catch (error) {
      parsed.errors.push((error as Error).message);
      return [];
    }
  });
  const positional: string[] = [];

  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === "--") {
      positional.push(...words.slice(at + 1));
      break;
    }
    const named = readNamed(word, options);
    if (named === undefined) {
      positional.push(word);
      continue;
    }
    if (named.name === undefined) {
      parsed.errors.push(unknownOption(named.as, options));
      continue;
    }
    const spec = options[named.name]!;
    let value = named.value;
    if (value === undefined && spec.kind === "flag") value = "true";
    if (value === undefined && at + 1 < words.length) value = words[++at];
    if (value === undefined) parsed.errors.push(`Option "${named.name}": Missing value`);
    else assign(parsed, named.name, spec, value);
  }

  const free = Object.keys(options).filter((name) => !Object.hasOwn(parsed.values, name));
  for (const word of positional) {
    const name = free.shift();
    if (name === undefined) {
      parsed.errors.push(
        `Unexpected argument ${quoteText(word)}: every option already has a value`,
      );
    } else assign(parsed, name, options[name]!, word);
  }
  return parsed;
}

function assign(parsed: ParsedArguments, name: string, spec: OptionSpec, value: string): void {
  const again = spec.kind === "list" && Object.hasOwn(parsed.values, name);
  parsed.values[name] = again ? `${parsed.values[name]},${value}` : value;
}

interface Named {
  name?: string | undefined;
  value?: string | undefined;
  as: string;
}

// A word that begins with "-" names an option; a negative number such as "-5" and "-" are values.
function readNamed(word: string, options: Specs): Named | undefined {
  const [, as, value] = /^(?:--)?([^-=][^=]*)=(.*)$/s.exec(word) ?? [];
  if (as !== undefined) {
    const name = findLong(as, options);
    if (name !== undefined || word.startsWith("--")) return { name, value, as };
  }
  if (word.startsWith("--")) return { name: findLong(word.slice(2), options), as: word.slice(2) };
  if (!/^-[A-Za-z]/.test(word)) return undefined;
  const letter = word[1]!;
  const name = Object.keys(options).find((option) => options[option]!.short === letter);
  const glued = word.length > 2 ? word.slice(2).replace(/^=/, "") : undefined;
  return { name, value: glued, as: letter };
}

// `ignoreMissing` may also be written `--ignore-missing`.
function findLong(as: string, options: Specs): string | undefined {
  const plain = as.replaceAll(/[-_]/g, "").toLowerCase();
  return Object.keys(options).find((name) => name.toLowerCase() === plain);
}
