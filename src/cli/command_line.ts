import { parseArgs } from "@std/cli";
import { nearest } from "../agent/nearest.ts";
import { formatWords, type Line, UsageError } from "./usage.ts";

/** A command line taken apart, as its table says. */
export interface GivenLine {
  /** The positional words. */
  words: string[];
  /** What was given for each option. */
  options: Record<string, string | string[] | boolean | undefined>;
}

/**
 * Takes a subcommand's arguments apart.
 *
 * @param args the arguments
 * @param line what can be said
 * @returns words and options; `"help"` where that was asked for
 * @throws {UsageError} for what the line has no place for, and for what it lacks
 */
export function parseWords(
  args: string[],
  { words, options, stopEarly }: Line,
): GivenLine | "help" {
  const all = Object.entries(options);
  const names = [...all.map(([name]) => `--${name}`), "--help"];
  const parsed = parseArgs(args, {
    boolean: ["help", ...all.filter(([, { value }]) => value === undefined).map(([name]) => name)],
    // "_": words that look like numbers stay as they are.
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
      throw new UsageError(`Option "--${name}" is without its value, ${value}`);
    } else if (found === undefined && required) {
      throw new UsageError(`Option "--${name} ${value}" is missing`);
    } else given[name] = found as string | string[] | undefined;
  }
  const positional = parsed._.map(String);
  const expected = formatWords(words).join(" ");
  const missing = words.filter(({ optional }) => !optional)[positional.length];
  if (missing !== undefined) {
    throw new UsageError(`${missing.name} is missing: expected ${expected}`);
  }
  const extra = words.at(-1)?.repeat ? undefined : positional[words.length];
  if (extra !== undefined) {
    throw new UsageError(`Unexpected argument "${extra}": expected ${expected || "no argument"}`);
  }
  return { words: positional, options: given };
}

/**
 * Says what may have been meant.
 *
 * @param name what was typed
 * @param names what there is
 * @returns the nearest of the names, or else all of them
 */
export function suggest(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  return near === undefined ? `expected one of ${names.join(", ")}` : `did you mean "${near}"?`;
}
