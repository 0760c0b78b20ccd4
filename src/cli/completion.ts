import { suggest } from "./command_line.ts";
import { bashParts } from "./completion_bash.ts";
import { fishParts } from "./completion_fish.ts";
import type { CompletedSubcommand } from "./completion_table.ts";
import { zshParts } from "./completion_zsh.ts";
import { readOwnFile } from "./own_file.ts";
import { defineSubcommand } from "./subcommand.ts";
import { type Subcommand, type Subcommands, UsageError } from "./usage.ts";

/** For each shell, a function that returns the parts to insert into its file in `completion/`. */
const shells: Record<string, (all: readonly CompletedSubcommand[]) => Record<string, string>> = {
  bash: bashParts,
  zsh: zshParts,
  fish: fishParts,
};

/** `checkwright completion`: prints a script that adds completion of `checkwright` to a shell. */
export function completionOf(subcommands: Subcommands): Subcommand {
  const names = Object.keys(shells);
  return defineSubcommand({
    name: "completion",
    summary: "Print the completion script for a shell.",
    words: [{ name: names.join("|"), meaning: "the shell that will load the script" }],
    async run([shell]) {
      if (!Object.hasOwn(shells, shell!)) {
        throw new UsageError(`Unknown shell "${shell}": ${suggest(shell!, names)}`);
      }
      const parts = shells[shell!]!(await loadAll(subcommands));
      const script = await readOwnFile(`./completion/checkwright.${shell}`);
      console.log(script.trimEnd().replaceAll(/\{\{(\w+)\}\}/g, (_, name) => parts[name]!));
      return 0;
    },
  });
}

async function loadAll(subcommands: Subcommands, above = ""): Promise<CompletedSubcommand[]> {
  const all = Object.entries(subcommands).map(async ([name, load]) => {
    const { summary, line, verbs } = await load();
    const below = verbs === undefined ? [] : await loadAll(verbs, `${name} `);
    return { name: `${above}${name}`, summary, line, verbs: below };
  });
  return await Promise.all(all);
}
