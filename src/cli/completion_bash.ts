import { allOptions, type CompletedSubcommand, flatten, spellings } from "./completion_table.ts";

/**
 * What the script for bash is filled with.
 *
 * @param subcommands what there is
 * @returns text by its place in `completion/bash.sh`
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
