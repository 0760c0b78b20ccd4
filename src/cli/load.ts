import { AgentError, createReport, type Diagnostic } from "../agent/diagnostic.ts";
import { inspectHost } from "../agent/inspect.ts";
import type { DescribedAgent, HostSettings, Manifest } from "../agent/manifest.ts";
import { bundle, BundleError } from "../project/bundle.ts";
import { ownBundle, sandboxImports } from "./own_bundles.ts";
import type { Lookup } from "../agent/resolve_listen.ts";
import { quoteText } from "../nagios/text.ts";
import { foreignModules, isForeignLink } from "../project/foreign_modules.ts";
import type { Modules, SandboxCode } from "../runner/channel.ts";
import { describeCode } from "../runner/describe_code.ts";
import { readBundleError, readLoadError } from "./deno_errors.ts";
import { descriptorLimit } from "./descriptor_limit.ts";
import { withProgress } from "./terminal.ts";

/** An agent, loaded and checked against this host. */
export interface LoadedAgent {
  manifest: Manifest;
  /** All errors and warnings. */
  diagnostics: Diagnostic[];
  /** The settings that the agent itself sets, by place. */
  said?: string[];
  code: SandboxCode;
}

/** An agent whose manifest was checked against this host. */
export interface InspectedAgent extends LoadedAgent {
  /** The manifest without settings and facts of this host. */
  described: Manifest;
}

/** The default path of the agent. */
export const DEFAULT_AGENT = "agent.ts";

/**
 * Bundles an agent with the configuration of its own project, evaluates it in a process without
 * permissions, and checks its manifest against this host. The top level of the agent can harm only
 * that process.
 *
 * @param path the path of the agent's module
 * @param host settings that override the agent's
 * @param lookup looks up the names to listen on; without it, they stay names
 * @returns the agent with all diagnostics; any number of sandboxes can use its code
 * @throws {AgentError} if the agent has no valid manifest
 */
export async function loadAgent(
  path: string,
  host: HostSettings = {},
  lookup?: Lookup,
): Promise<InspectedAgent> {
  const [agent, descriptors] = await Promise.all([readAgent(path, host), descriptorLimit()]);
  const report = createReport(agent.diagnostics);
  const manifest = await inspectHost(agent.manifest, report, {
    descriptors,
    ...(lookup && { lookup }),
  });
  return { ...agent, manifest, described: agent.manifest };
}

/**
 * Loads an agent like {@linkcode loadAgent}, but without checks against this host.
 *
 * @param path the path of the agent's module
 * @param host settings that override the agent's
 * @param minify whether the bundle must be identical on every machine, see {@linkcode bundle}
 * @returns the agent with all diagnostics
 * @throws {AgentError} if the agent has no valid manifest
 */
export function readAgent(
  path: string,
  host: HostSettings = {},
  minify = false,
): Promise<LoadedAgent> {
  return withProgress(`loading ${quoteText(path)}`, evaluateAgent(path, host, minify));
}

async function evaluateAgent(
  path: string,
  host: HostSettings,
  minify: boolean,
): Promise<LoadedAgent> {
  const bundling = bundleAgent(path, minify);
  bundling.catch(() => {});
  const imports = await sandboxImports();
  const describing = describeInProcess(bundling, host, imports);
  // If bundling fails, its error is reported below, and the error of this promise is ignored.
  describing.catch(() => {});
  const code = { ...await bundling, imports };
  try {
    return { ...await describing, code };
  } catch (error) {
    throw new AgentError([await readLoadError((error as Error).message, path, code.agent)]);
  }
}

// The process has its own group, so that a Ctrl-C in the terminal does not reach it.
async function describeInProcess(
  code: Promise<Modules>,
  host: HostSettings,
  imports: string,
): Promise<DescribedAgent> {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort(new Error("Interrupted"));
  const signals = ["SIGINT", "SIGTERM"] as const;
  signals.forEach((signal) => Deno.addSignalListener(signal, interrupt));
  try {
    return await describeCode(code, host, imports, interruption.signal);
  } finally {
    signals.forEach((signal) => Deno.removeSignalListener(signal, interrupt));
  }
}

async function bundleAgent(path: string, minify: boolean): Promise<Modules> {
  try {
    if (!(await Deno.stat(path)).isFile) throw loadError(path, "It is not a file");
    if (await isForeignLink(path)) throw loadError(path, "It is a link to another project");
    const [agent, runtime, plain] = await Promise.all([
      bundle(path, { minify: minify ? "names" : undefined, sourceMap: true }),
      ownBundle("runtime"),
      // The comments of a bundle name its modules, and a minified bundle has no comments.
      minify ? bundle(path) : undefined,
    ]);
    await refuseForeign(plain ?? agent, path);
    return { agent, runtime };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw loadError(path, "No such file");
    if (error instanceof Deno.errors.PermissionDenied) throw loadError(path, "Permission denied");
    if (error instanceof BundleError) {
      throw new AgentError([await readBundleError(error.message, path)]);
    }
    throw error;
  }
}

async function refuseForeign(bundle: string, path: string): Promise<void> {
  const foreign = await foreignModules(bundle, path);
  if (foreign.length === 0) return;
  throw new AgentError(foreign.map(({ module, importer, reason }) => ({
    place: importer ?? path,
    message: `Cannot import ${JSON.stringify(module)}: ${reason}`,
    severity: "error",
  })));
}

function loadError(place: string, message: string): AgentError {
  return new AgentError([{ place, message, severity: "error" }]);
}
