import { permissionNames, type Permissions } from "../check/declared_permissions.ts";
import type { CheckCommand } from "../check/define_check.ts";
import type { BareFunction } from "../check/execute.ts";
import { inspectThresholds } from "../check/inspect_thresholds.ts";
import type { SecretSource } from "../check/option.ts";
import { placePermissions } from "../check/vault.ts";
import type { Command, PluginCommand, PluginSettings, ShellCommand } from "./define_agent.ts";
import { describeOptions } from "./describe_options.ts";
import { describePermissions } from "./describe_permissions.ts";
import type { Report } from "./diagnostic.ts";
import type {
  ExecSettings,
  ManifestCheck,
  ManifestCommand,
  ManifestPlugin,
  ManifestShell,
  RunSettings,
} from "./manifest.ts";
import { unite } from "./granted_permissions.ts";
import { isRecord, show, text } from "./read.ts";
import { type RefusedArgument, refusedArguments } from "./refused_arguments.ts";
import { commandLine, execFields, runFields } from "./run_settings.ts";
import { defaultSettings, type Settings } from "./settings.ts";
import { warnOfEmptyMacros } from "./macros.ts";
import { warnOfShellWords } from "./shell_words.ts";

/** Settings of the host for a command of the agent, not checked. */
export interface Override extends Readonly<Record<string, unknown>> {
  /** Option values that override the values of the agent. */
  options?: unknown;
}

/**
 * Turns one command into data, and finds its errors.
 *
 * @param command the value of the command in the agent
 * @param settings the agent's settings, which contain defaults for commands
 * @param report receives the errors
 * @param override settings of the host for this command
 * @param accepts whether the agent itself accepts arguments by default, without the host's settings
 * @returns the command as data; undefined if the value is not a valid command
 */
export function describeCommand(
  command: Command,
  settings: Settings,
  report: Report,
  override: Override = {},
  accepts: boolean = settings.acceptArguments,
): ManifestCommand | undefined {
  const kind = (command as { kind?: unknown } | null)?.kind;
  if (kind === "check") {
    return describeCheck(command as CheckCommand, settings, report, override, accepts);
  }
  if (override.options !== undefined) {
    const what = typeof command === "function"
      ? "function"
      : kind === "shell"
      ? "shell line"
      : "plugin";
    report.at("options").error(`A ${what} has no options: set them for checks only`);
  }
  const { options: _options, ...own } = override;
  if (kind === "plugin") return describePlugin(command as PluginCommand, settings, report, own);
  if (kind === "shell") return describeShell(command as ShellCommand, settings, report, own);
  if (typeof command === "function") {
    return describeFunction(command as BareFunction, settings, report, own);
  }
  report.error(
    `Invalid command ${show(command)}: expected a check, plugin(), shell() or a function`,
  );
}

function withDefaults(read: Partial<RunSettings> | undefined, settings: Settings): RunSettings {
  return {
    timeout: settings.timeout,
    acceptArguments: settings.acceptArguments,
    isolation: "worker",
    ...read,
  };
}

function describeFunction(
  command: BareFunction,
  settings: Settings,
  report: Report,
  override: Override,
): ManifestCheck {
  return {
    kind: "check",
    description: command.name === "" ? "A function" : `The function ${command.name}`,
    options: {},
    values: {},
    permissions: {},
    sandbox: "shared",
    ...withDefaults(runFields(override, report), settings),
  };
}

