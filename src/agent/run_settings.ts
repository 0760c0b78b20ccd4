import type { ExecSettings, ManifestCheck, RunSettings } from "./manifest.ts";
import {
  absolutePath,
  boolean,
  count,
  described,
  fields,
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
export type GivenExec = GivenRun & Partial<Omit<ExecSettings, "uid" | "gid">>;

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

const anyText: Reader<string> = withSchema({ type: "string" }, (value, report) => {
  if (typeof value === "string" && !value.includes("\0")) return value;
  report.error(`Invalid value ${show(value)}: expected a string`);
});

const variables = recordOf<string>(anyText);

const environment: Reader<Record<string, string>> = withSchema(
  variables.schema!,
  (value, report) => {
    const read = variables(value, report);
    for (const name of Object.keys(read ?? {})) {
      if (name.startsWith("LD_")) {
        report.at(name).error(
          "Invalid variable: the runtime refuses variables whose names start with LD_",
        );
      }
    }
    return read;
  },
);

/** The reader and the description of each setting of a plugin or a shell line. */
export const execTable: { [Name in keyof GivenExec]-?: Reader<NonNullable<GivenExec[Name]>> } = {
  ...runTable,
  env: described("Environment variables of a plugin, added to a minimal environment", environment),
  cwd: described("Working directory of a plugin", absolutePath),
  user: described(
    "User that runs a plugin; another user than the daemon's requires root",
    text,
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

const words = listOf(anyText);

/**
 * Reads the path and arguments of a plugin; the first word is the absolute path of the executable.
 */
export const commandLine: Reader<string[]> = withSchema(
  { ...words.schema, prefixItems: [absolutePath.schema!], minItems: 1 },
  (value, report) => {
    const argv = words(value, report);
    if (argv === undefined) return;
    const executable = absolutePath((value as unknown[])[0], report.at(0));
    if (executable?.includes("$ARG")) {
      report.at(0).error("Invalid executable: expected a path without $ARGn$ macros");
    }
    return executable === undefined ? undefined : argv;
  },
);
