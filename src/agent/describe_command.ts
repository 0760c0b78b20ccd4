import type { CheckCommand } from "../check/define_check.ts";
import type { BareFunction } from "../check/execute.ts";
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
import { isRecord, show, text } from "./read.ts";
import { commandLine, execFields, runFields } from "./run_settings.ts";
import { defaultSettings, type Settings } from "./settings.ts";

/** What the host's settings say of a command of the agent, not checked. */
export interface Override extends Readonly<Record<string, unknown>> {
  /** Option values that win over the binding's. */
  options?: unknown;
}

/**
 * Turns one command into data and finds what is wrong with it.
 *
 * @param command what stands under the command's name
 * @param settings what holds for commands that say nothing themselves
 * @param report where faults go
 * @param override what the host says of it
 * @returns the command as data; undefined where it is none
 */
export function describeCommand(
  command: Command,
  settings: Settings,
  report: Report,
  override: Override = {},
): ManifestCommand | undefined {
  const kind = (command as { kind?: unknown } | null)?.kind;
  if (kind === "check") return describeCheck(command as CheckCommand, settings, report, override);
  if (override.options !== undefined) {
    const what = typeof command === "function"
      ? "function"
      : kind === "shell"
      ? "shell line"
      : "plugin";
    report.at("options").error(`A ${what} has no options: expected them for a check only`);
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
): ManifestCheck | undefined {
  const { definition } = command;
  if (typeof definition?.run !== "function") {
    report.error("Cannot take a check without run: expected a check made by defineCheck()");
    return;
  }
  const { parsed, ...described } = describeOptions(command, overridden, report);
  const permissions = parsed === undefined
    ? {}
    : describePermissions(definition.permissions, parsed, report.at("permissions"));
  if (permissions.proc !== undefined && settings.procfs === defaultSettings.procfs) {
    report.at("permissions").at("proc").warning(
      "/proc itself cannot be read in a sandbox: expected procfs to say where it is bound",
    );
  }
  return {
    kind: "check",
    description: String(definition.description),
    ...described,
    permissions,
    sandbox: "shared",
    ...withDefaults(runFields({ ...command.settings, ...override }, report), settings),
  };
}

function describeExec(
  { env, ...input }: PluginSettings,
  settings: Settings,
  report: Report,
  { env: hostEnv, ...override }: Override,
): RunSettings & ExecSettings {
  const variables = isRecord(env) && isRecord(hostEnv) ? { ...env, ...hostEnv } : hostEnv ?? env;
  const { cwd = "/", split = true, ...read } =
    execFields({ ...input, ...override, env: variables }, report) ?? {};
  return { env: {}, cwd, split, ...read, ...withDefaults(read, settings) };
}

function describePlugin(
  command: PluginCommand,
  settings: Settings,
  report: Report,
  override: Override,
): ManifestPlugin | undefined {
  const argv = commandLine(command.argv, report.at("argv"));
  const exec = describeExec(command.settings, settings, report, override);
  return argv && { kind: "plugin", argv, ...exec };
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
      'Arguments reach a shell as "$1", "$2": expected these in place of $ARG1$',
    );
  }
  return line === undefined ? undefined : { kind: "shell", line, ...exec };
}
