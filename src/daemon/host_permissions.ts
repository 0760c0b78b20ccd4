import { type Address, formatHostPort } from "../net/host_port.ts";
import { AgentError, createReport, type Diagnostic, errorsOf } from "../agent/diagnostic.ts";
import type { HostFile } from "../agent/host_settings.ts";
import type { Manifest } from "../agent/manifest.ts";
import { formatFlags, type GrantedPermissions, unite } from "../agent/granted_permissions.ts";
import type { Reader } from "../agent/read.ts";
import type { Permissions } from "../check/declared_permissions.ts";
import { parseSource, placePermissions } from "../check/vault.ts";
import { commandLine, prefixLine } from "../agent/run_settings.ts";
import { certificatePath } from "../agent/path_settings.ts";
import { address } from "../agent/read_address.ts";
import { settingsTable } from "../agent/settings_table.ts";
import { GROUPS_PATH, SETPRIV_PATH, SHELL_PATH, USERS_PATH } from "../host/paths.ts";
import { formatResolved } from "./resolved_names.ts";
import { type Lookup, resolveListen, UnresolvedError } from "../agent/resolve_listen.ts";
import { parseAllowedHost } from "../net/allowed_hosts.ts";

/**
 * Returns the permissions that a host's settings need in addition to the compiled ones: for listen
 * addresses, host names to look up, the certificate, procfs, plugins that the settings add, and the
 * places of secrets. Checks get none of them, except for their own secrets. This function does not
 * evaluate the agent's code. Invalid values add no permission. The daemon reports them when it loads
 * the settings.
 *
 * @param settings the parsed settings of the host
 * @param manifest the compiled agent
 * @param listen the addresses to listen on, without names
 * @returns the permissions
 */
export function hostPermissions(
  { settings, files, folders }: HostFile,
  manifest: Manifest,
  listen: readonly Address[],
): GrantedPermissions {
  const { tls, allowedHosts, procfs, commands, pluginPrefix } = settings;
  const each = Object.values(recordOf(commands)).map(recordOf);
  const plugins = each.flatMap(({ plugin }) => valid(commandLine, plugin)?.argv[0] ?? []);
  const prefix = valid(prefixLine, pluginPrefix)?.slice(0, 1) ?? [];
  const { cert, key, ca } = recordOf(tls);
  const shells = manifest.settings.hostShell && each.some(({ shell }) => shell !== undefined);
  const sets = (name: string) => each.some((command) => command[name] !== undefined);
  const starts = plugins.length > 0 || prefix.length > 0 || shells;
  return unite([
    {
      read: [...files, ...folders].filter((path) => !path.includes(",")),
      net: [...listen.map(formatHostPort), ...textsOf(allowedHosts).flatMap(nameOf)],
    },
    { read: [cert, key, ca].flatMap((path) => valid(certificatePath, path) ?? []) },
    {
      read: [valid(settingsTable.procfs, procfs) ?? []].flat()
        .flatMap((folder) => procFiles(manifest, folder)),
    },
    ...secretsOf(recordOf(commands), manifest),
    sets("user") ? { read: [SETPRIV_PATH], run: [SETPRIV_PATH] } : {},
    sets("group") ? { read: [GROUPS_PATH] } : {},
    starts
      ? {
        read: [USERS_PATH, ...plugins, ...prefix],
        sys: ["uid"],
        run: [SHELL_PATH, ...plugins, ...prefix],
      }
      : {},
  ]);
}

/**
 * Returns the addresses to listen on that the host's settings set, else those of the agent. Errors
 * are not reported here, but when the daemon loads the settings.
 *
 * @param settings the parsed settings of the host
 * @param manifest the compiled agent
 * @returns the valid addresses; hosts may be names
 */
export function listenOf({ settings }: HostFile, manifest: Manifest): Address[] {
  if (settings.listen === undefined) return manifest.settings.listen;
  return textsOf(settings.listen).flatMap((text) => address(text, createReport([])) ?? []);
}

/**
 * Formats the data that a host's settings need from the launcher: the state directory, whether the
 * daemon uses its own certificate, the addresses of names to listen on, and the flags of
 * {@linkcode hostPermissions}, one a line.
 *
 * @param file the parsed settings of the host
 * @param manifest the compiled agent
 * @param state the state directory, unless the settings set one
 * @param lookup looks up the names to listen on
 * @returns the lines
 * @throws {UnresolvedError} if no name resolves, and no other address is set
 * @throws {AgentError} if the settings have further errors, or a line contains a line break
 */
export async function formatHostNeeds(
  file: HostFile,
  manifest: Manifest,
  state: string,
  lookup: Lookup,
): Promise<string[]> {
  const { settings } = file;
  const compiled = manifest.settings.tls;
  const tls = settings.tls ?? compiled;
  const own = tls !== false && { ...recordOf(compiled), ...recordOf(tls) }.cert === undefined;
  const diagnostics: Diagnostic[] = [];
  const report = createReport(diagnostics);
  const names = new Map<string, readonly string[]>();
  const listen = await resolveListen(listenOf(file, manifest), async (name) => {
    names.set(name, []);
    const found = await lookup(name);
    names.set(name, found);
    return found;
  }, report);
  if (errorsOf(diagnostics).length > 0) {
    const others = errorsOf(file.diagnostics);
    const ErrorType = others.length === 0 ? UnresolvedError : AgentError;
    throw new ErrorType([...file.diagnostics, ...file.locate(diagnostics)]);
  }
  // The daemon looks these names up again.
  const unresolved = [...names.keys()].filter((name) => names.get(name)!.length === 0);
  const lines = [
    `state=${valid(settingsTable.state, settings.state) ?? manifest.settings.state ?? state}`,
    `certificate=${own ? "own" : "given"}`,
    ...(names.size > 0 ? [`resolved=${formatResolved(names)}`] : []),
    ...formatFlags(unite([{ net: unresolved }, hostPermissions(file, manifest, listen)])),
  ];
  // deno-lint-ignore no-control-regex -- a line break in a path would start another flag
  const broken = lines.find((line) => /[\0-\x1f\x7f]/.test(line));
  if (broken === undefined) return lines;
  throw new AgentError([{
    place: file.files[0] ?? "settings",
    message: `Invalid value ${JSON.stringify(broken)}: expected a value without control characters`,
    severity: "error",
  }]);
}

// Returns undefined for a missing or invalid value. The daemon reports the error.
function valid<T>(read: Reader<T>, value: unknown): T | undefined {
  return value === undefined ? undefined : read(value, createReport([]));
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((each) => typeof each === "string");
}

function nameOf(text: string): string[] {
  try {
    return [parseAllowedHost(text).name ?? []].flat();
  } catch {
    return [];
  }
}

// A place that contains a comma is invalid.
function secretsOf(
  given: Readonly<Record<string, unknown>>,
  { commands }: Manifest,
): Permissions[] {
  return Object.entries(commands).flatMap(([name, command]) => {
    if (command.kind !== "check" || !Object.hasOwn(given, name)) return [];
    const values = recordOf(recordOf(given[name]).options);
    return Object.keys(command.options).flatMap((option) => {
      if (command.options[option]!.kind !== "secret" || !Object.hasOwn(values, option)) return [];
      try {
        return placePermissions(parseSource(values[option]));
      } catch {
        return [];
      }
    });
  });
}

function procFiles({ commands }: Manifest, procfs: string): string[] {
  return Object.values(commands).flatMap((command) =>
    command.kind === "check" ? command.permissions.proc ?? [] : []
  ).map((file) => `${procfs}/${file}`);
}