function describeCheck(
  command: CheckCommand,
  settings: Settings,
  report: Report,
  { options: overridden, ...override }: Override,
  accepts: boolean,
): ManifestCheck | undefined {
  const { definition } = command;
  if (typeof definition?.run !== "function") {
    report.error("Missing run function: expected a check made by defineCheck()");
    return;
  }
  const { parsed, secrets, ...described } = describeOptions(command, overridden, report);
  const run = withDefaults(runFields({ ...command.settings, ...override }, report), settings);
  // The host's settings cannot extend permissions, so that they do not count here.
  const declared = { acceptArguments: command.settings.acceptArguments ?? accepts };
  const permissions = parsed === undefined ? {} : withSecrets(
    describePermissions(definition.permissions, parsed, declared, report.at("permissions")),
    secrets,
  );
  if (
    permissions.proc !== undefined && !definition.procIsOptional &&
    settings.procfs === defaultSettings.procfs
  ) {
    report.at("permissions").at("proc").warning(
      "A sandbox cannot read /proc itself: bind it to another path, and set procfs to that path",
    );
  }
  const refused = parsed === undefined || !run.acceptArguments
    ? {}
    : refusedArguments(definition, parsed, declared, permissions);
  if (parsed !== undefined) inspectOptions(definition, parsed, run, report.at("options"));
  warnOfRefused(refused, report.at("acceptArguments"));
  return {
    kind: "check",
    description: String(definition.description),
    ...described,
    permissions,
    ...(Object.keys(refused).length > 0 && { refused }),
    sandbox: secrets.length > 0 ? "own" : "shared",
    ...run,
  };
}

// A check may read its secrets, and nothing else in their folders.
function withSecrets(
  permissions: Permissions,
  secrets: readonly SecretSource[],
): Permissions {
  const { read, env } = unite([permissions, ...secrets.map(placePermissions)]);
  const all = { ...permissions, read, env };
  return Object.fromEntries(
    permissionNames.flatMap((name) => all[name]?.length ? [[name, all[name]]] : []),
  );
}

// An option that accepts some values is not reported: that is usual, for example for a path.
function warnOfRefused(refused: Readonly<Record<string, RefusedArgument>>, report: Report): void {
  const options = Object.entries(refused)
    .filter(([, { partly }]) => !partly)
    .map(([name, { needs }]) => `${name} (${needs})`);
  if (options.length === 0) return;
  report.warning(
    "Arguments cannot extend permissions. Arguments that set these options are refused if they " +
      `need more than the values in the agent: ${options.join(", ")}`,
  );
}

function inspectOptions(
  definition: CheckCommand["definition"],
  values: Record<string, unknown>,
  { acceptArguments }: RunSettings,
  report: Report,
): void {
  try {
    const warnings = [
      ...inspectThresholds(definition, values, { acceptArguments }),
      ...definition.inspect?.(values, { acceptArguments }) ?? [],
    ];
    for (const warning of warnings) report.warning(String(warning));
  } catch (error) {
    report.error(`Cannot inspect the options: ${show((error as Error)?.message ?? error)}`);
  }
}

function describeExec(
  { env, ...input }: PluginSettings,
  settings: Settings,
  report: Report,
  { env: hostEnv, ...override }: Override,
): RunSettings & ExecSettings {
  const variables = isRecord(env) && isRecord(hostEnv) ? { ...env, ...hostEnv } : hostEnv ?? env;
  const { cwd = "/", split = true, env: own, ...read } =
    execFields({ ...input, ...override, env: variables }, report) ?? {};
  return { cwd, split, ...read, env: { ...settings.env, ...own }, ...withDefaults(read, settings) };
}

function describePlugin(
  command: PluginCommand,
  settings: Settings,
  report: Report,
  override: Override,
): ManifestPlugin | undefined {
  const line = commandLine(command.argv, report.at("argv"));
  const exec = describeExec(command.settings, settings, report, override);
  if (line === undefined) return;
  const { argv } = line;
  const unsplit = [...line.unsplit, ...command.unsplit ?? []];
  warnOfShellWords(argv, report.at("argv"));
  warnOfEmptyMacros(argv, exec.acceptArguments, report.at("argv"));
  return {
    kind: "plugin",
    argv,
    ...(unsplit.length > 0 && { unsplit }),
    ...(settings.pluginPrefix.length > 0 && { prefix: settings.pluginPrefix }),
    ...exec,
  };
}

function describeShell(
  command: ShellCommand,
  settings: Settings,
  report: Report,
  override: Override,
): ManifestShell | undefined {
  const line = text(command.line, report.at("line"));
  const exec = describeExec(command.settings, settings, report, override);
  if (line !== undefined && /\$ARG\d+\$/.test(line)) {
    report.at("line").error(
      'Invalid macro in a shell line: expected arguments as "$1", "$2" instead of $ARG1$, $ARG2$',
    );
  }
  return line === undefined ? undefined : { kind: "shell", line, ...exec };
}
