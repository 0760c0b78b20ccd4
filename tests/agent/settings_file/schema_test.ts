/** The JSON Schema and the example file. Both come from the table that reads settings. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { describeAgent } from "../../../src/agent/describe_agent.ts";
import { exampleSettings } from "../../../src/agent/settings_file/example.ts";
import { formatFlow } from "../../../src/agent/settings_file/flow.ts";
import { locateValues, plainOf } from "../../../src/agent/settings_file/located.ts";
import { parseYaml } from "../../../src/agent/settings_file/parse_yaml.ts";
import { propertiesOf, settingsSchema } from "../../../src/agent/settings_file/schema.ts";
import { hostFields } from "../../../src/agent/settings_file/table.ts";
import { readHostSettings } from "../../../src/agent/host_settings.ts";
import { createReport, type Diagnostic, formatDiagnostic } from "../../../src/agent/diagnostic.ts";
import { isRecord, type Schema } from "../../../src/agent/read.ts";
import { defaultSettings } from "../../../src/agent/settings.ts";
import builtIn from "../../../checks/agent.ts";
import { defineAgent, defineCheck, ok, option, plugin, shell } from "../../../src/mod.ts";
import { createFolder } from "./folder.ts";

const parse = (text: string) => plainOf(locateValues(parseYaml(text), "", []));

const everyKind = defineCheck({
  description: "Every kind\nof option",
  options: {
    range: option.range({ description: "A range", default: "~:10" }),
    ranges: option.ranges({ description: "Ranges", default: [1, "2:3"] }),
    percentRange: option.percentRange({ description: "A range", default: "80%:" }),
    bytesRange: option.bytesRange({ description: "A range", default: "1G:2GiB" }),
    durationRange: option.durationRange({ description: "A range", default: "5m:1h" }),
    labelled: option.range({ description: "By label", labels: ["a", "b"], default: { a: "5:" } }),
    number: option.number({ description: "A number", default: 1.5 }),
    integer: option.integer({ description: "A whole number", default: "7" }),
    percent: option.percent({ description: "A share", default: "20%" }),
    bytes: option.bytes({ description: "A size", default: "1GiB" }),
    duration: option.duration({ description: "A span", default: "1h30m" }),
    text: option.text({ description: "A text", default: "null: # no" }),
    oneOf: option.oneOf({ description: "One", values: ["yes", "2"], default: "2" }),
    flag: option.flag({ description: "Yes or no" }),
    list: option.list({ description: "Texts", default: ["a, b", "c"] }),
    optional: option.text({ description: "Nothing by itself", pattern: /x+/ }),
  },
  run: () => "",
});

const agents = {
  small: defineAgent({ commands: { "check this: too": () => ok("") } }),
  full: defineAgent({
    listen: ["127.0.0.1", "[::1]:5667"],
    tls: { ca: "/ca.pem", clientCertificates: "require", minVersion: "1.3" },
    clients: [{ subject: "CN=a, O=b: #", commands: ["check_*"] }],
    limits: { query: "250ms" },
    timeout: "90m",
    commands: {
      every: everyKind,
      bound: everyKind({ optional: "xxx" }, { cache: "30s" }),
      raid: plugin(["/bin/true"], { acceptArguments: true }),
      line: shell("true"),
    },
  }),
  plain: defineAgent({ tls: false, commands: { every: everyKind } }),
  builtIn,
};

/** Returns whether a value matches a schema, for the keywords of JSON Schema that settings use. */
function fits(value: unknown, schema: Schema): boolean {
  const known = [
    ..."$schema title description default examples type enum const anyOf properties".split(" "),
    ..."additionalProperties propertyNames items prefixItems required pattern minimum".split(" "),
    ..."maximum minLength minItems".split(" "),
  ];
  assertEquals(Object.keys(schema).filter((word) => !known.includes(word)), []);
  // deno-lint-ignore no-explicit-any -- each keyword of a schema has another type
  const words = schema as any;
  const types: Record<string, boolean> = {
    string: typeof value === "string",
    number: typeof value === "number",
    integer: Number.isInteger(value),
    boolean: typeof value === "boolean",
    array: Array.isArray(value),
    object: isRecord(value),
  };
  const entries = isRecord(value) ? Object.entries(value) : [];
  const { additionalProperties: others = true } = words;
  return [
    words.type === undefined || [words.type].flat().some((type: string) => types[type]),
    !words.enum || words.enum.includes(value),
    !("const" in words) || words.const === value,
    !words.anyOf || words.anyOf.some((one: Schema) => fits(value, one)),
    typeof value !== "string" || new RegExp(words.pattern ?? "", "u").test(value),
    typeof value !== "string" || value.length >= (words.minLength ?? 0),
    typeof value !== "number" || value >= (words.minimum ?? -Infinity),
    typeof value !== "number" || value <= (words.maximum ?? Infinity),
    !Array.isArray(value) || value.length >= (words.minItems ?? 0),
    !Array.isArray(value) ||
    value.every((item, index) => fits(item, words.prefixItems?.[index] ?? words.items ?? {})),
    entries.every(([name]) => fits(name, words.propertyNames ?? {})),
    entries.every(([name, item]) => {
      const below = words.properties?.[name] ?? others;
      return typeof below === "boolean" ? below : fits(item, below);
    }),
    !isRecord(value) || (words.required ?? []).every((name: string) => name in value),
  ].every(Boolean);
}

