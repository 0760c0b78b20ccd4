import { parseArgs } from "@std/cli";
import { UsageError } from "./usage.ts";

/** Which options a subcommand has. */
export interface OptionTable {
  /** Options that stand alone. */
  boolean?: readonly string[];
  /** Options with a value. */
  string?: readonly string[];
  /** Whether what follows the first positional word is left as it is. */
  stopEarly?: boolean;
}

/** A command line taken apart. */
export interface ParsedLine {
  /** The options that stand alone: whether they are there. */
  flags: Record<string, boolean>;
  /** The options with a value, where they are there. */
  values: Record<string, string>;
  /** The positional words. */
  words: string[];
}

/**
 * Takes a subcommand's arguments apart.
 *
 * @param args the arguments
 * @param table which options there are
 * @returns options and words
 * @throws {UsageError} for an option that there is not, and for one without its value
 */
export function parseLine(
  args: string[],
  { boolean = [], string = [], stopEarly = false }: OptionTable,
): ParsedLine {
  const parsed = parseArgs(args, {
    boolean: [...boolean],
    string: [...string],
    stopEarly,
    unknown(arg: string, key?: string) {
      if (key === undefined) return true;
      const known = [...boolean, ...string].map((name) => `--${name}`).join(", ");
      throw new UsageError(
        `No option "${arg}": expected ${known === "" ? "none" : `one of ${known}`}`,
      );
    },
  }) as Record<string, unknown> & { _: (string | number)[] };

  const values: Record<string, string> = {};
  for (const name of string) {
    const value = parsed[name];
    if (value === undefined) continue;
    if (typeof value !== "string" || value === "") {
      throw new UsageError(`Option "--${name}" is without its value`);
    }
    values[name] = value;
  }
  return {
    flags: Object.fromEntries(boolean.map((name) => [name, parsed[name] === true])),
    values,
    words: parsed._.map(String),
  };
}
