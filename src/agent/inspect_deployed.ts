import type { Report } from "./diagnostic.ts";
import { fitConnections } from "./fit_connections.ts";
import { identify, omission } from "./inspect.ts";
import { inspectReach } from "./inspect_reach.ts";
import type { Manifest, ManifestCommand } from "./manifest.ts";
import { explainMissing } from "./missing_program.ts";
import { executableOf } from "./granted_permissions.ts";

/**
 * Holds a manifest that was compiled elsewhere against this host, as far as the daemon's own process
 * may look: optional commands whose programs are missing are omitted, users become ids. An
 * executable that is missing is a warning, since all other commands are worth serving without it.
 * Paths stay as they were declared: the permission to start them names them so.
 *
 * @param manifest the agent
 * @param report where faults go, all of them
 * @param descriptors how many files, sockets and pipes the daemon may have open at once
 * @returns the manifest for this host
 */
export async function inspectDeployed(
  manifest: Manifest,
  report: Report,
  descriptors: number,
): Promise<Manifest> {
  const commands: [string, ManifestCommand][] = [];
  const omitted: [string, string][] = [];
  for (const [name, command] of Object.entries(manifest.commands)) {
    const at = report.at("commands").at(name);
    const reason = await omission(command, isFile, at);
    if (reason !== undefined) {
      omitted.push([name, reason]);
      continue;
    }
    const executable = executableOf(command);
    if (command.kind === "check" || executable === undefined) {
      commands.push([name, command]);
      continue;
    }
    if (!await isFile(executable)) at.warning(explainMissing(executable));
    commands.push([name, { ...command, ...await identify(command, at) }]);
  }
  const { settings } = manifest;
  inspectReach(settings, report);
  const at = report.at("limits").at("connections");
  const limits = fitConnections(settings.limits, descriptors, at);
  return {
    ...manifest,
    settings: { ...settings, limits },
    commands: Object.fromEntries(commands),
    ...(omitted.length > 0 && { omitted: Object.fromEntries(omitted) }),
  };
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    // Optional by the host's settings alone: the daemon was compiled without a look at it.
    return error instanceof Deno.errors.NotCapable;
  }
}
