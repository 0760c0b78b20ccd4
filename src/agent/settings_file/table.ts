import {
  boolean,
  described,
  fields,
  isRecord,
  listOf,
  type Reader,
  recordOf,
  type Schema,
  show,
  text,
  withSchema,
} from "../read.ts";
import {
  commandLine,
  commandName,
  execTable,
  type GivenExec,
  type GivenPlugin,
} from "../run_settings.ts";
import { type GivenSettings, settingsTable } from "../settings_table.ts";

/** Settings of one command in a settings file, after reading. */
export interface GivenCommand extends GivenExec {
  disabled?: boolean;
  options?: Record<string, unknown>;
  plugin?: GivenPlugin;
  shell?: string;
}

/** The contents of a settings file, after reading. */
export interface GivenHost extends GivenSettings {
  commands?: Record<string, GivenCommand>;
  include?: string[];
  format?: typeof SETTINGS_FORMAT;
}

/** The version of the format of settings files. */
export const SETTINGS_FORMAT = 1;

const plainValue: Schema = { type: ["string", "number", "boolean"] };
const oneOrSeveral: readonly Schema[] = [plainValue, { type: "array", items: plainValue }];

// The agent defines the options, so the values are parsed again after the agent is loaded.
// A map has a value for each label, or for each item of a list.
const optionValue: Reader<unknown> = withSchema(
  {
    anyOf: [...oneOrSeveral, { type: "object", additionalProperties: { anyOf: oneOrSeveral } }],
  },
  (value, report) => {
    const isPlain = (one: unknown) => ["string", "number", "boolean"].includes(typeof one);
    const isValue = (one: unknown) => isPlain(one) || Array.isArray(one) && one.every(isPlain);
    if (isValue(value) || isRecord(value) && Object.values(value).every(isValue)) return value;
    report.error(
      `Invalid value ${show(value)}: ` +
        "expected a string, a number, true, false, a list or a map of such values",
    );
  },
);

const commandFields = fields<GivenCommand>({
  disabled: described("true disables the command", boolean),
  options: described("Values of a check's options, by name", recordOf(optionValue)),
  plugin: described(
    "A plugin that this host adds: the absolute path of its executable, and its arguments",
    commandLine,
    { examples: [["/usr/lib/nagios/plugins/check_dummy", "0"]] },
  ),
  shell: described(
    "A line for /bin/sh that this host adds, if the agent sets hostShell; it receives arguments as " +
      '"$1", "$2"',
    text,
    { examples: ['ls "$1" | wc -l'] },
  ),
  ...execTable,
});

const command: Reader<GivenCommand> = withSchema(commandFields.schema!, (value, report) => {
  const read = commandFields(value, report);
  const names = isRecord(value) ? Object.keys(value) : [];
  const others = names.filter((name) => name !== "disabled");
  if (read?.disabled && others.length > 0) {
    report.at("disabled").error(
      `A disabled command cannot have other settings: remove ${others.join(", ")}`,
    );
  }
  if (names.includes("plugin") && names.includes("options")) {
    report.at("options").error("A plugin has no options: add its arguments to the setting plugin");
  }
  if (names.includes("shell") && names.includes("options")) {
    report.at("options").error("A shell line has no options: set them for checks only");
  }
  return read;
});

/** Reads one or several patterns of paths. */
const patterns: Reader<string[]> = withSchema(
  { anyOf: [text.schema!, { type: "array", items: text.schema! }] },
  (value, report) => {
    if (Array.isArray(value)) return listOf(text)(value, report);
    const one = text(value, report);
    return one === undefined ? undefined : [one];
  },
);

/** Reads a settings file, except for the parts that only the agent can check. */
export const hostFields: Reader<GivenHost> = fields<GivenHost>({
  ...settingsTable,
  commands: described(
    "Settings of the agent's commands, by name, and plugins that this host adds",
    recordOf(command, commandName),
  ),
  include: described(
    "Files that override this one; later files override earlier ones; relative paths or patterns",
    patterns,
    { examples: ["conf.d/*.yaml"] },
  ),
  format: described(
    "Format version of this file; an older Checkwright refuses a newer format",
    withSchema({ type: "integer", const: SETTINGS_FORMAT }, (value, report) => {
      if (value === SETTINGS_FORMAT) return SETTINGS_FORMAT;
      report.error(
        `Unknown format ${
          show(value)
        }: expected ${SETTINGS_FORMAT}; a newer Checkwright may read it`,
      );
    }),
    { default: SETTINGS_FORMAT },
  ),
});
