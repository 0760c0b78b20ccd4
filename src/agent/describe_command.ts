import type { CheckCommand } from "../check/define.ts";
import type { BareFunction } from "../check/execute.ts";
import type { OptionSpec } from "../check/option.ts";
import { parseOptions } from "../check/parse_option.ts";
import { formatRange, type Range } from "../nagios/range.ts";
import type { Command, PluginCommand, PluginSettings, ShellCommand } from "./define.ts";
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
import {
  absolutePath,
  boolean,
  count,
  fields,
  listOf,
  oneOf,
  recordOf,
  sha256,
  show,
  span,
  text,
} from "./read.ts";
import { defaultSettings, type Settings } from "./settings.ts";

/**
 * Turns one command into data and finds what is wrong with it.
 *
 * @param command what stands under the command's name
 * @param settings what holds for commands that say nothing themselves
 * @param report where faults go
 * @returns the command as data; undefined where it is none
 */
export function describeCommand(
  command: Command,
  settings: Settings,
  report: Report,
): ManifestCommand | undefined {
  const kind = (command as { kind?: unknown } | null)?.kind;
  if (kind === "check") return describeCheck(command as CheckCommand, settings, report);
  if (kind === "plugin") return describePlugin(command as PluginCommand, settings, report);
  if (kind === "shell") return describeShell(command as ShellCommand, settings, report);
  if (typeof command === "function") return describeFunction(command as BareFunction, settings);
  report.error(
    `Cannot take ${show(command)} as a command: expected a check, plugin(), shell() or a function`,
  );
}

const commonSettings = {
  timeout: span,
  acceptArguments: boolean,
  isolation: oneOf("worker", "process"),
  maxConcurrent: count,
  cache: span,
};

const runFields = fields<Partial<RunSettings>>(commonSettings);

const environment = recordOf<string>((value, report) => {
  if (typeof value === "string" && !value.includes("\0")) return value;
  report.error(`Cannot take ${show(value)}: expected a text`);
});

const execFields = fields<Partial<RunSettings & Omit<ExecSettings, "uid" | "gid">>>({
  ...commonSettings,
  env: (value, report) => {
    const read = environment(value, report);
    for (const name of Object.keys(read ?? {})) {
      if (name.startsWith("LD_")) {
        report.at(name).error("Cannot be set: the runtime refuses LD_ variables");
      }
    }
    return read;
  },
  cwd: absolutePath,
  user: text,
  sha256,
  split: boolean,
  optional: boolean,
});

function withDefaults(read: Partial<RunSettings> | undefined, settings: Settings): RunSettings {
  return {
    timeout: settings.timeout,
    acceptArguments: settings.acceptArguments,
    isolation: "worker",
    ...read,
  };
}

function describeFunction(command: BareFunction, settings: Settings): ManifestCheck {
  return {
    kind: "check",
    description: command.name === "" ? "A function" : `The function ${command.name}`,
    options: {},
    values: {},
    permissions: {},
    ...withDefaults({}, settings),
  };
}

function describeCheck(
  command: CheckCommand,
  settings: Settings,
  report: Report,
): ManifestCheck | undefined {
  const { definition } = command;
  if (typeof definition?.run !== "function") {
    report.error("Cannot take a check without run: expected a check made by defineCheck()");
    return;
  }
  const options: Record<string, OptionSpec> = definition.options ?? {};
  checkOptionSpecs(options, report.at("options"));
  const { values, faults } = parseOptions(options, command.values);
  for (const { option, message } of faults) report.at(option).error(message);
  const permissions = faults.length > 0
    ? {}
    : describePermissions(definition.permissions, values, report.at("permissions"));
  if (permissions.proc !== undefined && settings.procfs === defaultSettings.procfs) {
    report.at("permissions").at("proc").warning(
      "/proc itself cannot be read in a sandbox: expected procfs to say where it is bound",
    );
  }
  return {
    kind: "check",
    description: String(definition.description),
    options: mapValues(options, (spec) => ({ ...spec, default: asWritten(spec.default) })),
    values: mapValues(command.values, asWritten),
    permissions,
    ...withDefaults(runFields(command.settings, report), settings),
  };
}

function mapValues<T, U>(
  record: Readonly<Record<string, T>>,
  map: (value: T) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

// As a person would write it, so that the manifest is JSON: a range's infinities are not.
function asWritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asWritten);
  if (typeof value === "object" && value !== null && "inside" in value) {
    return formatRange(value as Range);
  }
  return typeof value === "function" || typeof value === "symbol" ? undefined : value;
}

function checkOptionSpecs(options: Record<string, OptionSpec>, report: Report): void {
  const letters = new Map<string, string>();
  for (const [name, { short, description }] of Object.entries(options)) {
    if (!/^[A-Za-z][A-Za-z0-9]*$/.test(name)) {
      report.at(name).error("Expected a name of letters and digits");
    }
    if (typeof description !== "string" || description === "") {
      report.at(name).error("Expected a description");
    }
    if (short === undefined) continue;
    if (!/^[A-Za-z]$/.test(short)) {
      report.at(name).error(`Cannot take short ${show(short)}: expected one letter`);
    }
    const other = letters.get(short);
    if (other !== undefined) {
      report.at(name).error(`Short ${show(short)} is taken by ${show(other)}`);
    }
    letters.set(short, name);
  }
}

function describeExec(
  input: PluginSettings,
  settings: Settings,
  report: Report,
): RunSettings & ExecSettings {
  const { env = {}, cwd = "/", split = true, optional = false, ...read } =
    execFields(input, report) ?? {};
  return { env, cwd, split, optional, ...read, ...withDefaults(read, settings) };
}

function describePlugin(
  command: PluginCommand,
  settings: Settings,
  report: Report,
): ManifestPlugin | undefined {
  const argv = listOf<string>((value, at) => {
    if (typeof value === "string" && !value.includes("\0")) return value;
    at.error(`Cannot take ${show(value)}: expected a text`);
  })(command.argv, report.at("argv"));
  const executable = absolutePath(argv?.[0], report.at("argv").at(0));
  const exec = describeExec(command.settings, settings, report);
  if (executable?.includes("$ARG")) {
    report.at("argv").at(0).error("The executable cannot come from an argument");
  }
  return argv && executable ? { kind: "plugin", argv, ...exec } : undefined;
}

function describeShell(
  command: ShellCommand,
  settings: Settings,
  report: Report,
): ManifestShell | undefined {
  const line = text(command.line, report.at("line"));
  const exec = describeExec(command.settings, settings, report);
  if (line !== undefined && /\$ARG\d+\$/.test(line)) {
    report.at("line").error(
      'Arguments reach a shell as "$1", "$2": expected these in place of $ARG1$',
    );
  }
  return line === undefined ? undefined : { kind: "shell", line, ...exec };
}
