import type { Command } from "./define.ts";
import { createReport, type Diagnostic, type Report } from "./diagnostic.ts";
import { describeCommand } from "./describe_command.ts";
import type { DescribedAgent, HostSettings, ManifestCheck, ManifestCommand } from "./manifest.ts";
import { type Reader, recordOf, show } from "./read.ts";
import { selfCheck, selfCheckName } from "./self_check.ts";
import { parseSettings, type Settings } from "./settings.ts";

/**
 * Turns an agent into its manifest and finds every fault that can be found without touching the
 * host. Evaluates `permissions` functions, and nothing else of the user's.
 *
 * @param agent what the agent module exports as default
 * @param host what the host's settings and the command line say, which wins
 * @returns the manifest and all diagnostics
 */
export function describeAgent(agent: unknown, host: HostSettings = {}): DescribedAgent {
  const diagnostics: Diagnostic[] = [];
  const report = createReport(diagnostics);
  if (typeof agent !== "object" || agent === null || !("commands" in agent)) {
    report.error(`Cannot serve ${show(agent)}: expected a default export made by defineAgent()`);
    return { manifest: { settings: parseSettings({}, report), commands: {} }, diagnostics };
  }
  const { kind: _kind, commands, ...input } = agent as { kind?: unknown; commands: unknown };
  const settings = parseSettings(mergeSettings(input, host), report);
  const described = describeCommands(commands, settings, report.at("commands"));
  described[selfCheckName] ??= describeSelfCheck(settings, report);
  return { manifest: { settings, commands: described }, diagnostics };
}

function describeSelfCheck(settings: Settings, report: Report): ManifestCommand {
  const nobody = () => {
    throw new Error("Only a daemon can tell of itself");
  };
  const described = describeCommand(selfCheck(nobody), settings, report) as ManifestCheck;
  return { ...described, builtIn: true };
}

// `tls` and `limits` are merged name by name, everything else as a whole.
function mergeSettings(agent: HostSettings, host: HostSettings): HostSettings {
  const merged: Record<string, unknown> = { ...agent, ...host };
  for (const name of ["tls", "limits"]) {
    const [below, above] = [agent[name], host[name]];
    if (typeof below === "object" && typeof above === "object") {
      merged[name] = { ...below, ...above };
    }
  }
  return merged;
}

/** NRPE splits at `!`; the rest would confuse a log or a terminal. */
const commandName: Reader<string> = (value, report) => {
  // deno-lint-ignore no-control-regex -- control characters are what must not be there
  if (typeof value === "string" && /^[^!\0-\x1f\x7f]{1,200}$/.test(value)) return value;
  report.error(
    `Cannot take ${show(value)} as a command's name: expected 1 to 200 characters without "!"`,
  );
};

function describeCommands(
  commands: unknown,
  settings: Settings,
  report: Report,
): Record<string, ManifestCommand> {
  const described = recordOf<ManifestCommand>(
    (command, at) => describeCommand(command as Command, settings, at),
    commandName,
  )(commands, report) ?? {};
  if (commands !== null && typeof commands === "object" && Object.keys(commands).length === 0) {
    report.error("No command: expected at least one");
  }
  return described;
}
