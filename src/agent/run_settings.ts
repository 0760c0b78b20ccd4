import type { Report } from "./diagnostic.ts";
import type { ExecSettings, ManifestCheck, RunSettings } from "./manifest.ts";
import {
  absolutePath,
  anyText,
  boolean,
  count,
  described,
  fields,
  grantedPath,
  isRecord,
  listOf,
  oneOf,
  type Reader,
  recordOf,
  sha256,
  show,
  span,
  text,
  withSchema,
} from "./read.ts";

/** NRPE splits a query at `!`. Control characters would corrupt logs and terminals. */
const namePattern = "^[^!\\u0000-\\u001f\\u007f]{1,200}$";

/** Reads the name of a command. */
export const commandName: Reader<string> = withSchema({ pattern: namePattern }, (value, report) => {
  if (typeof value === "string" && new RegExp(namePattern).test(value)) return value;
  report.error(
    `Invalid command name ${show(value)}: expected 1 to 200 characters without "!"`,
  );
});

/** Settings of any command, after reading. */
export type GivenRun = Partial<RunSettings & Pick<ManifestCheck, "sandbox">>;

/** Settings of a plugin or a shell line, after reading. */
export type GivenExec = GivenRun & Partial<ExecSettings>;

/** The reader and the description of each setting of any command. */
export const runTable: { [Name in keyof GivenRun]-?: Reader<NonNullable<GivenRun[Name]>> } = {
  timeout: described("Duration after which the command is ended", span, { examples: ["10s"] }),
  acceptArguments: described("Whether the command accepts arguments from the wire", boolean),
  isolation: described(
    "worker: limits permissions; process: also limits CPU time and memory, in a separate process",
    oneOf("worker", "process"),
  ),
  sandbox: described(
    "shared: commands with the same permissions share a sandbox; own: the command does not share one",
    oneOf("shared", "own"),
  ),
  maxConcurrent: described("Maximum number of concurrent runs", count, {
    examples: [2],
  }),
  cache: described("Duration for which a result is reused for further queries", span, {
    examples: ["30s"],
  }),
  optional: described("Omit the command if a program that it starts is missing", boolean),
};

/** Reads the settings of any command. */
export const runFields: Reader<GivenRun> = fields<GivenRun>(runTable);

const variables = recordOf<string>(anyText);

/** Reads environment variables. */
export const environment: Reader<Record<string, string>> = withSchema(
  variables.schema!,
  (value, report) => {
    const read = variables(value, report);
    for (const name of Object.keys(read ?? {})) {
      const reason = whyInvalidVariable(name);
      if (reason !== undefined) report.at(name).error(`Invalid variable: ${reason}`);
    }
    return read;
  },
);

// These variables make the dynamic linker load other code, so Deno refuses them in any case.
function whyInvalidVariable(name: string): string | undefined {
  if (name.includes("=")) return 'expected a name without "="';
  if (!/^(?:DY)?LD_/i.test(name)) return undefined;
  return "the runtime refuses variables whose names start with LD_; let another program set it: " +
    `plugin(["/usr/bin/env", ${JSON.stringify(`${name}=VALUE`)}, "/path/of/the/plugin"])`;
}

/** Reads a user or a group: a name or a number. YAML reads digits as a number. */
const principal: Reader<string> = withSchema(
  { anyOf: [text.schema!, { type: "integer", minimum: 0 }] },
  (value, report) => {
    if (Number.isSafeInteger(value) && (value as number) >= 0) return String(value);
    if (typeof value !== "number") return text(value, report);
    report.error(`Invalid value ${show(value)}: expected a name or a number`);
  },
);

/** The reader and the description of each setting of a plugin or a shell line. */
export const execTable: { [Name in keyof GivenExec]-?: Reader<NonNullable<GivenExec[Name]>> } = {
  ...runTable,
  env: described("Environment variables of a plugin, added to a minimal environment", environment),
  cwd: described("Working directory of a plugin", absolutePath),
  user: described(
    "User that runs a plugin, a name or a number; another user than the daemon's requires root",
    principal,
    { examples: ["nagios"] },
  ),
  group: described(
    "Primary group of a plugin, a name or a number; another group than the user's requires root",
    principal,
    { examples: ["nagios"] },
  ),
  sha256: described("SHA-256 of a plugin; a plugin with another digest is not started", sha256),
  split: described(
    "Split the value of $ARGn$ into words if it is a whole argument of a plugin",
    boolean,
  ),
};

/** Reads the settings of a plugin or a shell line. */
export const execFields: Reader<GivenExec> = fields<GivenExec>({
  ...execTable,
  sandbox: (_value, report) => {
    report.error("A plugin does not run in a sandbox: set it for checks only");
    return undefined;
  },
});

/** A plugin's path and arguments, after reading. */
export interface GivenPlugin {
  argv: string[];
  /** The indexes of words that are never split. */
  unsplit: number[];
}

const wholeWord = fields<{ word: string }>({
  word: described("A word that is never split into several words", anyText),
});

/** Reads a string, or a map such as `{ word: $ARG1$ }`. */
const pluginWord: Reader<string | { word: string }> = withSchema(
  { anyOf: [anyText.schema!, { ...wholeWord.schema, required: ["word"] }] },
  (value, report) => {
    if (!isRecord(value)) return anyText(value, report);
    const read = wholeWord(value, report);
    if (read?.word !== undefined) return { word: read.word };
    if (!("word" in value)) report.error("Missing word: expected a string or { word: STRING }");
  },
);

const words = listOf(pluginWord);

/**
 * Reads the path and arguments of a plugin; the first word is the absolute path of the executable.
 */
export const commandLine: Reader<GivenPlugin> = withSchema(
  { ...words.schema, prefixItems: [grantedPath.schema!], minItems: 1 },
  (value, report) => {
    const read = words(value, report);
    if (read === undefined) return;
    const given = value as unknown[];
    if (given.length === 0) {
      report.error(
        'Missing executable: expected a list such as ["/path/of/the/plugin", "-w", "5"]',
      );
      return;
    }
    if (!isProgram(given[0], report.at(0))) return;
    return {
      argv: read.map((word) => typeof word === "string" ? word : word.word),
      unsplit: read.flatMap((word, index) => typeof word === "string" ? [] : [index]),
    };
  },
);

const plainWords = listOf(anyText);

/** Reads the absolute path of a program that starts plugins, and its arguments; may be empty. */
export const prefixLine: Reader<string[]> = withSchema(
  { ...plainWords.schema, prefixItems: [grantedPath.schema!] },
  (value, report) => {
    const read = plainWords(value, report);
    if (read === undefined || read.length === 0) return read;
    return isProgram((value as unknown[])[0], report.at(0)) ? read : undefined;
  },
);

function isProgram(value: unknown, report: Report): boolean {
  const executable = grantedPath(value, report);
  if (executable?.includes("$ARG")) {
    report.error("Invalid executable: expected a path without $ARGn$ macros");
  }
  return executable !== undefined;
}
