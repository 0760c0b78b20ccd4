/** The generated part of `checks/README.md`. */
import agent from "../../checks/agent.ts";
import * as library from "../../checks/mod.ts";
import { describeAgent } from "../../src/agent/describe_agent.ts";
import { programsOf } from "../../src/agent/granted_permissions.ts";
import type { ManifestCommand } from "../../src/agent/manifest.ts";
import type { CheckCommand, OptionSpec, Permissions } from "../../src/mod.ts";
import { permissionsOf } from "./permissions_of.ts";

/** Example arguments for `check_nrpe`, by command. */
export const EXAMPLE_ARGUMENTS: Readonly<Record<string, string>> = {
  check_disk: "-w 15% -c 5% -e",
  check_dummy: "-s warning -t maintenance",
  check_load: "-w 10,8,6 -c 20,16,12",
  check_memory: "-w 90 -c 95",
  check_procs: "-C sshd -c 1:",
  check_swap: "-w 50% -c 25%",
  check_uptime: "-w 30m: -c 5m: --since",
  check_users: "-w 3 -c 6",
};

/** Options that change the permissions of a check. */
const variants: Readonly<Record<string, readonly CheckCommand[]>> = {
  disk: [library.disk({ path: "/dev/sda1" }), library.disk({ local: true })],
  http: [
    library.http({ hostname: "shop.example", ssl: true }),
    library.http({ hostname: "shop.example", onredirect: "follow" }),
  ],
  load: [library.load({ percpu: true }), library.load({ procsToShow: 5 })],
  procs: [library.procs({ user: "ada" })],
};

const { commands } = describeAgent(agent).manifest;

/** Returns the generated part of the page, as Markdown that is not formatted yet. */
export function buildCatalogue(): string {
  const names = Object.keys(library).sort() as (keyof typeof library)[];
  return [summary(names), ...names.map(section)].join("\n\n");
}

function summary(names: readonly (keyof typeof library)[]): string {
  const rows = names.map((name) => {
    const found = commandsOf(name);
    const [, command] = found[0]!;
    return [
      `[\`${name}\`](#${name.toLowerCase()})`,
      found.map(([name]) => code(name)).join(", "),
      library[name].definition.description,
      describePermissions(permissionsOf(command)),
    ];
  });
  const heading = ["Check", "Command in `agent.ts`", "Description", "Permissions"];
  const note = "The permissions are those of the first command in `agent.ts`.";
  return `## All checks\n\n${table(heading, rows)}\n\n${note}`;
}

function section(name: keyof typeof library): string {
  const { description, options = {} } = library[name].definition;
  const rows = Object.entries(options as Record<string, OptionSpec>).map(([name, spec]) => [
    code(name),
    spec.short === undefined ? "" : code(`-${spec.short}`),
    spec.per === undefined ? code(spec.kind) : `${code(spec.kind)} per ${code(spec.per)}`,
    spec.required ? "required" : spec.default === undefined ? "none" : show(spec.default),
    describeOption(spec),
  ]);
  const [command, bound] = commandsOf(name)[0]!;
  return [
    `## ${name}`,
    `${description}.`,
    table(["Option", "Letter", "Kind", "Default", "Description"], rows),
    ...describeNeeds(name, command, bound),
    `\`\`\`ts ignore\n${agentLine(name, command, bound)}\n\`\`\``,
    `\`\`\`sh\n${queryLine(command)}\n\`\`\``,
  ].join("\n\n");
}

/** Returns the commands of the agent that are bound to a check. */
function commandsOf(name: keyof typeof library): [name: string, command: CheckCommand][] {
  return Object.entries(agent.commands).flatMap(([command, bound]) =>
    "definition" in bound && bound.definition === library[name].definition
      ? [[command, bound as CheckCommand] as [string, CheckCommand]]
      : []
  );
}

function describeOption({ description, values, min, max }: OptionSpec): string {
  const limits = values
    ? `one of ${values.map(code).join(", ")}`
    : min !== undefined && max !== undefined
    ? `${min} to ${max}`
    : min !== undefined
    ? `at least ${min}`
    : "";
  const text = description.replaceAll("\\", "\\\\");
  return limits === "" ? text : `${text} (${limits})`;
}

function describeNeeds(name: string, command: string, bound: CheckCommand): string[] {
  const others = variants[name] ?? [];
  const lines = [
    `Permissions of ${code(command)}: ${describePermissions(permissionsOf(bound))}.`,
    ...others.map((other) =>
      `With ${code(literal(other.values ?? {}))}: ${describePermissions(permissionsOf(other))}.`
    ),
  ];
  const { optional } = commands[command]!;
  const programs = programsOf(commands[command] as ManifestCommand).map(code).join(", ");
  if (optional) lines.push(`The command is omitted on a host without ${programs}.`);
  return [lines.join(" ")];
}

function describePermissions(permissions: Permissions): string {
  const kinds = Object.entries(permissions)
    .filter(([, entries]) => entries.length > 0)
    .map(([kind, entries]) => `${kind} ${entries.map(code).join(", ")}`);
  return kinds.length === 0 ? "none" : kinds.join("; ");
}

/** Returns the line of `checks/agent.ts` that defines a command. */
function agentLine(
  name: string,
  command: string,
  { values = {}, settings = {} }: CheckCommand,
): string {
  const words = [literal(values), ...(Object.keys(settings).length > 0 ? [literal(settings)] : [])];
  return `${command}: ${name}(${words.join(", ")}),`;
}

/** Returns the line that queries a command of `checks/agent.ts`. */
function queryLine(command: string): string {
  const args = EXAMPLE_ARGUMENTS[command];
  return `check_nrpe -H 127.0.0.1 -c ${command}${args === undefined ? "" : ` -a '${args}'`}`;
}

function literal(values: object): string {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `{ ${entries.join(", ")} }`;
}

function show(value: unknown): string {
  return code(typeof value === "string" ? value : JSON.stringify(value));
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heading, heading.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
}
