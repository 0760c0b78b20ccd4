import { type Command, plugin, type PluginSettings } from "./define_agent.ts";
import type { Override } from "./describe_command.ts";
import type { Report } from "./diagnostic.ts";
import { boolean, expectOneOf, isRecord, show } from "./read.ts";

/** What a host's settings say of commands. */
export interface HostCommands {
  /** Of commands of the agent, by name. */
  overrides: Map<string, Override>;
  /** Commands of the agent that are left out. */
  disabled: string[];
  /** Commands of the host's own. */
  plugins: Map<string, Command>;
}

/**
 * Takes apart what the host's settings say of commands. A host may change a command of the agent,
 * leave it out, and have plugins of its own; it may not put another thing under an agent's name.
 *
 * @param commands the setting, not checked
 * @param names the names of the agent's commands
 * @param report where faults go
 * @returns what is said, by kind
 */
export function readHostCommands(
  commands: unknown,
  names: readonly string[],
  report: Report,
): HostCommands {
  const read: HostCommands = { overrides: new Map(), disabled: [], plugins: new Map() };
  if (commands === undefined) return read;
  if (!isRecord(commands)) {
    report.error(`Invalid value ${show(commands)}: expected an object`);
    return read;
  }
  for (const [name, said] of Object.entries(commands)) {
    const at = report.at(name);
    if (!isRecord(said)) {
      at.error(`Invalid value ${show(said)}: expected an object`);
      continue;
    }
    const { disabled, plugin: argv, ...rest } = said;
    const off = disabled !== undefined && boolean(disabled, at.at("disabled"));
    if (!names.includes(name)) {
      if (argv === undefined) {
        at.error(`Unknown command ${show(name)}: ${expectOneOf(name, names)}`);
      } else if (!off) read.plugins.set(name, plugin(argv as string[], rest as PluginSettings));
    } else if (argv !== undefined) {
      at.at("plugin").error("The agent has a command of this name: expected another name");
    } else if (off) read.disabled.push(name);
    else read.overrides.set(name, rest);
  }
  return read;
}
