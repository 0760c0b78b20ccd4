import { wrap } from "./wrap.ts";

/** An invalid command line or input; the message is one line for the user. */
export class UsageError extends Error {}

/** An option of a subcommand. */
export interface LineOption {
  /** The letter of the option after one hyphen. */
  readonly short?: string;
  /**
   * The name of the option's value, as in {@linkcode LineWord.name} (default: the option has no
   * value).
   */
  readonly value?: string;
  /**
   * Whether the option may be repeated, and all values count (default: only the last value counts).
   */
  readonly repeat?: boolean;
  /** Whether the option is required. */
  readonly required?: boolean;
  /** The description of the option, with the default at the end. */
  readonly meaning: string;
}

/** A positional word of a subcommand. */
export interface LineWord {
  /**
   * The name of the word in the help. The names FILE, DIR, AGENT and COMMAND (of the agent) and a
   * choice such as `bash|zsh|fish` select the completion in a shell.
   */
  readonly name: string;
  /** The spelling of the word in the help (default: `name`). */
  readonly shown?: string;
  /** Whether the word may be omitted. */
  readonly optional?: boolean;
  /** Whether the word may be repeated. */
  readonly repeat?: boolean;
  /** The description of the word, with the default at the end. */
  readonly meaning: string;
}

/** The options of a subcommand by name, without the hyphens. */
export type LineOptions = Readonly<Record<string, LineOption>>;

/** An option with its name. */
export type NamedOption = [name: string, option: LineOption];

/** Exit codes with their meanings. */
export type ExitCodes = Readonly<Record<string, string>>;

/** The command line of a subcommand. Help, parser, completion and reference are derived from it. */
export interface Line {
  /** The options of the subcommand; `--help` exists without being listed. */
  readonly options: LineOptions;
  /** The positional words of the subcommand. */
  readonly words: readonly LineWord[];
  /** Whether all words after the first positional word are positional, even with hyphens. */
  readonly stopEarly: boolean;
}

/** A subcommand. */
export interface Subcommand {
  /** The summary of the subcommand: one sentence. */
  summary: string;
  /** The command line of the subcommand. */
  line: Line;
  /** The usage line in the help (default: derived from `line`). */
  synopsis?: string;
  /** The exit codes of the subcommand. */
  exitCodes: ExitCodes;
  /** The verbs of the subcommand, if its first word is a verb. */
  verbs?: Subcommands;
  /**
   * Runs the subcommand.
   *
   * @param args the arguments after its name
   * @returns the exit code
   */
  run(args: string[]): Promise<number>;
}

/** Functions that load a subcommand, by its name. */
export type Subcommands = Readonly<Record<string, () => Promise<Subcommand>>>;

/** A row of a table of words, options or exit codes. */
export type UsageRow = [term: string, meaning: string];

/** Maximum length of a line of help, in characters. */
const width = 100;

/** Returns the help of a subcommand. */
export function formatHelp(name: string, subcommand: Subcommand): string {
  const { summary, line, exitCodes } = subcommand;
  return [
    formatUsage(name, subcommand),
    "",
    summary,
    "",
    "Options:",
    ...formatRows([...wordRows(line), ...optionRows(line)]),
    "",
    "Exit codes:",
    ...formatRows(Object.entries(exitCodes)),
  ].join("\n");
}

/** Returns the usage line of a subcommand. */
export function formatUsage(name: string, { line, synopsis }: Subcommand): string {
  return `Usage: checkwright ${name} ${synopsis ?? formatSynopsis(line)}`.trimEnd();
}

/** Returns the positional words of a usage line with their meanings. */
export function wordRows({ words }: Line): UsageRow[] {
  return words.map((
    { name, shown = name, repeat, meaning },
  ) => [`${shown}${repeat ? "…" : ""}`, meaning]);
}

/** Returns the options of a usage line with their meanings. */
export function optionRows(line: Line): UsageRow[] {
  return allOptions(line).map(([name, { short, value, required, meaning }]) => [
    [
      ...(short === undefined ? [] : [`-${short},`]),
      `--${name}`,
      ...(value === undefined ? [] : [value]),
    ].join(" "),
    required ? `${meaning} (required)` : meaning,
  ]);
}

/** Returns the options of a usage line, including `--help`. */
export function allOptions({ options }: Line): NamedOption[] {
  const help: LineOption = { short: "h", meaning: "print this help" };
  return Object.entries({ ...options, help: options.help ?? help });
}

function formatRows(rows: readonly UsageRow[]): string[] {
  const column = Math.max(0, ...rows.map(([term]) => term.length)) + 4;
  return rows.flatMap(([term, meaning]) => {
    const [first, ...more] = wrap(meaning, width - column);
    return [
      `  ${term.padEnd(column - 2)}${first}`,
      ...more.map((part) => " ".repeat(column) + part),
    ];
  });
}

function formatSynopsis({ words, options, stopEarly }: Line): string {
  const parts = Object.entries(options).map(([name, { value, repeat, required }]) => {
    const spelling = value === undefined ? `--${name}` : `--${name} ${value}`;
    return `${required ? spelling : `[${spelling}]`}${repeat ? "…" : ""}`;
  });
  const positional = formatWords(words);
  return (stopEarly ? [...parts, ...positional] : [...positional, ...parts]).join(" ");
}

/** Returns positional words as the usage line shows them. */
export function formatWords(words: readonly LineWord[]): string[] {
  return words.map(({ name, shown = name, optional, repeat }) => {
    const word = repeat ? `${shown}…` : shown;
    return optional ? `[${word}]` : word;
  });
}
