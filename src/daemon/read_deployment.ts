import { deployedFiles, type Deployment, parseDeployment, sha256 } from "../agent/deployment.ts";
import {
  AgentError,
  createReport,
  type Diagnostic,
  errorsOf,
  type Report,
} from "../agent/diagnostic.ts";
import { versionOfBuild } from "../agent/agent_version.ts";
import { asWritten } from "../agent/settings_file/as_written.ts";
import { type HostFile, readHostSettings } from "../agent/host_settings.ts";
import { inspectDeployed } from "../agent/inspect_deployed.ts";
import type { DescribedAgent, Manifest } from "../agent/manifest.ts";
import type { SandboxCode } from "../runner/channel.ts";
import { describeCode } from "../runner/describe_code.ts";
import { inspectOwnCertificate, inspectTls } from "./inspect_tls.ts";
import { type MakeCertificate, ownCertificatePath } from "./load_tls.ts";
import { unite } from "../agent/granted_permissions.ts";
import { daemonPermissions, notGranted } from "./daemon_permissions.ts";
import { hostPermissions } from "./host_permissions.ts";
import { warnOfUnit } from "./warn_of_unit.ts";
import { lookupAmong, parseResolved } from "./resolved_names.ts";
import { inspectAllowedHosts } from "../agent/inspect_allowed_hosts.ts";
import { type Lookup, resolveListen } from "../agent/resolve_listen.ts";

/** The facts that the launcher passes to a deployed daemon. */
export interface Place {
  /** The folder of the deployable. */
  folder: string;
  /** The host's settings file, if there is one. */
  settings?: string;
  /** The state directory. */
  state: string;
  /** The addresses of names to listen on, see {@linkcode formatResolved}. */
  resolved?: string;
  /** The name of this host. */
  hostname: string;
  /** Maximum number of file descriptors that the daemon may have open. */
  descriptors: number;
  /** Whether the systemd unit of the deployable runs the daemon. */
  systemd: boolean;
}

/** The programs of Checkwright that a running daemon cannot replace. */
const ownPrograms = ["daemon.js", deployedFiles.runtime, deployedFiles.acceptor];

/** The agent that a deployed daemon serves. */
export interface DeployedAgent {
  manifest: Manifest;
  code: SandboxCode;
  /** The program of the acceptor. */
  acceptor: string;
  /** Warnings. */
  diagnostics: readonly Diagnostic[];
  /** Identifies the version of the programs of Checkwright in the deployable. */
  programs: string;
}

/**
 * Reads the manifest of a deployable.
 *
 * @param folder the deployable
 * @returns the deployment
 * @throws {AgentError} if it is missing or was changed
 */
export async function readDeployment(folder: string): Promise<Deployment> {
  const text = await read(folder, deployedFiles.manifest);
  return await parseDeployment(text).catch((error: Error) => {
    throw agentError(`${folder}/${deployedFiles.manifest}`, error.message);
  });
}

async function readCode(
  folder: string,
  deployment: Deployment,
): Promise<{ code: SandboxCode; acceptor: string }> {
  const { runtime, agent, acceptor, processImports } = deployedFiles;
  const names = [runtime, agent, acceptor, processImports];
  const texts = await Promise.all(names.map(async (name) => {
    const content = await read(folder, name);
    if (await sha256(content) === deployment.files[name]) return content;
    throw agentError(
      `${folder}/${name}`,
      "Digest mismatch: the file was changed after it was compiled",
    );
  }));
  return {
    code: { runtime: texts[0]!, agent: texts[1]!, imports: `${folder}/${processImports}` },
    acceptor: texts[2]!,
  };
}

/**
 * Reads the reason why a supervisor could not produce a newer agent.
 *
 * @param folder the deployable
 * @returns the reason; undefined if there was no such failure
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
    throw agentError(`${folder}/${name}`, (error as Error).message);
  }
}

/**
 * Reads the agent that a deployed daemon serves: the compiled agent with the host's settings
 * merged in. Checks it against the host and the permissions of this process.
 *
 * @param place the facts from the launcher
 * @param lookup looks up the names of allowed hosts, to warn about names that do not resolve;
 * default: no lookup, because an unreachable name server would delay the start
 * @returns the agent
 * @throws {AgentError} with all errors
 */
export async function readDeployedAgent(place: Place, lookup?: Lookup): Promise<DeployedAgent> {
  const deployment = await readDeployment(place.folder);
  const { code, acceptor } = await readCode(place.folder, deployment);
  const host = await readHostSettings(place.settings);
  const { manifest: described, diagnostics } = place.settings === undefined
    ? { manifest: deployment, diagnostics: [] }
    : await describeWith(host, deployment, code);
  const manifest = await withAddresses(described, place, createReport(diagnostics));
  // An invalid value was replaced by its default, which may need a permission that was not granted.
  if (errorsOf([...host.diagnostics, ...diagnostics]).length === 0) {
    const added = hostPermissions(host, deployment, manifest.settings.listen);
    diagnostics.push(...notGranted(manifest, unite([daemonPermissions(deployment), added])));
  }
  const inspected = await inspectDeployed(
    manifest,
    createReport(diagnostics),
    place.descriptors,
  );
  const { settings } = inspected;
  await inspectTls(settings.tls, createReport(diagnostics));
  const { state = place.state } = settings;
  if (settings.tls !== false && settings.tls.cert === undefined) {
    const path = ownCertificatePath(state);
    await inspectOwnCertificate(path, createReport(diagnostics, path));
  }
  if (lookup !== undefined) {
    await inspectAllowedHosts(settings.allowedHosts, lookup, createReport(diagnostics));
  }
  if (place.systemd) warnOfUnit(inspected, deployment, createReport(diagnostics));
  const all = [...host.diagnostics, ...host.locate(diagnostics)].sort(asWritten(host.files));
  if (errorsOf(all).length > 0) throw new AgentError(all);
  return {
    manifest: {
      ...inspected,
      version: versionOfBuild(deployment.version, deployment.digest),
      settings: { ...settings, state },
    },
    code,
    acceptor,
    diagnostics: all,
    programs: JSON.stringify(ownPrograms.map((name) => deployment.files[name])),
  };
}

async function withAddresses(
  manifest: Manifest,
  { resolved = "" }: Place,
  report: Report,
): Promise<Manifest> {
  const { settings } = manifest;
  const lookup = lookupAmong(parseResolved(resolved));
  const listen = await resolveListen(settings.listen, lookup, report);
  return { ...manifest, settings: { ...settings, listen } };
}

// A function in the agent's code may compute permissions from option values. So the code is
// evaluated again, in a sandbox.
async function describeWith(
  { settings }: HostFile,
  { settings: { procfs } }: Deployment,
  code: SandboxCode,
): Promise<DescribedAgent> {
  return await describeCode(code, { procfs, ...settings });
}

/** Replaces the function that makes a certificate, since a deployed daemon cannot make one. */
export const refuseToMakeCertificate: MakeCertificate = (path) => {
  throw agentError(
    path,
    "Missing certificate: expected the launcher to make it at the first start",
  );
};

function agentError(place: string, message: string): AgentError {
  return new AgentError([{ place, message, severity: "error" }]);
}
