import { AgentError, createReport, errorsOf } from "../agent/diagnostic.ts";
import { inspectAllowedHosts } from "../agent/inspect_allowed_hosts.ts";
import { asWritten } from "../agent/settings_file/as_written.ts";
import { type HostFile, readHostSettings } from "../agent/host_settings.ts";
import type { Lookup } from "../agent/resolve_listen.ts";
import type { HostSettings } from "../agent/manifest.ts";
import { inspectTls } from "../daemon/inspect_tls.ts";
import { type InspectedAgent, loadAgent } from "./load.ts";

/** An agent with the settings of this host. */
export interface HostedAgent extends InspectedAgent {
  /** The host's settings. */
  host: HostFile;
}

/**
 * Loads an agent with the host's settings, and reports the errors of both together.
 *
 * @param path the path of the agent's module
 * @param settings the path of the host's settings file, if there is one
 * @param given settings from the command line, which override the file
 * @param lookup looks up host names; without it, names to listen on stay names, and the parts that
 * only serving needs are not checked: TLS files and names of allowed hosts
 * @returns the agent with all diagnostics
 * @throws {AgentError} if the agent has no valid manifest, or if the settings cannot be read
 */
export async function loadOnHost(
  path: string,
  settings: string | undefined,
  given: HostSettings = {},
  lookup?: Lookup,
): Promise<HostedAgent> {
  const host = await readHostSettings(settings);
  const loaded = await loadAgent(path, { ...host.settings, ...given }, lookup).catch((error) => {
    throw error instanceof AgentError
      ? new AgentError([...host.diagnostics, ...error.diagnostics])
      : error;
  });
  if (lookup !== undefined) {
    const { allowedHosts, tls } = loaded.manifest.settings;
    const report = createReport(loaded.diagnostics);
    await inspectAllowedHosts(allowedHosts, lookup, report);
    await inspectTls(tls, report);
  }
  const diagnostics = [...host.diagnostics, ...host.locate(loaded.diagnostics)].sort(
    asWritten(host.files),
  );
  // A file that cannot be parsed is an error, and does not count as an empty file.
  const unread = errorsOf(host.diagnostics).some(({ source }) => source === undefined);
  if (unread) throw new AgentError(diagnostics);
  return { ...loaded, diagnostics, host };
}
