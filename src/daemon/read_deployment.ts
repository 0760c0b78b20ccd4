import { deployedFiles, type Deployment, parseDeployment, sha256 } from "../agent/deployment.ts";
import { AgentError, createReport, type Diagnostic, errorsOf } from "../agent/diagnostic.ts";
import { asWritten } from "../agent/settings_file/as_written.ts";
import { type HostFile, readHostSettings } from "../agent/host_settings.ts";
import { inspectDeployed } from "../agent/inspect_deployed.ts";
import type { DescribedAgent, Manifest } from "../agent/manifest.ts";
import type { SandboxCode } from "../runner/channel.ts";
import { describeCode } from "../runner/describe_code.ts";
import type { MakeCertificate } from "./load_tls.ts";
import { notGranted } from "./daemon_permissions.ts";

/** Where a deployed daemon finds what it serves, as its launcher says. */
export interface Place {
  /** The folder of what was compiled. */
  folder: string;
  /** The host's settings, where there are any. */
  settings?: string;
  /** The folder for what the daemon keeps. */
  state: string;
  /** The name of this host. */
  hostname: string;
  /** How many files, sockets and pipes the daemon may have open at once. */
  descriptors: number;
  /** Whether the unit of the deployable runs it. */
  systemd: boolean;
}

/** What a deployed daemon serves. */
export interface DeployedAgent {
  manifest: Manifest;
  code: SandboxCode;
  /** Warnings. */
  diagnostics: readonly Diagnostic[];
}

/**
 * Reads the manifest of what was compiled.
 *
 * @param folder where it is
 * @returns the deployment
 * @throws {AgentError} where it is missing, or is not what was compiled
 */
export async function readDeployment(folder: string): Promise<Deployment> {
  const text = await read(folder, deployedFiles.manifest);
  return await parseDeployment(text).catch((error: Error) => {
    throw fault(`${folder}/${deployedFiles.manifest}`, error.message);
  });
}

async function readCode(folder: string, deployment: Deployment): Promise<SandboxCode> {
  const names = [deployedFiles.runtime, deployedFiles.agent, deployedFiles.processImports];
  const [runtime, agent] = await Promise.all(names.map(async (name) => {
    const content = await read(folder, name);
    if (await sha256(content) === deployment.files[name]) return content;
    throw fault(`${folder}/${name}`, "It is not what the manifest was compiled with");
  }));
  return { runtime: runtime!, agent: agent!, imports: `${folder}/${deployedFiles.processImports}` };
}

/**
 * Reads why a supervisor could not produce a newer agent.
 *
 * @param folder the deployable
 * @returns the reason; undefined if there is none
 */
export async function readRefusal(folder: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(`${folder}/${deployedFiles.refused}`);
  } catch {
    return undefined;
  }
}

async function read(folder: string, name: string): Promise<string> {
  try {
    return await Deno.readTextFile(`${folder}/${name}`);
  } catch (error) {
    throw fault(`${folder}/${name}`, (error as Error).message);
  }
}

/**
 * Works out what a deployed daemon serves on this host: what was compiled, with the host's settings
 * merged in, held against what the host has and what this process may do.
 *
 * @param place where everything is
 * @returns the agent
 * @throws {AgentError} with everything that is wrong
 */
export async function readDeployedAgent(place: Place): Promise<DeployedAgent> {
  const deployment = await readDeployment(place.folder);
  const code = await readCode(place.folder, deployment);
  const host = await readHostSettings(place.settings);
  const { manifest, diagnostics } = place.settings === undefined
    ? { manifest: deployment, diagnostics: [] }
    : await describeWith(host, deployment, code);
  diagnostics.push(...notGranted(manifest));
  const inspected = await inspectDeployed(
    manifest,
    createReport(diagnostics),
    place.descriptors,
  );
  const { settings } = inspected;
  if (place.systemd && deployment.filtersAddresses) {
    diagnostics.push(...dropped(settings.allowedHosts, deployment));
  }
  const all = [...host.diagnostics, ...host.locate(diagnostics)].sort(asWritten(host.files));
  if (errorsOf(all).length > 0) throw new AgentError(all);
  const { state = place.state } = settings;
  return { manifest: { ...inspected, settings: { ...settings, state } }, code, diagnostics: all };
}

// Who is allowed by the settings only does not get through to the daemon to be told so.
function dropped(allowedHosts: readonly string[], { settings }: Deployment): Diagnostic[] {
  const filtered = allowedHosts.filter((host) => !settings.allowedHosts.includes(host));
  return filtered.length === 0 ? [] : [{
    place: "allowedHosts",
    message: `The systemd unit was compiled without ${filtered.join(", ")} and drops their ` +
      `packets: expected "systemctl edit checkwright" with [Service] and IPAddressAllow=${
        filtered.join(" ")
      }`,
    severity: "warning",
  }];
}

// Option values decide on permissions, and only the agent's own code knows how: it is evaluated
// again, in a sandbox as ever.
async function describeWith(
  { settings }: HostFile,
  { settings: { procfs } }: Deployment,
  code: SandboxCode,
): Promise<DescribedAgent> {
  return await describeCode(code, { procfs, ...settings });
}

/** Stands in for making a certificate: a deployed daemon cannot. */
export const nobodyMakesCertificate: MakeCertificate = (path) => {
  throw fault(path, "No certificate: the launcher makes it at the first start");
};

function fault(place: string, message: string): AgentError {
  return new AgentError([{ place, message, severity: "error" }]);
}
