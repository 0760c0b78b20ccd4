import { AgentError, errorsOf } from "../agent/diagnostic.ts";
import { asWritten } from "../agent/settings_file/as_written.ts";
import { type HostFile, readHostSettings } from "../agent/host_settings.ts";
import type { HostSettings } from "../agent/manifest.ts";
import { type InspectedAgent, loadAgent } from "./load.ts";

/** An agent as this host has it. */
export interface HostedAgent extends InspectedAgent {
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
    asWritten(host.files),
  );
  // A file that says nothing for certain is not served as if it said nothing.
  const unread = errorsOf(host.diagnostics).some(({ source }) => source === undefined);
  if (unread) throw new AgentError(diagnostics);
  return { ...loaded, diagnostics, host };
}
