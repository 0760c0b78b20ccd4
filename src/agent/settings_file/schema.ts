import type { OptionKind, OptionSpec } from "../../check/option.ts";
import type { Manifest, ManifestCommand } from "../manifest.ts";
import { isRecord, type Schema } from "../read.ts";
import { defaultSettings } from "../settings.ts";
import { hostFields } from "./table.ts";
import { writeSettings } from "./written.ts";

/**
 * Returns the JSON Schema (draft 2020-12) of a settings file. It comes from the table that also
 * reads the file.
 *
 * @param manifest the agent whose commands and options the schema contains; default: any agent
 * @returns the schema
 */
export function settingsSchema(manifest?: Manifest): Schema {
  const { properties, ...schema } = withDefaults(
    hostFields.schema!,
    writeSettings(defaultSettings),
  );
  const { commands, ...others } = properties as Record<string, Schema>;
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Settings of a host for Checkwright",
    ...schema,
    properties: { ...others, commands: manifest ? commandsOf(commands!, manifest) : commands },
  };
}

/** Returns the properties of a schema, or of its `anyOf` form that has properties; else empty. */
export function propertiesOf(schema: Schema): Record<string, Schema> {
  const forms = [schema, ...(schema.anyOf ?? []) as Schema[]];
  return forms.map(({ properties }) => properties).find(isRecord) as
    | Record<string, Schema>
    | undefined ?? {};
}

function withDefaults(schema: Schema, value: unknown): Schema {
  if (!isRecord(value)) return value === undefined ? schema : { ...schema, default: value };
  const { properties, anyOf } = schema;
  if (Array.isArray(anyOf)) {
    return {
      ...schema,
      anyOf: anyOf.map((form) => form.properties ? withDefaults(form, value) : form),
    };
  }
  if (!isRecord(properties)) return schema;
  const entries = Object.entries(properties as Record<string, Schema>);
  return {
    ...schema,
    properties: Object.fromEntries(
      entries.map(([name, below]) => [name, withDefaults(below, value[name])]),
    ),
  };
}

function commandsOf(schema: Schema, { commands }: Manifest): Schema {
  const any = schema.additionalProperties as Schema;
  const known = Object.entries(commands).map(([name, command]) => [name, commandOf(any, command)]);
  return { ...schema, properties: Object.fromEntries(known) };
}

// Only a command that the host adds has `plugin` or `shell`.
function commandOf(any: Schema, command: ManifestCommand): Schema {
  const { plugin: _plugin, shell: _shell, options: _options, ...properties } = propertiesOf(any);
  if (command.kind !== "check") return { ...any, properties };
  const options = Object.entries(command.options).map(([name, spec]) => [name, optionOf(spec)]);
  return {
    ...any,
    description: command.description,
    properties: {
      ...properties,
      options: {
        type: "object",
        properties: Object.fromEntries(options),
        additionalProperties: false,
      },
    },
  };
}

const quantity: Schema = { type: ["string", "number"] };

/** The schema of each kind of option. Further rules are checked when the settings are read. */
const optionTypes: Record<OptionKind, (spec: OptionSpec) => Schema> = {
  range: () => quantity,
  ranges: () => ({ anyOf: [quantity, { type: "array", items: quantity }] }),
  percentRange: () => quantity,
  bytesRange: () => quantity,
  durationRange: () => quantity,
  number: () => quantity,
  integer: () => quantity,
  percent: () => quantity,
  bytes: () => quantity,
  duration: () => quantity,
  text: () => ({ type: "string" }),
  oneOf: ({ values }) => ({ enum: values }),
  flag: () => ({ type: ["boolean", "string"] }),
  list: () => ({ anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] }),
  secret: () => ({ anyOf: ["file", "env"].map(placeOf) }),
};

function placeOf(name: string): Schema {
  const properties = { [name]: { type: "string" } };
  return { type: "object", properties, required: [name], additionalProperties: false };
}

function optionOf(spec: OptionSpec): Schema {
  const { kind, description, default: value } = spec;
  return {
    description,
    ...withMap(optionTypes[kind](spec), spec),
    ...(value !== undefined && { default: value }),
  };
}

/** Adds the form of a map, in which each label or each item of a list has a value of its own. */
function withMap(one: Schema, { labels, per }: OptionSpec): Schema {
  if (labels === undefined && per === undefined) return one;
  const map = labels === undefined ? { additionalProperties: one } : {
    properties: Object.fromEntries(["*", ...labels].map((label) => [label, one])),
    additionalProperties: false,
  };
  return { anyOf: [one, { type: "object", ...map }] };
}
