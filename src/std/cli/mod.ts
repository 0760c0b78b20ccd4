/**
 * A local stand-in for `jsr:@std/cli`, for hosts that can reach npm but not JSR. It contains
 * `parseArgs` with the options that are used here, and is based on `parseArgs` of `node:util`.
 *
 * Values stay strings, the last one counts, and a value that starts with a hyphen needs "=". An
 * undeclared option has a value only after "=". Unlike in the real package, "-Hx" has the value "x".
 *
 * @module
 */
import { parseArgs as parseTokens } from "node:util";

/** The names in a list of literal types; never for the general type `string`. */
type Known<T> = T extends string ? string extends T ? never : T : never;

/** The declared options of the result. */
export type Values<B, S, C> =
  & Record<string, unknown>
  & { [Name in Known<B>]: boolean }
  & { [Name in Exclude<Known<S>, Known<C>>]?: string }
  & { [Name in Extract<Known<S>, Known<C>>]: string[] };

/** The result of {@linkcode parseArgs}. */
export type Args<TArgs extends Record<string, unknown>> = TArgs & {
  /** The positional words. */
  _: (string | number)[];
};

/** The options of {@linkcode parseArgs}. */
export interface ParseOptions<
  B extends string | undefined = string | undefined,
  S extends string | undefined = string | undefined,
  C extends string | undefined = string | undefined,
> {
  /** Other names of each option. */
  alias?: Readonly<Record<string, string | readonly string[]>>;
  /** Names of options without a value; default: false. */
  boolean?: B | readonly Extract<B, string>[];
  /** Names of options with a value; "_" stands for the positional words. */
  string?: S | readonly Extract<S, string>[];
  /** Names of options whose values are collected in a list; of others the last value counts. */
  collect?: C | readonly Extract<C, string>[];
  /** Whether all words after the first positional word are positional. */
  stopEarly?: boolean;
  /**
   * Called for each positional word and each undeclared option. If the function returns false, the
   * word or option is omitted.
   */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/**
 * Parses command line arguments.
 *
 * @param args the arguments
 * @param options the names of the options, by type
 * @returns the values by name and the positional words
 */
export function parseArgs<
  B extends string | undefined = undefined,
  S extends string | undefined = undefined,
  C extends string | undefined = undefined,
>(args: readonly string[], options: ParseOptions<B, S, C> = {}): Args<Values<B, S, C>> {
  const { alias = {}, stopEarly = false, unknown = () => true } = options;
  const groups = Object.entries(alias).map(([name, others]) => [name, others].flat());
  const namesOf = (name: string) => groups.find((group) => group.includes(name)) ?? [name];
  const allOf = (names: string | readonly string[] = []) => [names].flat().flatMap(namesOf);
  const booleans = allOf(options.boolean);
  const strings = allOf(options.string);
  const collected = allOf(options.collect);

  const parsed: Record<string, unknown> & { _: string[] } = { _: [] };
  for (const name of booleans) parsed[name] = false;
  for (const name of collected) parsed[name] = [];

  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const words = args.slice(0, end);
  let taken = -1;
  for (const token of tokensOf(words, booleans, strings)) {
    const { index } = token;
    const word = words[index]!;
    if (token.kind === "option") {
      const { name } = token;
      const isDeclared = booleans.includes(name) || strings.includes(name);
      let given: string | boolean = textOf(token) ?? (strings.includes(name) ? "" : true);
      if (!isDeclared && unknown(word, name, given) === false) continue;
      if (booleans.includes(name)) {
        const next = words[index + 1];
        const isFollowed = given === true && (next === "true" || next === "false");
        if (isFollowed) taken = index + 1;
        given = (isFollowed ? next : given) !== "false";
      }
      for (const each of namesOf(name)) {
        parsed[each] = collected.includes(each) ? [...parsed[each] as string[], given] : given;
      }
    } else if (index !== taken) {
      if (unknown(word) !== false) parsed._.push(word);
      if (!stopEarly) continue;
      parsed._.push(...words.slice(index + 1));
      break;
    }
  }
  parsed._.push(...args.slice(end + 1));
  return parsed as unknown as Args<Values<B, S, C>>;
}

function tokensOf(words: readonly string[], booleans: string[], strings: string[]) {
  const args = words.map((word, at) => {
    const [, name = ""] = /^--?(.+)$/s.exec(word) ?? [];
    // node:util accepts a word that starts with a hyphen as a value.
    const hasValue = /^[^-]/.test(words[at + 1] ?? "");
    return strings.includes(name) && !hasValue ? `${word}=` : word;
  });
  const options = Object.fromEntries([
    ...booleans.map((name) => [name, { type: "boolean" }] as const),
    ...strings.map((name) => [name, { type: "string" }] as const),
  ]);
  return parseTokens({ args, options, strict: false, tokens: true }).tokens;
}

// In node:util, the value of "-H=host" is "=host".
function textOf({ rawName, value }: { rawName: string; value?: string | undefined }) {
  return rawName.startsWith("--") ? value : value?.replace(/^=/, "");
}
