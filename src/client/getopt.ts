import { quoteText } from "../nagios/text.ts";

/** One option that a command line may hold. */
export interface GetoptOption {
  /** The letter after one dash. */
  readonly short: string;
  /** The name after two dashes; any beginning of it that no other option shares will do. */
  readonly long: string;
  /** `"none"`: a flag; `"value"`: takes one word; `"rest"`: takes every word that follows. */
  readonly takes: "none" | "value" | "rest";
}

/** One option that a command line holds. */
export interface GivenOption<Spec extends GetoptOption> {
  /** Which one, whichever way it was written. */
  readonly spec: Spec;
  /** What it takes: nothing, one word, or one word and more. */
  readonly values: readonly string[];
}

/**
 * Reads a command line as GNU `getopt_long` does: letters in a bundle (`-n2`), a value in the same
 * word or in the next (`-p5666`, `-p 5666`, `--port=5666`, `--port 5666`), long names cut short as
 * long as they are unique, words that are no option anywhere between them and skipped, `--` as the
 * end of options.
 *
 * @param words the words after the program's name
 * @param specs the options there are
 * @returns the options given, in their order
 * @throws {SyntaxError} if a word names no option, or more than one, or lacks or has a value against
 * its option's nature
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
    if (value === undefined) throw new SyntaxError(`Option "${name}" needs a value`);
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
  throw new SyntaxError(`Option ${shown} could be any of ${names}`);
}
