/**
 * `parseArgs` of `jsr:@std/cli`, with its signature and its behaviour, for names without dots.
 * `parseArgs` of `node:util` is no ground to build on: it takes `-Hx` for a value and `--a --b` for
 * the value "--b", where this one, a descendant of minimist, does neither.
 */

import type { Args, Names, ParseOptions, Values } from "./args.ts";

export type { Args, ParseOptions } from "./args.ts";

const numeric = /^(0x[\da-f]+|[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?)$/i;

/**
 * Takes command line arguments apart.
 *
 * @param args the arguments
 * @param options which names there are, and of what kind
 * @returns the values by name and the positional words
 */
export function parseArgs<
  TDoubleDash extends boolean | undefined = undefined,
  B extends boolean | Names = undefined,
  S extends Names = undefined,
  C extends Names = undefined,
  N extends Names = undefined,
  const D extends Record<string, unknown> | undefined = undefined,
>(
  args: readonly string[],
  options: ParseOptions<B, S, C, N, D, TDoubleDash> = {},
): Args<Values<B, S, C, N, D>, TDoubleDash> {
  const { stopEarly = false, unknown = () => true } = options;
  const aliases = readAliases(options.alias ?? {});
  const named = (names: unknown) => {
    const list = [names].flat().filter((name): name is string =>
      typeof name === "string" && name !== ""
    );
    return new Set(list.flatMap((name) => [name, ...aliases.get(name) ?? []]));
  };
  const booleans = named(options.boolean);
  const strings = named(options.string);
  const collected = named(options.collect);
  const negatable = named(options.negatable);
  const allBooleans = options.boolean === true;
  const parsed: Record<string, unknown> & { _: (string | number)[] } = { _: [] };

  function assign(name: string, value: unknown, collect: boolean): void {
    if (!collect) parsed[name] = value;
    else if (Array.isArray(parsed[name])) parsed[name].push(value);
    else parsed[name] = parsed[name] ? [parsed[name], value] : [value];
  }

  function set(
    name: string,
    value: string | boolean | undefined,
    word: string,
    mayCollect = true,
  ): void {
    const known = booleans.has(name) || strings.has(name) || aliases.has(name) ||
      allBooleans && /^--[^=]+$/.test(word);
    if (!known && unknown(word, name, value) === false) return;
    const typed = typeof value === "string" && !strings.has(name) ? readNumber(value) : value;
    for (const each of [name, ...aliases.get(name) ?? []]) {
      assign(each, typed, mayCollect && collected.has(name));
    }
  }

  /** Sets a name that stands without "="; tells whether the next word is its value. */
  function setWithNext(
    name: string,
    word: string,
    next: string | undefined,
    isOption: RegExp,
  ): boolean {
    const isBoolean = [name, ...aliases.get(name) ?? []].some((each) => booleans.has(each));
    const mayTake = !isBoolean && !(allBooleans && word.startsWith("--"));
    if (next && mayTake && !isOption.test(next)) set(name, next, word);
    else if (next === "true" || next === "false") set(name, next === "true", word);
    else {
      set(name, strings.has(name) ? "" : true, word);
      return false;
    }
    return true;
  }

  function readLong(word: string, next: string | undefined): boolean {
    const [, no = "", name = "", value] = /^--(no-)?(.+?)(?:=(.+))?$/s.exec(word) ?? [];
    if (value !== undefined) set(name, booleans.has(name) ? value !== "false" : value, word);
    else if (no !== "" && negatable.has(name)) set(name, false, word, false);
    else return setWithNext(no + name, word, next, /^-/);
    return false;
  }

  function readShort(word: string, next: string | undefined): boolean {
    const letters = word.slice(1);
    for (let at = 0; at < letters.length - 1; at++) {
      const letter = letters[at]!;
      const rest = letters.slice(at + 1);
      if (rest === "-") {
        set(letter, rest, word);
        continue;
      }
      const isLetter = /[a-z]/i.test(letter);
      if (isLetter && rest.includes("=")) {
        set(letter, rest.split(/=(.+)/)[1], word);
        return false;
      }
      const glued = isLetter && /-?\d+(\.\d*)?(e-?\d+)?$/.test(rest) ||
        rest.length > 1 && /^\W/.test(rest);
      if (glued) {
        set(letter, rest, word);
        return false;
      }
      set(letter, strings.has(letter) ? "" : true, word);
    }
    const last = letters.at(-1)!;
    return last !== "-" && setWithNext(last, word, next, /^--?[^-]/);
  }

  const end = args.includes("--") ? args.indexOf("--") : args.length;
  for (let at = 0; at < end; at++) {
    const word = args[at]!;
    const next = at + 1 < end ? args[at + 1] : undefined;
    if (/^-./s.test(word)) {
      const read = word.startsWith("--") ? readLong : readShort;
      if (read(word, next)) at++;
      continue;
    }
    if (unknown(word) !== false) parsed._.push(strings.has("_") ? word : readNumber(word));
    if (stopEarly) {
      parsed._.push(...args.slice(at + 1, end));
      break;
    }
  }

  for (const [name, value] of Object.entries(options.default ?? {})) {
    if (Object.hasOwn(parsed, name)) continue;
    for (const each of [name, ...aliases.get(name) ?? []]) parsed[each] = value;
  }
  for (const name of booleans) {
    if (!Object.hasOwn(parsed, name)) parsed[name] = collected.has(name) ? [] : false;
  }
  for (const name of strings) {
    if (!Object.hasOwn(parsed, name) && collected.has(name)) parsed[name] = [];
  }
  const rest = args.slice(end + 1);
  if (options["--"]) parsed["--"] = rest;
  else parsed._.push(...rest);
  return parsed as unknown as Args<Values<B, S, C, N, D>, TDoubleDash>;
}

function readNumber(text: string): string | number {
  return numeric.test(text) ? Number(text) : text;
}

/** Every name that has others, with these. */
function readAliases(
  alias: Readonly<Record<string, string | readonly string[]>>,
): Map<string, string[]> {
  const aliases = new Map<string, string[]>();
  for (const [name, others] of Object.entries(alias)) {
    const all = [...new Set([name, ...[others].flat() as string[]])];
    for (const each of all) aliases.set(each, all.filter((other) => other !== each));
  }
  return aliases;
}
