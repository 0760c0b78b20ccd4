import { type CompletedSubcommand, flatten, spellings } from "./completion_table.ts";
import { allOptions } from "./usage.ts";

/**
 * Returns the parts of the completion script for bash.
 *
 * @param subcommands the subcommands
 * @returns the text of each placeholder in `completion/checkwright.bash`
 */
export function bashParts(subcommands: readonly CompletedSubcommand[]): Record<string, string> {
  return {
    table: flatten(subcommands).map(formatSubcommand).join("\n"),
    values: flatten(subcommands).flatMap(formatValues).join("\n"),
    names: subcommands.map(({ name }) => name).join(" "),
    groups: subcommands.filter(({ verbs }) => verbs.length > 0).map(({ name }) => name).join(" | "),
  };
}

function formatSubcommand({ name, line }: CompletedSubcommand): string {
  const { words, stopEarly } = line;
  const last = words.at(-1);
  return [
    `    '${name}')`,
    `      options='${allOptions(line).flatMap(spellings).join(" ")}'`,
    ...(words.length > 0
      ? [`      kinds=(${words.map(({ name }) => `'${name}'`).join(" ")})`]
      : []),
    ...(last?.repeat ? [`      more='${last.name}'`] : []),
    ...(stopEarly ? ["      early=1"] : []),
    "      ;;",
  ].join("\n");
}

function formatValues({ name, line }: CompletedSubcommand): string[] {
  return allOptions(line).flatMap((option) => {
    const { value } = option[1];
    if (value === undefined) return [];
    const patterns = spellings(option).map((spelling) => `'${name} ${spelling}'`);
    return [`    ${patterns.join(" | ")}) value='${value}' ;;`];
  });
}
