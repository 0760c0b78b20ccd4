import { defineSubcommand } from "./subcommand.ts";
import { formatOverview, loadSubcommand } from "./subcommands.ts";
import { formatHelp, type Subcommand, type Subcommands, UsageError } from "./usage.ts";

/** `checkwright help`: prints the list of subcommands, or the help of one. */
export function helpOf(subcommands: Subcommands): Subcommand {
  return defineSubcommand({
    name: "help",
    summary: "Print the help of a subcommand.",
    words: [
      {
        name: "SUBCOMMAND",
        optional: true,
        meaning: "the name of a subcommand (default: list all subcommands)",
      },
      {
        name: "VERB",
        optional: true,
        meaning: "a verb of the subcommand, for example: help cert show",
      },
    ],
    async run([name, verb]) {
      console.log(await explain(name, verb));
      return 0;
    },
  });

  async function explain(name?: string, verb?: string): Promise<string> {
    if (name === undefined) return await formatOverview(subcommands);
    const subcommand = await loadSubcommand(subcommands, name);
    if (verb === undefined) return formatHelp(name, subcommand);
    if (subcommand.verbs === undefined) {
      throw new UsageError(`Unexpected argument "${verb}": ${name} has no subcommands`);
    }
    return formatHelp(`${name} ${verb}`, await loadSubcommand(subcommand.verbs, verb));
  }
}
