import { defineSubcommand } from "./subcommand.ts";
import { formatOverview, loadSubcommand } from "./subcommands.ts";
import { formatHelp, type Subcommand, type Subcommands, UsageError } from "./usage.ts";

/** `checkwright help`: what there is, and how each of it is used. */
export function helpOf(subcommands: Subcommands): Subcommand {
  return defineSubcommand({
    name: "help",
    summary: "Say how a subcommand is used.",
    words: [
      { name: "SUBCOMMAND", optional: true, meaning: "which one; all of them where left out" },
      { name: "VERB", optional: true, meaning: "what it is to do, where it does several things" },
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
