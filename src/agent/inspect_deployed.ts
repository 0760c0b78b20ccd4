import type { Report } from "./diagnostic.ts";
import { fitConnections } from "./fit_connections.ts";
import { identify, readAccounts } from "./identify.ts";
import { omission } from "./inspect.ts";
import { inspectListen } from "./inspect_listen.ts";
import { inspectReach } from "./inspect_reach.ts";
import type { Manifest, ManifestCommand } from "./manifest.ts";
import { explainMissing } from "./missing_program.ts";
import { programsOf } from "./granted_permissions.ts";

/**
 * Checks a compiled manifest on the host that serves it, within the permissions of the daemon's own
 * process. Optional commands whose programs are missing are omitted, and users become ids. A
 * missing executable is only a warning, because the other commands can be served without it. Paths
 * stay as declared, because the permission to start them contains the declared path.
 *
 * @param manifest the agent
 * @param report receives all errors and warnings
 * @param descriptors how many files, sockets and pipes the daemon may have open at the same time
 * @returns the manifest for this host
 */
export async function inspectDeployed(
  manifest: Manifest,
  report: Report,
  descriptors: number,
): Promise<Manifest> {
  const commands: [string, ManifestCommand][] = [];
  const omitted: [string, string][] = [];
  const accounts = await readAccounts();
  for (const [name, command] of Object.entries(manifest.commands)) {
    const at = report.at("commands").at(name);
    const reason = await omission(command, isFile, at);
    if (reason !== undefined) {
      omitted.push([name, reason]);
      continue;
    }
    if (command.kind === "check") {
      commands.push([name, command]);
      continue;
    }
    for (const program of programsOf(command)) {
      if (!await isFile(program)) at.warning(explainMissing(program));
    }
    commands.push([name, { ...command, ...identify(command, accounts, at) }]);
  }
  const { settings } = manifest;
  inspectReach(settings, report);
  inspectListen(settings.listen, report);
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
    // If only the host's settings make the command optional, the daemon has no permission to look
    // for its programs.
    return error instanceof Deno.errors.NotCapable;
  }
}
