import { parseArgs } from "@std/cli";
import { nearest } from "../check/nearest.ts";
import { formatWords, type Line, UsageError } from "./usage.ts";

/** A command line, parsed according to the table of its subcommand. */
export interface GivenLine {
  /** The positional words. */
  words: string[];
  /** The value of each option. */
  options: Record<string, string | string[] | boolean | undefined>;
}

/**
 * Parses the arguments of a subcommand.
 *
 * @param args the arguments
 * @param line the options and words that the subcommand accepts
 * @returns words and options, or `"help"` if `--help` is among the arguments
 * @throws {UsageError} if an argument is unknown, unexpected or missing
 */
export function parseWords(
  args: string[],
  { words, options, stopEarly }: Line,
): GivenLine | "help" {
  const all = Object.entries(options);
  const names = [...all.map(([name]) => `--${name}`), "--help"];
  const parsed = parseArgs(args, {
    boolean: ["help", ...all.filter(([, { value }]) => value === undefined).map(([name]) => name)],
    // "_": positional words that look like numbers remain strings.
    string: ["_", ...all.filter(([, { value }]) => value !== undefined).map(([name]) => name)],
    collect: all.filter(([, { repeat }]) => repeat).map(([name]) => name),
    alias: Object.fromEntries([
      ...all.flatMap(([name, { short }]) => short === undefined ? [] : [[name, short]]),
      ["help", "h"],
    ]),
    stopEarly,
    unknown(arg: string, key?: string) {
      if (key === undefined) return true;
      throw new UsageError(`Unknown option "${arg}": ${suggest(arg, names)}`);
    },
  }) as Record<string, unknown> & { _: (string | number)[] };
  if (parsed.help) return "help";

  const given: GivenLine["options"] = {};
  for (const [name, { value, required }] of all) {
    const found = parsed[name];
    if (value === undefined) given[name] = found === true;
    else if ([found].flat().includes("")) {
      throw new UsageError(`Missing value for option "--${name}": expected ${value}`);
    } else if (found === undefined && required) {
      throw new UsageError(`Missing option "--${name}": expected ${value}`);
    } else given[name] = found as string | string[] | undefined;
  }
  const positional = parsed._.map(String);
  const expected = formatWords(words).join(" ");
  const missing = words.filter(({ optional }) => !optional)[positional.length];
  if (missing !== undefined) {
    throw new UsageError(`Missing ${missing.name}: expected ${expected}`);
  }
  const extra = words.at(-1)?.repeat ? undefined : positional[words.length];
  if (extra !== undefined) {
    throw new UsageError(`Unexpected argument "${extra}": expected ${expected || "no argument"}`);
  }
  return { words: positional, options: given };
}

/**
 * Suggests a known name for an unknown one.
 *
 * @param name the unknown name
 * @param names the known names
 * @returns the known name that differs by a typo, or all known names
 */
export function suggest(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  return near === undefined ? `expected one of ${names.join(", ")}` : `did you mean "${near}"?`;
}
