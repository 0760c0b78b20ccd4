import { type Command, plugin, type PluginSettings } from "./define_agent.ts";
import type { Override } from "./describe_command.ts";
import type { Report } from "./diagnostic.ts";
import { boolean, expectOneOf, isRecord, show } from "./read.ts";

/** The host's settings for commands. */
export interface HostCommands {
  /** Settings of the agent's commands, by name. */
  overrides: Map<string, Override>;
  /** Commands of the agent that the host disables. */
  disabled: string[];
  /** Plugins that the host adds, by name. */
  plugins: Map<string, Command>;
}

/**
 * Sorts the host's settings for commands. A host may change or disable a command of the agent, and
 * add its own plugins. It may not replace a command of the agent with a plugin.
 *
 * @param commands the setting `commands`, not checked
 * @param names the names of the agent's commands
 * @param report receives the errors
 * @returns the settings by kind
 */
export function readHostCommands(
  commands: unknown,
  names: readonly string[],
  report: Report,
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
    const { disabled, plugin: argv, ...rest } = given;
    const off = disabled !== undefined && boolean(disabled, at.at("disabled"));
    if (!names.includes(name)) {
      if (argv === undefined) {
        at.error(`Unknown command ${show(name)}: ${expectOneOf(name, names)}`);
      } else if (!off) read.plugins.set(name, plugin(argv as string[], rest as PluginSettings));
    } else if (argv !== undefined) {
      at.at("plugin").error(
        "Duplicate command name: expected a name that is not a command of the agent",
      );
    } else if (off) read.disabled.push(name);
    else read.overrides.set(name, rest);
  }
  return read;
}
