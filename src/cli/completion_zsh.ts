import {
  allOptions,
  type CompletedSubcommand,
  mayBeginWithAgent,
  type NamedOption,
  spellings,
} from "./completion_table.ts";
import type { Line } from "./usage.ts";

/**
 * What the script for zsh is filled with.
 *
 * @param subcommands what there is
 * @returns text by its place in `completion/checkwright.zsh`
 */
export function zshParts(subcommands: readonly CompletedSubcommand[]): Record<string, string> {
  return {
    subcommands: subcommands
      .map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`).join("\n"),
    table: subcommands.map(formatCase).join("\n"),
  };
}

function formatCase({ name, line, verbs }: CompletedSubcommand): string {
  const specifications = [
    ...allOptions(line).flatMap(formatOption),
    ...(verbs.length > 0
      ? [`1${formatValue(line.words[0]!.name)}`, "*:: :->verb"]
      : formatWords(line)),
  ];
  const below = [
    "      [[ $state == verb ]] || return",
    "      case $words[1] in",
    ...verbs.map((verb) => formatCase(verb).replaceAll(/^/gm, "    ")),
    "      esac",
  ];
  return [
    `    ${name.split(" ").at(-1)})`,
    [
      `      _arguments -S${line.stopEarly ? " -A '-*'" : ""}`,
      ...specifications.map(quote),
    ].join(" \\\n        "),
    ...(verbs.length > 0 ? below : []),
    "      ;;",
  ].join("\n");
}

/** An option as `_arguments` takes it: `(-w --watch)--watch=[meaning]:FILE:_files`. */
function formatOption(option: NamedOption): string[] {
  const [, { value, repeat, meaning }] = option;
  const all = spellings(option);
  return all.map((spelling) => {
    const others = repeat ? "*" : all.length > 1 ? `(${all.join(" ")})` : "";
    const name = value !== undefined && spelling.startsWith("--") ? `${spelling}=` : spelling;
    return `${others}${name}[${escape(meaning)}]${value === undefined ? "" : formatValue(value)}`;
  });
}

function formatWords(line: Line): string[] {
  if (mayBeginWithAgent(line)) {
    return [
      "1:agent or command:_checkwright_agent_or_command",
      "2: :_checkwright_command_of_agent",
      "*: : ",
    ];
  }
  return line.words.map(({ name, optional, repeat }, index) =>
    `${repeat ? "*" : `${index + 1}${optional ? ":" : ""}`}${formatValue(name)}`
  );
}

const actions: Readonly<Record<string, string>> = {
  FILE: "_files",
  DIR: "_files -/",
  AGENT: "_checkwright_agent",
  COMMAND: "_checkwright_command",
  SUBCOMMAND: "_checkwright_subcommand",
};

/** What stands for a word, and what completes it; a blank is nothing. */
function formatValue(name: string): string {
  const action = name.includes("|") ? `(${name.replaceAll("|", " ")})` : actions[name] ?? " ";
  return `:${escape(name)}:${action}`;
}

/** Text within one of the specifications of `_arguments`. */
function escape(text: string): string {
  return text.replaceAll(/[\\:[\]]/g, "\\$&");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
