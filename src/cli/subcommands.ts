import { suggest } from "./command_line.ts";
import { type Subcommand, type Subcommands, UsageError } from "./usage.ts";

/**
 * Loads a subcommand.
 *
 * @param subcommands all subcommands
 * @param name the name of the subcommand
 * @returns the subcommand
 * @throws {UsageError} if the name is unknown
 */
export async function loadSubcommand(subcommands: Subcommands, name: string): Promise<Subcommand> {
  if (Object.hasOwn(subcommands, name)) return await subcommands[name]!();
  throw new UsageError(`Unknown subcommand "${name}": ${suggest(name, Object.keys(subcommands))}`);
}

/** Returns the help of the program: each subcommand with its summary. */
export async function formatOverview(subcommands: Subcommands): Promise<string> {
  const column = Math.max(...Object.keys(subcommands).map(({ length }) => length)) + 2;
  const lines = await Promise.all(
    Object.entries(subcommands).map(async ([name, load]) =>
      `  ${name.padEnd(column)}${(await load()).summary}`
    ),
  );
  return [
    "Usage: checkwright SUBCOMMAND [ARG…]",
    "",
    "Monitoring checks as typed TypeScript, served over NRPE.",
    "",
    "Subcommands:",
    ...lines,
    "",
    'Run "checkwright help SUBCOMMAND" for the options of a subcommand.',
  ].join("\n");
}
