import { AgentError, type Diagnostic, errorsOf } from "../agent/diagnostic.ts";
import { type HostFile, readHostSettings } from "../agent/host_settings.ts";
import type { HostSettings } from "../agent/manifest.ts";
import { loadAgent, type LoadedAgent } from "./load.ts";

/** An agent as this host has it. */
export interface HostedAgent extends LoadedAgent {
  /** The host's settings. */
  host: HostFile;
}

/**
 * Loads an agent with the host's settings, so that the faults of both are told at once.
 *
 * @param path the agent's module
 * @param settings the host's settings file; undefined where there is none
 * @param given what the command line says, which wins over the file
 * @returns the agent with all diagnostics
 * @throws {AgentError} where there is no manifest to speak of, or no settings
 */
export async function loadOnHost(
  path: string,
  settings: string | undefined,
  given: HostSettings = {},
): Promise<HostedAgent> {
  const host = await readHostSettings(settings);
  const loaded = await loadAgent(path, { ...host.settings, ...given }).catch((error) => {
    throw error instanceof AgentError
      ? new AgentError([...host.diagnostics, ...error.diagnostics])
      : error;
  });
  const diagnostics = [...host.diagnostics, ...host.locate(loaded.diagnostics)].sort(
    asWritten(host),
  );
  // A file that says nothing for certain is not served as if it said nothing.
  const unread = errorsOf(host.diagnostics).some(({ source }) => source === undefined);
  if (unread) throw new AgentError(diagnostics);
  return { ...loaded, diagnostics, host };
}

// Line by line, file by file; what is of the agent comes last.
function asWritten({ files }: HostFile): (one: Diagnostic, other: Diagnostic) => number {
  const where = ({ source, place }: Diagnostic) => {
    const [, file, line] = /^(.*):(\d+)$/.exec(source ?? place) ?? [];
    const index = files.indexOf(file ?? place);
    return [index < 0 ? files.length : index, Number(line ?? 0)] as const;
  };
  return (one, other) => {
    const [[file, line], [otherFile, otherLine]] = [where(one), where(other)];
    return file - otherFile || line - otherLine;
  };
}
