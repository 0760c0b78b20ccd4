import { errorsOf } from "../agent/diagnostic.ts";
import type { Manifest, ManifestCommand } from "../agent/manifest.ts";
import { commandPermissions, type GrantedPermissions } from "../agent/granted_permissions.ts";
import { printDiagnostics } from "./diagnostics.ts";
import { DEFAULT_AGENT } from "./load.ts";
import { loadOnHost } from "./load_on_host.ts";
import { agentWord, settingsOption } from "./shared_options.ts";
import { defineSubcommand } from "./subcommand.ts";
import type { Subcommand } from "./usage.ts";

/** `checkwright list`: lists commands with their options and permissions. */
export const list: Subcommand = defineSubcommand({
  name: "list",
  summary: "List the commands of an agent with their options and permissions.",
  words: [agentWord],
  options: {
    settings: settingsOption,
    json: { meaning: "print the manifest as JSON" },
    names: { meaning: "print only the names of the commands, one per line" },
  },
  exitCodes: {
    "0": "success",
    "3": "the command line is invalid, or the agent or the settings have errors",
  },
  async run([path = DEFAULT_AGENT], { settings, json, names }) {
    const { manifest, diagnostics } = await loadOnHost(path, settings);
    printDiagnostics(diagnostics);
    const text = names
      ? Object.keys(manifest.commands).join("\n")
      : json
      ? JSON.stringify(manifest, null, 2)
      : formatManifest(manifest);
    console.log(text);
    return errorsOf(diagnostics).length > 0 ? 3 : 0;
  },
});

function formatManifest(manifest: Manifest): string {
  return [
    ...Object.entries(manifest.commands)
      .map(([name, command]) => formatCommand(name, command, manifest)),
    ...Object.entries(manifest.omitted ?? {})
      .map(([name, reason]) => `${name}  omitted on this host: ${reason}`),
  ].join("\n\n");
}

function formatCommand(name: string, command: ManifestCommand, manifest: Manifest): string {
  const settings = [
    `timeout ${command.timeout} s`,
    command.acceptArguments ? "takes arguments" : "",
    command.isolation === "process" ? "own process" : "",
    command.maxConcurrent === undefined ? "" : `at most ${command.maxConcurrent} at once`,
    command.cache === undefined ? "" : `cached ${command.cache} s`,
  ].filter((part) => part !== "");
  return [
    `${name}  ${describe(command)} (${settings.join(", ")})`,
    ...options(command),
    permissions(command, manifest),
  ]
    .join("\n");
}

function describe(command: ManifestCommand): string {
  if (command.kind === "check") return command.description;
  if (command.kind === "shell") return `shell ${command.line}`;
  return `plugin ${[...command.prefix ?? [], ...command.argv].join(" ")}`;
}

function options(command: ManifestCommand): string[] {
  if (command.kind !== "check") return [];
  const rows = Object.entries(command.options).map(([name, spec]) => {
    const value = command.values[name] ?? spec.default;
    const spelling = `${spec.short === undefined ? "   " : `-${spec.short},`} --${name}`;
    const refused = command.refused?.[name];
    return [
      spelling,
      `${spec.description} (${spec.kind}${value === undefined ? "" : `: ${JSON.stringify(value)}`}${
        refused === undefined ? "" : `; refused as an argument if it needs further ${refused.needs}`
      })`,
    ] as const;
  });
  const width = Math.max(0, ...rows.map(([spelling]) => spelling.length));
  return rows.map(([spelling, meaning]) => `    ${spelling.padEnd(width)}  ${meaning}`);
}

function permissions(command: ManifestCommand, { settings }: Manifest): string {
  const granted = commandPermissions({ settings, commands: { command } });
  const parts = (Object.entries(granted) as [keyof GrantedPermissions, string[]][])
    .filter(([, entries]) => entries.length > 0)
    .map(([name, entries]) => `${name} ${entries.join(", ")}`);
  const unbound = command.kind === "check" ? "" : " (permissions do not restrict a running plugin)";
  return `    permissions: ${parts.length === 0 ? "none" : parts.join("; ")}${unbound}`;
}