const uncommented = (text: string) => text.replace(/^#(?! \S|$)/gm, "");

for (const [name, agent] of Object.entries(agents)) {
  Deno.test(`Uncommenting the whole example of an agent does not change its settings: ${name}`, async () => {
    const { manifest, diagnostics } = describeAgent(agent);
    assertEquals(diagnostics.filter(({ severity }) => severity === "error"), []);
    const example = exampleSettings(manifest);
    assertEquals(parse(example), null);
    await using folder = await createFolder({ "settings.yaml": uncommented(example) });
    const host = await readHostSettings(`${folder.path}settings.yaml`);
    const { tls: given, ...settings } = host.settings;
    const again = describeAgent(agent, settings);
    assertEquals(
      [...host.diagnostics, ...again.diagnostics].map(formatDiagnostic),
      diagnostics.map(formatDiagnostic),
    );
    const { state, ...rest } = again.manifest.settings;
    assertEquals(rest, manifest.settings);
    assertEquals(state, "/var/lib/checkwright");
    assertEquals(
      describeAgent(agent, { ...settings, tls: given }).diagnostics.length,
      diagnostics.length,
    );
    for (const [name, command] of Object.entries(manifest.commands)) {
      if (command.kind !== "check") continue;
      const { values, options, ...same } = command;
      const now = again.manifest.commands[name];
      if (now?.kind !== "check") throw new Error(name);
      const { values: nowValues, hostValues: _, options: nowOptions, ...nowSame } = now;
      assertEquals([nowSame, nowOptions], [same, options], name);
      for (const [option, value] of Object.entries(values)) {
        assertEquals(nowValues[option], value, `${name} ${option}`);
      }
    }
  });

  Deno.test(`The example of an agent matches the schema: ${name}`, {
    permissions: "none",
  }, () => {
    const { manifest } = describeAgent(agent);
    const settings = parse(uncommented(exampleSettings(manifest)));
    assertEquals(fits(settings, settingsSchema()), true);
    assertEquals(fits(settings, settingsSchema(manifest)), true);
  });
}

Deno.test("The example contains every setting of the schema", { permissions: "none" }, () => {
  const example = exampleSettings(describeAgent(agents.small).manifest);
  function namesOf(schema: Schema): string[] {
    return Object.entries(propertiesOf(schema)).flatMap(([name, one]) => [name, ...namesOf(one)]);
  }
  const schema = settingsSchema();
  const each = propertiesOf(schema).commands!.additionalProperties as Schema;
  for (const name of [...namesOf(schema), ...namesOf(each)]) {
    assertStringIncludes(example, `${name}:`);
  }
});

Deno.test("Schema and table accept the same settings", { permissions: "none" }, () => {
  const good: unknown[] = [
    {},
    { listen: ["127.0.0.1:1", "::1"], tls: false, log: "json" },
    { v2: { payload: 4096, packets: "many" } },
    { v2: { payload: 65536 } },
    { tls: { cert: "/a", key: "/b", ca: "/c", clientCertificates: "request" } },
    { clients: [{ subject: "CN=x", commands: ["*"] }], include: ["a", "b/*.yaml"] },
    { commands: { a: { disabled: true }, b: { options: { x: 1, y: "2", z: [true] } } } },
    { commands: { a: { options: { x: { y: 1, "*": ["2"] } } } } },
    { env: { A: "" }, pluginPrefix: ["/usr/bin/sudo", "-n"], hostShell: false },
    { pluginPrefix: [], commands: { c: { plugin: ["/x", { word: "$ARG1$" }], user: 999 } } },
    { commands: { c: { shell: "x | y", group: "shadow" } } },
    { commands: { c: { plugin: ["/x", ""], env: { A: "" }, user: "nobody", cache: "1s" } } },
  ];
  const bad: unknown[] = [
    [],
    { lisen: "127.0.0.1" },
    { listen: [] },
    { tls: true },
    { tls: { minVersion: "1.1" } },
    { clients: [{ subject: "CN=x" }] },
    { limits: { running: 0 } },
    { limits: { running: 1.5 } },
    { v2: { payload: 63 } },
    { v2: { payload: 65537 } },
    { v2: { payload: 1024.5 } },
    { v2: { payload: "1024" } },
    { v2: { packets: "several" } },
    { v2: true },
    { timeout: 5 },
    { procfs: "proc" },
    { include: [1] },
    { commands: { "a!b": {} } },
    { env: { A: 1 } },
    { pluginPrefix: ["sudo"] },
    { hostShell: "yes" },
    { commands: { a: { plugin: ["/x", { word: 1 }] } } },
    { commands: { a: { plugin: ["/x", {}] } } },
    { commands: { a: { shell: "" } } },
    { commands: { a: { plugin: ["/x"], user: -1 } } },
    { commands: { a: null } },
    { commands: { a: { plugin: ["x"] } } },
    { commands: { a: { plugin: [] } } },
    { commands: { a: { options: { x: { y: { z: 1 } } } } } },
    { commands: { a: { sha256: "beef" } } },
    { commands: { a: { env: { A: 1 } } } },
  ];
  const schema = settingsSchema();
  const countErrors = (value: unknown) => {
    const found: Diagnostic[] = [];
    hostFields(value, createReport(found));
    return found.length;
  };
  for (const value of good) {
    assertEquals([fits(value, schema), countErrors(value)], [true, 0], JSON.stringify(value));
  }
  for (const value of bad) {
    const found = [fits(value, schema), countErrors(value) > 0];
    assertEquals(found, [false, true], JSON.stringify(value));
  }
});

Deno.test("The schema of an agent contains its commands and their options", {
  permissions: "none",
}, () => {
  const schema = settingsSchema(describeAgent(agents.full).manifest);
  const table: [value: unknown, fits: boolean][] = [
    [{ every: { options: { range: "5:", integer: 3, flag: true, oneOf: "yes" } } }, true],
    [{ every: { options: { rnage: "5:" } } }, false],
    [{ every: { options: { oneOf: "no" } } }, false],
    [{ every: { plugin: ["/bin/true"] } }, false],
    [{ raid: { options: { a: 1 } } }, false],
    [{ raid: { timeout: "5s" } }, true],
    [{ another: { plugin: ["/bin/true"] } }, true],
  ];
  for (const [commands, expected] of table) {
    assertEquals(fits({ commands }, schema), expected, JSON.stringify(commands));
  }
});

Deno.test(
  "Every setting in the schema has a description and the real default",
  {
    permissions: "none",
  },
  () => {
    const schema = settingsSchema();
    const undescribed = (schema: Schema, place: string): string[] =>
      Object.entries(propertiesOf(schema)).flatMap(([name, one]) => [
        ...(typeof one.description === "string" ? [] : [`${place}.${name}`]),
        ...undescribed(one, `${place}.${name}`),
      ]);
    assertEquals(undescribed(schema, ""), []);
    const { limits, timeout, log } = propertiesOf(schema);
    assertEquals([timeout!.default, propertiesOf(log!).format!.default], ["60s", "text"]);
    assertEquals(propertiesOf(limits!).running!.default, defaultSettings.limits.running);
  },
);

Deno.test("formatFlow() writes YAML on one line that parses back", { permissions: "none" }, () => {
  const table: [value: unknown, text: string][] = [
    ["60s", "60s"],
    ["5", '"5"'],
    ["true", '"true"'],
    ["null", '"null"'],
    ["2020-01-02", '"2020-01-02"'],
    ["~:10", '"~:10"'],
    ["::1", '"::1"'],
    ["127.0.0.1:5666", "127.0.0.1:5666"],
    ["10.0.0.0/8", "10.0.0.0/8"],
    ["a b", '"a b"'],
    ["a:", '"a:"'],
    ["", '""'],
    ["-", '"-"'],
    ["...", '"..."'],
    ['\u2028"\\\n', '"\u2028\\"\\\\\\n"'],
    [[1, true, ["x"]], "[1, true, [x]]"],
    [{}, "{}"],
    [{ "a b": 1, c: { d: "e" } }, '{ "a b": 1, c: { d: e } }'],
  ];
  for (const [value, text] of table) {
    assertEquals(formatFlow(value), text);
    assertEquals(parse(`key: ${text}`), { key: value });
  }
});
