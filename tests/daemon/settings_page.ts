/** The tables of settings in src/daemon/README.md, made from the definitions of the settings. */
import { formatFlow } from "../../src/agent/settings_file/flow.ts";
import { propertiesOf, settingsSchema } from "../../src/agent/settings_file/schema.ts";
import { writeCommand } from "../../src/agent/settings_file/written.ts";
import { describeAgent } from "../../src/agent/describe_agent.ts";
import type { Schema } from "../../src/agent/read.ts";
import { defineAgent, defineCheck, plugin } from "../../src/mod.ts";

/** Defaults of the daemon that are not values. */
const daemonDefaults: Readonly<Record<string, string>> = {
  "tls.cert": "self-signed",
  "state": "depends on the user",
  "clients": "no restriction",
};

/** Defaults of a command that are not values. */
const commandDefaults: Readonly<Record<string, string>> = {
  acceptArguments: "the agent's `acceptArguments`",
  timeout: "the agent's `timeout`",
  maxConcurrent: "unlimited",
  cache: "no cache",
  optional: "`false`",
  disabled: "`false`",
  user: "the daemon's user",
  group: "the user's group",
};

/** Returns the tables, in Markdown. */
export function buildSettingsTables(): string {
  const { commands, include, format, ...settings } = propertiesOf(settingsSchema());
  const each = propertiesOf(commands!.additionalProperties as Schema);
  return [
    "Settings of an agent and of a settings file:\n",
    table(Object.entries(settings).flatMap(([name, schema]) => rowsOf(name, schema))),
    "\nSettings of one command, in the agent or below `commands.NAME` in a settings file:\n",
    table(Object.entries(each).flatMap(([name, schema]) => rowsOf(name, schema, commandDefault))),
    "\nSettings of settings files only, beside `commands`:\n",
    table([...rowsOf("include", include!), ...rowsOf("format", format!)]),
  ].join("\n");
}

function table(rows: string[]): string {
  return ["| Setting | Type | Default | Meaning |", "| --- | --- | --- | --- |", ...rows].join(
    "\n",
  );
}

type DefaultOf = (name: string, schema: Schema) => string;

function rowsOf(name: string, schema: Schema, defaultOf: DefaultOf = ownDefault): string[] {
  const below = Object.entries(propertiesOf(schema));
  const value = below.length > 0 ? "" : defaultOf(name, schema);
  const cells = [`\`${name}\``, typeOf(schema), value, String(schema.description)];
  return [
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`,
    ...below.flatMap(([key, one]) => rowsOf(`${name}.${key}`, one, defaultOf)),
  ];
}

function ownDefault(name: string, { default: value }: Schema): string {
  if (daemonDefaults[name] !== undefined) return daemonDefaults[name];
  return value === undefined ? "none" : `\`${formatFlow(value)}\``;
}

const sample = defineCheck({ description: "Sample", options: {}, run: () => "" });

/**
 * The values of a command without settings. If a check and a plugin differ, the value of the check
 * counts.
 */
const given = Object.assign(
  {},
  ...Object.values(
    describeAgent(
      defineAgent({ commands: { check: sample, plugin: plugin(["/bin/true"]) } }),
      { procfs: "/proc" },
    ).manifest.commands,
  ).map(writeCommand).toReversed(),
) as Record<string, unknown>;

function commandDefault(name: string): string {
  if (commandDefaults[name] !== undefined) return commandDefaults[name];
  const value = name === "options" || name === "plugin" ? undefined : given[name];
  return value === undefined ? "none" : `\`${formatFlow(value)}\``;
}

function typeOf({ type, enum: values, anyOf, pattern, items, examples, ...rest }: Schema): string {
  if (Array.isArray(values)) return values.map((value) => `\`${value}\``).join(", ");
  if (Array.isArray(anyOf)) {
    const forms = anyOf as Schema[];
    const list = forms.find((form) => form.type === "array");
    if (list !== undefined) return `string or list of strings`;
    return forms.map((form) => form.const === false ? "`false`" : typeOf(form)).join(" or ");
  }
  if (type === "array") {
    return (items as Schema).type === "object" ? "list of maps" : "list of strings";
  }
  if (type === "object") return "map";
  if (type === "integer") return "integer";
  if (type === "boolean") return "boolean";
  if (pattern === "^/") return "absolute path";
  if ("const" in rest) return "integer";
  const sampleValue = rest.default ?? (examples as unknown[] | undefined)?.[0];
  return /^\d+(ms|s|m|h|d)$/.test(String(sampleValue)) ? "duration" : "string";
}
