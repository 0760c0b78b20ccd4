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

/** NRPE splits at `!`; the rest would confuse a log or a terminal. */
const namePattern = "^[^!\\u0000-\\u001f\\u007f]{1,200}$";

/** The name of a command. */
export const commandName: Reader<string> = withSchema({ pattern: namePattern }, (value, report) => {
  if (typeof value === "string" && new RegExp(namePattern).test(value)) return value;
  report.error(
    `Invalid command name ${show(value)}: expected 1 to 200 characters without "!"`,
  );
});

/** Settings of any command, once read. */
export type GivenRun = Partial<RunSettings & Pick<ManifestCheck, "sandbox">>;

/** Settings of a plugin or a shell line, once read. */
export type GivenExec = GivenRun & Partial<Omit<ExecSettings, "uid" | "gid">>;

/** How each setting of any command is read, and what it means. */
export const runTable: { [Name in keyof GivenRun]-?: Reader<NonNullable<GivenRun[Name]>> } = {
  timeout: described("After this long it is ended", span, { examples: ["10s"] }),
  acceptArguments: described("Whether it takes arguments from the wire", boolean),
  isolation: described(
    "worker: its permissions are bounded; process: CPU and memory too, in a child of its own",
    oneOf("worker", "process"),
  ),
  sandbox: described(
    "own: no other command runs in its sandbox; shared: those with the same permissions may",
    oneOf("shared", "own"),
  ),
  maxConcurrent: described("How many may run at once", count, { examples: [2] }),
  cache: described("How long the last result answers for the next", span, { examples: ["30s"] }),
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
        report.at(name).error("Cannot be set: the runtime refuses LD_ variables");
      }
    }
    return read;
  },
);

/** How each setting of a plugin or a shell line is read, and what it means. */
export const execTable: { [Name in keyof GivenExec]-?: Reader<NonNullable<GivenExec[Name]>> } = {
  ...runTable,
  env: described("A plugin's environment variables, beside the clean ones it gets", environment),
  cwd: described("The folder a plugin is started in; / where left out", absolutePath),
  user: described("The user a plugin runs as, where the daemon may choose", text),
  sha256: described("Refuse to start a plugin whose SHA-256 is another", sha256),
  split: described("Whether a plugin's word that is exactly $ARGn$ is split into words", boolean),
};

/** Reads the settings of a plugin or a shell line. */
export const execFields: Reader<GivenExec> = fields<GivenExec>({
  ...execTable,
  sandbox: (_value, report) => {
    report.error("A plugin runs in no sandbox: expected it for a check only");
    return undefined;
  },
});

const words = listOf(anyText);

/** An executable by absolute path, and its words. */
export const commandLine: Reader<string[]> = withSchema(
  { ...words.schema, prefixItems: [absolutePath.schema!], minItems: 1 },
  (value, report) => {
    const argv = words(value, report);
    if (argv === undefined) return;
    const executable = absolutePath((value as unknown[])[0], report.at(0));
    if (executable?.includes("$ARG")) {
      report.at(0).error("The executable cannot come from an argument");
    }
    return executable === undefined ? undefined : argv;
  },
);
