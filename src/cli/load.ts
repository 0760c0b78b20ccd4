import { AgentError, createReport, type Diagnostic } from "../agent/diagnostic.ts";
import { inspectHost } from "../agent/inspect.ts";
import type { HostSettings, Manifest } from "../agent/manifest.ts";
import { unite } from "../agent/permissions.ts";
import { bundle, BundleError } from "../compile/bundle.ts";
import type { SandboxCode } from "../runner/channel.ts";
import { createPool } from "../runner/pool.ts";

/** An agent, loaded and checked against this host. */
export interface LoadedAgent {
  manifest: Manifest;
  /** Everything that was found, warnings among it. */
  diagnostics: Diagnostic[];
  code: SandboxCode;
}

/** The agent that is loaded where none is named. */
export const defaultAgent = "agent.ts";

/** How long an agent's module may take to be evaluated, in seconds. */
const patience = 10;

/** The program inside a sandbox. */
const runtimeModule = new URL("../runner/sandbox_main.ts", import.meta.url);

/**
 * Bundles an agent under its own project, evaluates it in a worker without permissions, and checks
 * what comes out.
 *
 * @param path the agent's module
 * @param host settings that win over the agent's
 * @returns the agent with all diagnostics; the code is ready for any number of sandboxes
 * @throws {AgentError} where there is no manifest to speak of
 */
export async function loadAgent(path: string, host: HostSettings = {}): Promise<LoadedAgent> {
  const code = await bundleAgent(path);
  const pool = createPool(code, 1, () => {});
  const slow = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => slow.reject(new Error(`It is not evaluated after ${patience} seconds`)),
    patience * 1000,
  );
  try {
    const { manifest, diagnostics } = await Promise.race([
      pool.sandbox(unite([]), "worker").then((sandbox) => sandbox.describe(host)),
      slow.promise,
    ]);
    const inspected = await inspectHost(manifest, createReport(diagnostics));
    return { manifest: inspected, diagnostics, code };
  } catch (error) {
    throw fault(path, `Cannot evaluate it: ${(error as Error).message}`);
  } finally {
    clearTimeout(timer);
    pool.close();
  }
}

async function bundleAgent(path: string): Promise<SandboxCode> {
  try {
    if (!(await Deno.stat(path)).isFile) throw fault(path, "It is not a file");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw fault(path, "No such file");
    throw error;
  }
  try {
    const [agent, runtime] = await Promise.all([bundle(path), bundle(runtimeModule)]);
    return { agent, runtime };
  } catch (error) {
    if (error instanceof BundleError) throw fault(path, `Cannot bundle it: ${error.message}`);
    throw error;
  }
}

function fault(place: string, message: string): AgentError {
  return new AgentError([{ place, message, severity: "error" }]);
}
