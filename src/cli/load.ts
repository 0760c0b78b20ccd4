import { AgentError, createReport, type Diagnostic } from "../agent/diagnostic.ts";
import { inspectHost } from "../agent/inspect.ts";
import type { DescribedAgent, HostSettings, Manifest } from "../agent/manifest.ts";
import { bundle, BundleError } from "../project/bundle.ts";
import { ownBundle, sandboxImports } from "./own_bundles.ts";
import { foreignModules } from "../project/foreign_modules.ts";
import type { Modules, SandboxCode } from "../runner/channel.ts";
import { describeCode } from "../runner/describe_code.ts";
import { readBundleFault } from "./complaint.ts";
import { descriptorLimit } from "./descriptor_limit.ts";

/** An agent, loaded and checked against this host. */
export interface LoadedAgent {
  manifest: Manifest;
  /** Everything that was found, warnings among it. */
  diagnostics: Diagnostic[];
  /** The places where the agent itself says something. */
  said?: string[];
  code: SandboxCode;
}

/** An agent that was held against this host. */
export interface InspectedAgent extends LoadedAgent {
  /** The manifest as it would be for any host. */
  described: Manifest;
}

/** The agent that is loaded where none is named. */
export const DEFAULT_AGENT = "agent.ts";

/**
 * Bundles an agent under its own project, evaluates it in a process without permissions, and checks
 * what comes out against this host. Whatever its top level does, it does to that process alone.
 *
 * @param path the agent's module
 * @param host settings that win over the agent's
 * @returns the agent with all diagnostics; the code is ready for any number of sandboxes
 * @throws {AgentError} where there is no manifest to speak of
 */
export async function loadAgent(path: string, host: HostSettings = {}): Promise<InspectedAgent> {
  const [agent, descriptors] = await Promise.all([readAgent(path, host), descriptorLimit()]);
  const report = createReport(agent.diagnostics);
  const manifest = await inspectHost(agent.manifest, report, descriptors);
  return { ...agent, manifest, described: agent.manifest };
}

/**
 * {@linkcode loadAgent}, but for any host: nothing of this one is looked at.
 *
 * @param path the agent's module
 * @param host settings that win over the agent's
 * @param minify has the code be the same on every machine, see {@linkcode bundle}
 * @returns the agent with all diagnostics
 * @throws {AgentError} where there is no manifest to speak of
 */
export async function readAgent(
  path: string,
  host: HostSettings = {},
  minify = false,
): Promise<LoadedAgent> {
  const bundling = bundleAgent(path, minify);
  bundling.catch(() => {});
  const imports = await sandboxImports();
  const describing = describeInProcess(bundling, host, imports);
  // What keeps it from being bundled is told first, and as it is.
  describing.catch(() => {});
  const code = { ...await bundling, imports };
  try {
    return { ...await describing, code };
  } catch (error) {
    const { message } = error as Error;
    // What the runtime advises cannot be done: nothing is granted to a top level.
    throw fault(
      path,
      `Cannot evaluate it: ${message.replace(/, run again with the .* flag$/, "")}`,
    );
  }
}

// The process is in a group of its own: who interrupts this one does not reach it.
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
    if (!(await Deno.stat(path)).isFile) throw fault(path, "It is not a file");
    const [agent, runtime, plain] = await Promise.all([
      bundle(path, minify ? "names" : undefined),
      ownBundle("runtime"),
      // A bundle without its comments does not say what it holds.
      minify ? bundle(path) : undefined,
    ]);
    await refuseForeign(plain ?? agent, path);
    return { agent, runtime };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw fault(path, "No such file");
    if (error instanceof Deno.errors.PermissionDenied) throw fault(path, "Permission denied");
    if (error instanceof BundleError) {
      throw new AgentError([await readBundleFault(error.message, path)]);
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

function fault(place: string, message: string): AgentError {
  return new AgentError([{ place, message, severity: "error" }]);
}
