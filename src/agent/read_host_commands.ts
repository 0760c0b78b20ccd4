import {
  type Command,
  plugin,
  type PluginSettings,
  type PluginWord,
  shell,
} from "./define_agent.ts";
import type { Override } from "./describe_command.ts";
import type { Report } from "./diagnostic.ts";
import { boolean, expectOneOf, isRecord, show } from "./read.ts";

/** The host's settings for commands. */
export interface HostCommands {
  /** Settings of the agent's commands, by name. */
  overrides: Map<string, Override>;
  /** Commands of the agent that the host disables. */
  disabled: string[];
  /** Plugins and shell lines that the host adds, by name. */
  plugins: Map<string, Command>;
}

/**
 * Sorts the host's settings for commands. A host may change or disable a command of the agent, and
 * add its own plugins and, if the agent allows it, shell lines. It may not replace a command of the
 * agent.
 *
 * @param commands the setting `commands`, not checked
 * @param names the names of the agent's commands
 * @param report receives the errors
 * @param hostShell whether the host may add shell lines
 * @returns the settings by kind
 */
export function readHostCommands(
  commands: unknown,
  names: readonly string[],
  report: Report,
  hostShell = false,
): HostCommands {
  const read: HostCommands = { overrides: new Map(), disabled: [], plugins: new Map() };
  if (commands === undefined) return read;
  if (!isRecord(commands)) {
    report.error(`Invalid value ${show(commands)}: expected a map`);
    return read;
  }
  for (const [name, given] of Object.entries(commands)) {
    const at = report.at(name);
    if (!isRecord(given)) {
      at.error(`Invalid value ${show(given)}: expected a map`);
      continue;
    }
    const { disabled, plugin: argv, shell: line, ...rest } = given;
    const off = disabled !== undefined && boolean(disabled, at.at("disabled"));
    const kind = line === undefined ? "plugin" : "shell";
    if (line !== undefined && !hostShell) {
      at.at("shell").error(
        "Shell lines are not allowed in settings files: expected a plugin, or hostShell in the agent",
      );
    } else if (line !== undefined && argv !== undefined) {
      at.at("shell").error("Cannot combine shell with plugin: expected one of them");
    } else if (!names.includes(name)) {
      if ((argv ?? line) === undefined) {
        at.error(`Unknown command ${show(name)}: ${expectOneOf(name, names)}`);
      } else if (!off) read.plugins.set(name, added(argv, line, rest as PluginSettings));
    } else if ((argv ?? line) !== undefined) {
      at.at(kind).error(
        "Duplicate command name: expected a name that is not a command of the agent",
      );
    } else if (off) read.disabled.push(name);
    else read.overrides.set(name, rest);
  }
  return read;
}

// The values are not checked yet.
function added(argv: unknown, line: unknown, settings: PluginSettings): Command {
  return argv === undefined
    ? shell(line as string, settings)
    : plugin(argv as (string | PluginWord)[], settings);
}
