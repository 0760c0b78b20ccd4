import {
  type CompletedSubcommand,
  flatten,
  mayBeginWithAgent,
  spellings,
} from "./completion_table.ts";
import { allOptions, type Line } from "./usage.ts";

/**
 * Returns the parts of the completion script for fish.
 *
 * @param subcommands the subcommands
 * @returns the text of each placeholder in `completion/checkwright.fish`
 */
export function fishParts(subcommands: readonly CompletedSubcommand[]): Record<string, string> {
  const names = subcommands.map(({ name }) => name).join(" ");
  const table = [
    ...subcommands.map(({ name, summary }) =>
      formatLine("test (count (commandline -opc)) -eq 1", [`-a ${name}`, `-d ${quote(summary)}`])
    ),
    ...flatten(subcommands).flatMap((subcommand) => [
      ...formatOptions(subcommand, names),
      ...formatWords(subcommand, names),
    ]),
  ];
  return { table: table.join("\n") };
}

function formatOptions({ name, line }: CompletedSubcommand, names: string): string[] {
  // If options cannot follow a positional word, complete them only before the first one.
  const condition = at(name, line, line.stopEarly ? 0 : undefined);
  return allOptions(line).map(([option, { short, value, meaning }]) =>
    formatLine(condition, [
      ...(short === undefined ? [] : [`-s ${short}`]),
      `-l ${option}`,
      ...(value === undefined ? [] : ["-r", formatValue(value, name, line, names)]),
      `-d ${quote(meaning)}`,
    ])
  );
}

function formatWords({ name, line }: CompletedSubcommand, names: string): string[] {
  return line.words.flatMap((word, index) => {
    const places = mayBeginWithAgent(line) && word.name === "COMMAND" ? [0, index] : [index];
    return places.map((place) =>
      formatLine(at(name, line, word.repeat ? undefined : place), [
        formatValue(word.name, name, line, names),
      ])
    );
  });
}

/** Returns a condition of fish: the subcommand is `name`, and `count` words (or any) follow it. */
function at(name: string, line: Line, count?: number): string {
  const rest = count === undefined ? [] : [`${count}`, ...valued(line)];
  return ["__checkwright_at", `"${name}"`, ...rest].join(" ");
}

function valued(line: Line): string[] {
  return allOptions(line).filter(([, { value }]) => value !== undefined).flatMap(spellings);
}

/** Returns the arguments of `complete` for a kind of word; `-f` disables suggestions. */
function formatValue(kind: string, name: string, line: Line, names: string): string {
  if (kind.includes("|")) return `-a '${kind.replaceAll("|", " ")}'`;
  switch (kind) {
    case "FILE":
      return "-F";
    case "DIR":
      return "-a '(__fish_complete_directories)'";
    case "AGENT":
      return "-k -a '(__fish_complete_suffix .ts)'";
    case "COMMAND":
      return `-a '(${["__checkwright_commands", name, ...valued(line)].join(" ")})'`;
    case "SUBCOMMAND":
      return `-a '${names}'`;
  }
  return "-f";
}

function formatLine(condition: string, parts: readonly string[]): string {
  return `complete -c checkwright -n '${condition}' ${parts.join(" ")}`;
}

/** In single quotes of fish, a backslash escapes a backslash or a quote. */
function quote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, "\\$&")}'`;
}
