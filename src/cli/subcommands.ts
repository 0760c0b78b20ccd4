import { suggest } from "./command_line.ts";
import { type Subcommand, type Subcommands, UsageError } from "./usage.ts";

/**
 * Loads a subcommand.
 *
 * @param subcommands those there are
 * @param name which one
 * @returns it
 * @throws {UsageError} where there is none of that name
 */
export async function loadSubcommand(subcommands: Subcommands, name: string): Promise<Subcommand> {
  if (Object.hasOwn(subcommands, name)) return await subcommands[name]!();
  throw new UsageError(`Unknown subcommand "${name}": ${suggest(name, Object.keys(subcommands))}`);
}

/** What there is, in a few lines. */
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
    "checkwright help SUBCOMMAND says more.",
  ].join("\n");
}
