import { nearest } from "../check/nearest.ts";
import { agentVersion } from "./agent_version.ts";
import type { Command } from "./define_agent.ts";
import { describeCommand, type Override } from "./describe_command.ts";
import { createReport, type Diagnostic, type Report } from "./diagnostic.ts";
import type {
  DescribedAgent,
  HostSettings,
  Manifest,
  ManifestCheck,
  ManifestCommand,
} from "./manifest.ts";
import { parseSettings } from "./parse_settings.ts";
import { isRecord, show } from "./read.ts";
import { type HostCommands, readHostCommands } from "./read_host_commands.ts";
import { commandName } from "./run_settings.ts";
import { agentPlaces, MERGED_SETTINGS } from "./agent_places.ts";
import { SELF_CHECK_NAME, selfCheck } from "./self_check.ts";
import type { Settings } from "./settings.ts";

/**
 * Turns an agent into its manifest, and finds all errors that can be found without the host. It
 * calls only the `permissions` functions of the user's code.
 *
 * @param agent the default export of the agent module
 * @param host settings of the host and the command line, which override the agent's
 * @returns the manifest and all diagnostics
 */
export function describeAgent(agent: unknown, host: HostSettings = {}): DescribedAgent {
  const diagnostics: Diagnostic[] = [];
  const report = createReport(diagnostics);
  if (typeof agent !== "object" || agent === null || !("commands" in agent)) {
    report.error(`Cannot serve ${show(agent)}: expected a default export made by defineAgent()`);
    return { manifest: { settings: parseSettings({}, report), commands: {} }, diagnostics };
  }
  const { kind: _kind, commands, version: given, ...input } = agent as {
    kind?: unknown;
    commands: unknown;
    version?: unknown;
  };
  const { commands: hostCommands, ...hostInput } = host;
  const { hostShell } = input as { hostShell?: unknown };
  if (hostInput.hostShell === true && hostShell !== true) {
    report.at("hostShell").error(
      "Only the agent can allow shell lines in settings files: set hostShell in the agent",
    );
  }
  const read = parseSettings(mergeSettings(input, hostInput), report);
  const settings = { ...read, hostShell: read.hostShell && hostShell === true };
  const at = report.at("commands");
  const names = [...Object.keys(isRecord(commands) ? commands : {}), SELF_CHECK_NAME];
  const said = readHostCommands(hostCommands, names, at, settings.hostShell);
  const version = given === undefined ? undefined : agentVersion(given, report.at("version"));
  const manifest = {
    ...(version !== undefined && { version }),
    settings,
    commands: describeCommands(commands, said, settings, at, acceptsArguments(input)),
    ...(said.disabled.length > 0 && { disabled: said.disabled }),
  };
  findUnknownClientCommands(manifest, report.at("clients"));
  return { manifest, diagnostics, said: agentPlaces(input, commands) };
}

function findUnknownClientCommands({ settings, commands }: Manifest, report: Report): void {
  const names = Object.keys(commands);
  settings.clients?.forEach((rule, index) =>
    rule.commands.forEach((name, at) => {
      if (name.includes("*") || names.includes(name)) return;
      const near = nearest(name, names);
      report.at(index).at("commands").at(at).warning(
        `No command has the name ${show(name)}` +
          (near === undefined ? "" : `; did you mean ${show(near)}?`),
      );
    })
  );
}

function acceptsArguments(input: { acceptArguments?: unknown }): boolean {
  return input.acceptArguments === true;
}

// Some maps are merged key by key, everything else is replaced.
function mergeSettings(agent: HostSettings, host: HostSettings): HostSettings {
  const merged: Record<string, unknown> = { ...agent, ...host };
  for (const name of MERGED_SETTINGS) {
    const [below, above] = [agent, host].map(({ [name]: value }) => withoutShortForm(name, value));
    if (isRecord(below) && isRecord(above)) merged[name] = { ...below, ...above };
  }
  return merged;
}

/** `log: json` sets only the format. */
function withoutShortForm(name: string, value: unknown): unknown {
  return name === "log" && (value === "text" || value === "json") ? { format: value } : value;
}

function describeCommands(
  commands: unknown,
  { overrides, disabled, plugins }: HostCommands,
  settings: Settings,
  report: Report,
  accepts: boolean,
): Record<string, ManifestCommand> {
  if (!isRecord(commands)) {
    report.error(`Invalid value ${show(commands)}: expected a map`);
    return {};
  }
  const own = Object.entries(commands);
  // An agent for plugins of hosts has no commands of its own: the settings of each host add them.
  if (own.length + plugins.size === 0) {
    report.warning("No commands: the agent answers only check_agent, unless settings add plugins");
  }
  const described = [...own, ...plugins].flatMap(([name, command]) => {
    const at = report.at(name);
    if (disabled.includes(name) || commandName(name, at) === undefined) return [];
    const found = describeCommand(command as Command, settings, at, overrides.get(name), accepts);
    return found === undefined ? [] : [[name, found] as const];
  });
  const all: Record<string, ManifestCommand> = Object.fromEntries(described);
  if (!Object.hasOwn(commands, SELF_CHECK_NAME) && !disabled.includes(SELF_CHECK_NAME)) {
    all[SELF_CHECK_NAME] = describeSelfCheck(settings, report, overrides.get(SELF_CHECK_NAME));
  }
  return all;
}

function describeSelfCheck(
  settings: Settings,
  report: Report,
  override: Override | undefined,
): ManifestCommand {
  const noReport = () => {
    throw new Error("The self check runs only in a daemon");
  };
  const at = report.at(SELF_CHECK_NAME);
  const described = describeCommand(selfCheck(noReport), settings, at, override) as ManifestCheck;
  return { ...described, builtIn: true };
}
