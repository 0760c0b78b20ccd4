import { wrap } from "./wrap.ts";

/** What the user typed cannot be run; the message is one clear line. */
export class UsageError extends Error {}

/** An option of a subcommand. */
export interface LineOption {
  /** Its letter behind one hyphen. */
  readonly short?: string;
  /** What stands for its value, as {@linkcode LineWord.name} does; it stands alone where left out. */
  readonly value?: string;
  /** Whether it may be given more than once, and all values count; otherwise the last one does. */
  readonly repeat?: boolean;
  /** Whether nothing goes without it. */
  readonly required?: boolean;
  /** What it does. */
  readonly meaning: string;
}

/** A positional word of a subcommand. */
export interface LineWord {
  /**
   * What stands for it. FILE, DIR, AGENT and COMMAND (of the agent) say what a shell completes it
   * with, and so does a choice: `bash|zsh|fish`.
   */
  readonly name: string;
  /** Whether it may be left out. */
  readonly optional?: boolean;
  /** Whether more of them may follow. */
  readonly repeat?: boolean;
  /** What it is. */
  readonly meaning: string;
}

/** The options of a subcommand by name, without the hyphens. */
export type LineOptions = Readonly<Record<string, LineOption>>;

/** What can be said on the line of a subcommand: help, parsing and completion come from this. */
export interface Line {
  /** Its options; `--help` is there without being listed. */
  readonly options: LineOptions;
  /** Its positional words. */
  readonly words: readonly LineWord[];
  /** Whether what follows the first positional word is left as it is, hyphens included. */
  readonly stopEarly: boolean;
}

/** A subcommand. */
export interface Subcommand {
  /** What it does, in one line. */
  summary: string;
  /** What can be said on its line. */
  line: Line;
  /** What its help shows of the line; all of it where left out. */
  synopsis?: string;
  /** Those that its first word is one of. */
  verbs?: Subcommands;
  /**
   * Runs it.
   *
   * @param args what stands behind its name
   * @returns the exit code
   */
  run(args: string[]): Promise<number>;
}

/** Subcommands by name; each is loaded when it is asked for. */
export type Subcommands = Readonly<Record<string, () => Promise<Subcommand>>>;

/** The widest line of a help text. */
const width = 100;

/** The help of one subcommand. */
export function formatHelp(name: string, { summary, line, synopsis }: Subcommand): string {
  const rows = rowsOf(line);
  const column = Math.max(0, ...rows.map(([spelling]) => spelling.length)) + 4;
  const lines = rows.flatMap(([spelling, meaning]) => {
    const [first, ...more] = wrap(meaning, width - column);
    return [
      `  ${spelling.padEnd(column - 2)}${first}`,
      ...more.map((part) => " ".repeat(column) + part),
    ];
  });
  return [
    `Usage: checkwright ${name} ${synopsis ?? formatSynopsis(line)}`.trimEnd(),
    "",
    summary,
    ...(lines.length > 0 ? ["", "Options:", ...lines] : []),
  ].join("\n");
}

function rowsOf({ words, options }: Line): [spelling: string, meaning: string][] {
  return [
    ...words.map((word): [string, string] => [
      `${word.name}${word.repeat ? "…" : ""}`,
      word.meaning,
    ]),
    ...Object.entries(options).map(([name, option]): [string, string] => [
      [
        ...(option.short === undefined ? [] : [`-${option.short},`]),
        `--${name}`,
        ...(option.value === undefined ? [] : [option.value]),
      ].join(" "),
      option.meaning,
    ]),
  ];
}

function formatSynopsis({ words, options, stopEarly }: Line): string {
  const parts = Object.entries(options).map(([name, { value, repeat, required }]) => {
    const spelling = value === undefined ? `--${name}` : `--${name} ${value}`;
    return `${required ? spelling : `[${spelling}]`}${repeat ? "…" : ""}`;
  });
  const positional = formatWords(words);
  return (stopEarly ? [...parts, ...positional] : [...positional, ...parts]).join(" ");
}

/** Positional words as a synopsis has them. */
export function formatWords(words: readonly LineWord[]): string[] {
  return words.map(({ name, optional, repeat }) => {
    const word = repeat ? `${name}…` : name;
    return optional ? `[${word}]` : word;
  });
}
