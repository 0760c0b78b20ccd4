import type { Manifest, ManifestCommand } from "../agent/manifest.ts";
import { commandPermissions, type GrantedPermissions } from "../agent/granted_permissions.ts";
import { printable } from "./printable.ts";

/**
 * Describes a command: its settings, options and permissions.
 *
 * @param name the name of the command
 * @param command the command
 * @param manifest the agent of the command
 * @returns the lines
 */
export function formatCommand(name: string, command: ManifestCommand, manifest: Manifest): string {
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

const oneLine = (text: string) => printable(text).replaceAll("\n", "\\n");

function describe(command: ManifestCommand): string {
  if (command.kind === "check") return oneLine(command.description);
  if (command.kind === "shell") return oneLine(`shell ${command.line}`);
  return oneLine(`plugin ${[...command.prefix ?? [], ...command.argv].join(" ")}`);
}

function options(command: ManifestCommand): string[] {
  if (command.kind !== "check") return [];
  const rows = Object.entries(command.options).map(([name, spec]) => {
    const value = command.values[name] ?? spec.default;
    const spelling = `${spec.short === undefined ? "   " : `-${spec.short},`} --${name}`;
    const refused = command.refused?.[name];
    return [
      spelling,
      `${oneLine(spec.description)} (${spec.kind}${
        spec.labels === undefined ? "" : ` for each of ${oneLine(spec.labels.join(", "))}`
      }${value === undefined ? "" : `: ${oneLine(JSON.stringify(value))}`}${
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
