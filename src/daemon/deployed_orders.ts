import { deployedFiles, type Deployment, parseDeployment, sha256 } from "../agent/deployment.ts";
import { AgentError, createReport, type Diagnostic, errorsOf } from "../agent/diagnostic.ts";
import { asWritten } from "../agent/host/as_written.ts";
import { type HostFile, readHostSettings } from "../agent/host_settings.ts";
import { inspectDeployed } from "../agent/inspect_deployed.ts";
import type { DescribedAgent, Manifest } from "../agent/manifest.ts";
import { certificateDates } from "../net/certificate.ts";
import type { SandboxCode } from "../runner/channel.ts";
import { describeCode } from "../runner/describe.ts";
import { loadTls } from "./certificate.ts";
import type { Orders } from "./link.ts";
import type { Log } from "./log.ts";
import { notGranted } from "./permissions.ts";

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
 * Reads what was compiled.
 *
 * @param folder where it is
 * @returns the deployment and the code that belongs to it
 * @throws {AgentError} where a file is missing, or is not what was compiled
 */
export async function readDeployment(
  folder: string,
): Promise<{ deployment: Deployment; code: SandboxCode }> {
  const read = async (name: string) => {
    try {
      return await Deno.readTextFile(`${folder}/${name}`);
    } catch (error) {
      throw fault(`${folder}/${name}`, (error as Error).message);
    }
  };
  const [text, runtime, agent] = await Promise.all([
    read(deployedFiles.manifest),
    read(deployedFiles.runtime),
    read(deployedFiles.agent),
  ]);
  const deployment = await parseDeployment(text).catch((error: Error) => {
    throw fault(`${folder}/${deployedFiles.manifest}`, error.message);
  });
  for (const [name, content] of [[deployedFiles.runtime, runtime], [deployedFiles.agent, agent]]) {
    if (await sha256(content!) !== deployment.files[name!]) {
      throw fault(`${folder}/${name}`, "It is not what the manifest was compiled with");
    }
  }
  return { deployment, code: { runtime, agent } };
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
  const { deployment, code } = await readDeployment(place.folder);
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
  return await describeCode(code, { procfs, ...settings }, "worker");
}

/**
 * Completes what is served to what a daemon needs.
 *
 * @param agent what is served
 * @param hostname the name of this host
 * @param quarantined commands that are not run, and why
 * @param log where the certificate's fingerprint goes
 * @returns the orders
 * @throws where the certificate cannot be read
 */
export async function ordersOf(
  { manifest, code }: DeployedAgent,
  hostname: string,
  quarantined: Record<string, string>,
  log: Log,
): Promise<Orders> {
  const tls = await loadTls(manifest.settings, log, (path) => {
    throw fault(path, "No certificate: the launcher makes it at the first start");
  });
  const ends = tls === false
    ? {}
    : { certificateEnds: (await certificateDates(tls.cert)).notAfter.getTime() };
  return { manifest, code, tls, hostname, quarantined, ...ends };
}

function fault(place: string, message: string): AgentError {
  return new AgentError([{ place, message, severity: "error" }]);
}
