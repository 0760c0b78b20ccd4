import { quoteText } from "../nagios/text.ts";

/** An option that a command line may contain. */
export interface GetoptOption {
  /** The letter after one dash. */
  readonly short: string;
  /** The name after two dashes. A unique prefix of the name is accepted, too. */
  readonly long: string;
  /** `"none"`: a flag; `"value"`: takes one word; `"rest"`: takes all words after it. */
  readonly takes: "none" | "value" | "rest";
}

/** An option that a command line contains. */
export interface GivenOption<Spec extends GetoptOption> {
  /** The option. */
  readonly spec: Spec;
  /** The values of the option: empty for a flag, one word, or one word and all words after it. */
  readonly values: readonly string[];
}

/**
 * Parses a command line as GNU `getopt_long` does: flags may be bundled (`-n2`), a value may be in
 * the same word or the next (`-p5666`, `-p 5666`, `--port=5666`, `--port 5666`), and a long name may
 * be a unique prefix. Words between options are skipped. `--` ends the options.
 *
 * @param words the words after the name of the program
 * @param specs the known options
 * @returns the given options, in their order
 * @throws {SyntaxError} if an option is unknown or ambiguous, lacks its value, or is a flag with a
 * value
 */
export function getopt<Spec extends GetoptOption>(
  words: readonly string[],
  specs: readonly Spec[],
): GivenOption<Spec>[] {
  const given: GivenOption<Spec>[] = [];
  let at = 0;
  while (at < words.length) {
    const word = words[at++]!;
    if (word === "--") break;
    if (word.startsWith("--")) {
      readLong(word);
    } else if (word.startsWith("-") && word !== "-") {
      readBundle(word);
    }
  }
  return given;

  function readLong(word: string): void {
    const [name, ...parts] = word.slice(2).split("=");
    const spec = findLong(name!, specs);
    const value = parts.length > 0 ? parts.join("=") : undefined;
    if (spec.takes === "none" && value !== undefined) {
      throw new SyntaxError(`Option "--${spec.long}" takes no value, got ${quoteText(value)}`);
    }
    take(spec, `--${spec.long}`, value);
  }

  function readBundle(word: string): void {
    const letters = [...word.slice(1)];
    for (const [index, letter] of letters.entries()) {
      const spec = specs.find(({ short }) => short === letter);
      if (spec === undefined) throw new SyntaxError(`Unknown option ${quoteText(`-${letter}`)}`);
      const attached = letters.slice(index + 1).join("");
      take(spec, `-${letter}`, spec.takes === "none" || attached === "" ? undefined : attached);
      if (spec.takes !== "none") return;
    }
  }

  function take(spec: Spec, name: string, attached: string | undefined): void {
    if (spec.takes === "none") {
      given.push({ spec, values: [] });
      return;
    }
    const value = attached ?? words[at++];
    if (value === undefined) throw new SyntaxError(`Option "${name}" requires a value`);
    const rest = spec.takes === "rest" ? words.slice(at) : [];
    at += rest.length;
    given.push({ spec, values: [value, ...rest] });
  }
}

function findLong<Spec extends GetoptOption>(name: string, specs: readonly Spec[]): Spec {
  const exact = specs.find(({ long }) => long === name);
  if (exact !== undefined) return exact;
  const matches = specs.filter(({ long }) => long.startsWith(name));
  if (matches.length === 1) return matches[0]!;
  const shown = quoteText(`--${name}`);
  if (matches.length === 0) throw new SyntaxError(`Unknown option ${shown}`);
  const names = matches.map(({ long }) => `--${long}`).join(", ");
  throw new SyntaxError(`Ambiguous option ${shown}: expected one of ${names}`);
}
