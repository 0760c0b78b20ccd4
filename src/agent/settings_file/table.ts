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
import { commandLine, commandName, execTable, type GivenExec } from "../run_settings.ts";
import { type GivenSettings, settingsTable } from "../settings_table.ts";

/** What a settings file may say of one command, once read. */
export interface GivenCommand extends GivenExec {
  disabled?: boolean;
  options?: Record<string, unknown>;
  plugin?: string[];
}

/** What a settings file may say, once read. */
export interface GivenHost extends GivenSettings {
  commands?: Record<string, GivenCommand>;
  include?: string[];
}

const plainValue: Schema = { type: ["string", "number", "boolean"] };

// Which options there are only the agent knows; it reads them once more.
const optionValue: Reader<unknown> = withSchema(
  { anyOf: [plainValue, { type: "array", items: plainValue }] },
  (value, report) => {
    const isPlain = (one: unknown) => ["string", "number", "boolean"].includes(typeof one);
    if (isPlain(value) || (Array.isArray(value) && value.every(isPlain))) return value;
    report.error(
      `Invalid value ${show(value)}: expected a string, a number, true, false or a list`,
    );
  },
);

const commandFields = fields<GivenCommand>({
  disabled: described("true leaves the command out", boolean),
  options: described("Values of a check's options, by name", recordOf(optionValue)),
  plugin: described(
    "A plugin of this host's own: its executable by absolute path, and its words",
    commandLine,
    { examples: [["/usr/lib/nagios/plugins/check_dummy", "0"]] },
  ),
  ...execTable,
});

const command: Reader<GivenCommand> = withSchema(commandFields.schema!, (value, report) => {
  const read = commandFields(value, report);
  const names = isRecord(value) ? Object.keys(value) : [];
  const others = names.filter((name) => name !== "disabled");
  if (read?.disabled && others.length > 0) {
    report.at("disabled").error(`Nothing goes with it: expected no ${others.join(", no ")}`);
  }
  if (names.includes("plugin") && names.includes("options")) {
    report.at("options").error("A plugin has no options: expected its words to hold them");
  }
  return read;
});

/** Patterns of paths, one or several. */
const patterns: Reader<string[]> = withSchema(
  { anyOf: [text.schema!, { type: "array", items: text.schema! }] },
  (value, report) => {
    if (Array.isArray(value)) return listOf(text)(value, report);
    const one = text(value, report);
    return one === undefined ? undefined : [one];
  },
);

/** Reads a settings file as a whole, but for what only the agent can tell. */
export const hostFields: Reader<GivenHost> = fields<GivenHost>({
  ...settingsTable,
  commands: described(
    "What holds for commands of the agent, by name; and plugins of this host's own",
    recordOf(command, commandName),
  ),
  include: described(
    "Files that win over this one, the later over the earlier: paths or patterns, relative to it",
    patterns,
    { examples: ["conf.d/*.yaml"] },
  ),
});
