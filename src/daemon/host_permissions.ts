import { formatHostPort } from "../net/host_port.ts";
import { AgentError, createReport } from "../agent/diagnostic.ts";
import type { HostFile } from "../agent/host_settings.ts";
import { USERS_PATH } from "../host/paths.ts";
import type { Manifest } from "../agent/manifest.ts";
import { formatFlags, type GrantedPermissions, unite } from "../agent/granted_permissions.ts";
import { address } from "../agent/settings_table.ts";
import { SHELL_PATH } from "../host/paths.ts";
import { parseAllowedHost } from "../net/allowed_hosts.ts";

/**
 * What a host's settings ask for beyond what was compiled: where to listen, which names to look up,
 * which certificate to read, where procfs is, and which plugins there are besides. Checks get
 * nothing from it. Nothing of the agent's code is evaluated to know it, and what is wrong with the
 * settings is not said here but when they are served.
 *
 * @param settings the host's settings, read
 * @param manifest what was compiled
 * @returns the lists
 */
export function hostPermissions(
  { settings, files, folders }: HostFile,
  manifest: Manifest,
): GrantedPermissions {
  const { listen, tls, allowedHosts, procfs, commands } = settings;
  const plugins = Object.values(recordOf(commands)).map((command) =>
    textsOf(recordOf(command).plugin)[0]
  ).filter((path) => path?.startsWith("/")) as string[];
  const users = Object.values(recordOf(commands)).some((command) =>
    recordOf(command).user !== undefined
  );
  const sets: Partial<GrantedPermissions>[] = [
    {
      read: [...files, ...folders],
      net: [...textsOf(listen).flatMap(addressOf), ...textsOf(allowedHosts).flatMap(nameOf)],
    },
    { read: ["cert", "key", "ca"].flatMap((name) => textsOf(recordOf(tls)[name])) },
    { read: textsOf(procfs).flatMap((folder) => procFiles(manifest, folder)) },
    users ? { read: [USERS_PATH], sys: ["uid"] } : {},
    plugins.length === 0 ? {} : { read: plugins, run: [...plugins, SHELL_PATH] },
  ];
  return unite(sets);
}

/**
 * Writes for the launcher what a host's settings come down to: where the state is, whether the
 * daemon's own certificate is wanted, and the flags of {@linkcode hostPermissions}, one a line.
 *
 * @param file the host's settings, read
 * @param manifest what was compiled
 * @param state the folder for what the daemon keeps, where the settings name none
 * @returns the lines
 * @throws {AgentError} where one of them would be several
 */
export function formatHostNeeds(file: HostFile, manifest: Manifest, state: string): string[] {
  const { settings } = file;
  const compiled = manifest.settings.tls;
  const tls = settings.tls ?? compiled;
  const own = tls !== false && { ...recordOf(compiled), ...recordOf(tls) }.cert === undefined;
  const lines = [
    `state=${settings.state ?? manifest.settings.state ?? state}`,
    `certificate=${own ? "own" : "given"}`,
    ...formatFlags(hostPermissions(file, manifest)),
  ];
  // deno-lint-ignore no-control-regex -- a line break in a path would be a flag of its own
  const broken = lines.find((line) => /[\0-\x1f\x7f]/.test(line));
  if (broken === undefined) return lines;
  throw new AgentError([{
    place: file.files[0] ?? "settings",
    message: `Invalid value ${JSON.stringify(broken)}: it holds a control character`,
    severity: "error",
  }]);
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((each) => typeof each === "string");
}

function addressOf(text: string): string[] {
  const found = address(text, createReport([]));
  return found === undefined ? [] : [formatHostPort(found)];
}

function nameOf(text: string): string[] {
  try {
    return [parseAllowedHost(text).name ?? []].flat();
  } catch {
    return [];
  }
}

function procFiles({ commands }: Manifest, procfs: string): string[] {
  return Object.values(commands).flatMap((command) =>
    command.kind === "check" ? command.permissions.proc ?? [] : []
  ).map((file) => `${procfs}/${file}`);
}
