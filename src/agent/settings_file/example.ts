import { isBuiltIn, type Manifest, type ManifestCheck, type ManifestCommand } from "../manifest.ts";
import { isRecord, type Schema } from "../read.ts";
import { formatFlow } from "./flow.ts";
import { propertiesOf, settingsSchema } from "./schema.ts";
import { writeCommand, writeSettings } from "./written.ts";

/**
 * A comment shows this setting, because it requires `clientCertificates`, which is off by default.
 */
const shownOnly: readonly string[] = ["clients"];

/**
 * Writes an example of a settings file for an agent: every setting with its default, commented out
 * (`#timeout: 60s`), below one line that describes it (`# Timeout of …`).
 *
 * @param manifest the agent
 * @returns the file
 */
export function exampleSettings(manifest: Manifest): string {
  const { commands, ...settings } = propertiesOf(settingsSchema());
  const values = writeSettings(manifest.settings);
  const lines = Object.entries(settings).flatMap(([name, schema]) => [
    "",
    ...setting(name, schema, values[name], ""),
  ]);
  return [
    "# yaml-language-server: $schema=settings.schema.json",
    "#",
    "# Settings of this host, which override the agent's. A line such as #timeout is a setting with",
    "# its default. To change it, remove its # and the # of its parent lines.",
    ...lines,
    "",
    ...commandLines(commands!, manifest),
    "",
  ].join("\n");
}

function setting(name: string, schema: Schema, value: unknown, indent: string): string[] {
  const { description, default: otherwise, examples, enum: choices } = schema;
  const below = Object.entries(propertiesOf(schema));
  const [example] = (examples ?? []) as unknown[];
  const known = value ?? otherwise ?? example;
  const choice = Array.isArray(choices) ? `: ${choices.join(", ")}` : "";
  const meaning = `${indent}# ${description}${choice}`;
  if (below.length > 0) {
    const values = isRecord(value) ? value : {};
    return [
      meaning,
      `#${indent}${name}:`,
      ...below.flatMap(([key, one]) => setting(key, one, values[key], `${indent}  `)),
    ];
  }
  const line = `${name}: ${formatFlow(known)}`;
  return shownOnly.includes(name) && value === undefined
    ? [meaning, `${indent}# Requires tls.clientCertificates. For example: ${line}`]
    : [meaning, `#${indent}${line}`];
}

function commandLines(schema: Schema, { commands }: Manifest): string[] {
  const each = propertiesOf(schema.additionalProperties as Schema);
  return [
    `# ${schema.description}.`,
    "# Settings of each command:",
    ...Object.entries(each).map(([name, { description, examples }]) => {
      const [example] = (examples ?? []) as unknown[];
      const shown = example === undefined ? "" : `; for example ${formatFlow(example)}`;
      return `# - ${name}: ${description}${shown}`;
    }),
    "#commands:",
    ...Object.entries(commands)
      .filter(([, command]) => !isBuiltIn(command))
      .flatMap(([name, command]) => ofCommand(name, command)),
  ];
}

function ofCommand(name: string, command: ManifestCommand): string[] {
  return [
    ...(command.kind === "check" ? [`  # ${oneLine(command.description)}`] : []),
    `#  ${formatFlow(name)}:`,
    `#    timeout: ${writeCommand(command).timeout}`,
    `#    acceptArguments: ${command.acceptArguments}`,
    ...(command.kind === "check" ? options(command) : []),
  ];
}

function options({ options, values }: ManifestCheck): string[] {
  const lines = Object.entries(options).flatMap(
    ([name, { kind, description, default: otherwise }]) => {
      const value = values[name] ?? otherwise;
      const meaning = `      # ${oneLine(description)} (${kind})`;
      return value === undefined
        ? [`${meaning}; no default: ${name}`]
        : [meaning, `#      ${name}: ${formatFlow(value)}`];
    },
  );
  return lines.some((line) => line.startsWith("#")) ? ["#    options:", ...lines] : lines;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}
