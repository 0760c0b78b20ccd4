import { type CompletedSubcommand, mayBeginWithAgent, spellings } from "./completion_table.ts";
import { allOptions, type Line, type NamedOption } from "./usage.ts";

/**
 * Returns the parts of the completion script for zsh.
 *
 * @param subcommands the subcommands
 * @returns the text of each placeholder in `completion/checkwright.zsh`
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

/** Formats an option for `_arguments`: `(-w --watch)--watch=[meaning]:FILE:_files`. */
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

/** Formats the name of a word and its completion action; a space is the action that does nothing. */
function formatValue(name: string): string {
  const action = name.includes("|") ? `(${name.replaceAll("|", " ")})` : actions[name] ?? " ";
  return `:${escape(name)}:${action}`;
}

/** Escapes text for a specification of `_arguments`. */
function escape(text: string): string {
  return text.replaceAll(/[\\:[\]]/g, "\\$&");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
