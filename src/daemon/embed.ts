import type { Agent, AgentInput } from "../agent/define_agent.ts";
import { AgentError, createReport, errorsOf } from "../agent/diagnostic.ts";
import { inspectHost } from "../agent/inspect.ts";
import { describeAgent } from "../agent/describe_agent.ts";
import type { ProcessTree } from "../host/process_tree.ts";
import type { Manifest } from "../agent/manifest.ts";
import type { PluginOutput } from "../nagios/plugin_output.ts";
import { inlineChecks, withOwnCheck } from "../runner/checks.ts";
import { createRunner, type Runner } from "../runner/runner.ts";
import { loadTls } from "./load_tls.ts";
import { acceptHere } from "./acceptor_link.ts";
import { type Daemon, openDaemon } from "./daemon.ts";
import { lookup } from "../net/lookup.ts";
import { createHandler } from "./handler.ts";
import { createLog, lineWriter, type Log } from "./log.ts";
import { makeCertificate } from "./own_certificate.ts";
import { processTreeOf } from "./daemon_permissions.ts";
import { createStats, ownCheck, type Stats } from "./stats.ts";

/** Settings of {@linkcode startDaemon}: all settings of an agent except its commands. */
export type DaemonSettings = Partial<Omit<AgentInput, "commands">>;

async function checkAgent(agent: Agent, settings: DaemonSettings): Promise<Manifest> {
  const { manifest, diagnostics } = describeAgent(agent, settings);
  const inspected = await inspectHost(manifest, createReport(diagnostics), { lookup });
  if (errorsOf(diagnostics).length > 0) throw new AgentError(diagnostics);
  return inspected;
}

function createInlineRunner(
  agent: Agent,
  manifest: Manifest,
  log: Log,
  stats: Stats,
  processes: ProcessTree,
): Runner {
  const context = { hostname: Deno.hostname(), procfs: manifest.settings.procfs };
  const checks = inlineChecks(
    agent,
    context,
    (command, message) => log("info", "check", { command, message }),
  );
  return createRunner(manifest, withOwnCheck(ownCheck(stats), checks, context), processes);
}

/**
 * Serves an agent from your own program. Checks run inside that program with all its permissions.
 * Their declared permissions have no effect here; run `checkwright serve` or a deployable to apply
 * them. The states of commands are kept in memory until the end of the daemon.
 *
 * @param agent the agent
 * @param settings settings that override the agent's
 * @returns the daemon, which is listening
 * @throws {AgentError} with all errors of the agent
 *
 * @example
 * ```ts
 * import { defineAgent, ok } from "@checkwright/checkwright";
 * import { sendQuery } from "@checkwright/checkwright/client";
 * import { startDaemon } from "@checkwright/checkwright/daemon";
 * import { assertEquals } from "@std/assert";
 *
 * const agent = defineAgent({ commands: { check_deploy: () => ok("release 42 is live") } });
 * const daemon = await startDaemon(agent, { listen: "127.0.0.1:0", tls: false });
 * const { port } = daemon.addresses[0]!;
 * const output = await sendQuery({ host: "127.0.0.1", port, tls: false, command: "check_deploy" });
 * assertEquals(output, { state: "OK", text: "release 42 is live" });
 * await daemon.stop();
 * ```
 */
export async function startDaemon(agent: Agent, settings: DaemonSettings = {}): Promise<Daemon> {
  const manifest = await checkAgent(agent, settings);
  const log = createLog(manifest.settings.log, lineWriter(Deno.stderr).write);
  const stats = createStats();
  const tls = await loadTls(manifest.settings, log, makeCertificate);
  const processes = processTreeOf(manifest);
  const runner = createInlineRunner(agent, manifest, log, stats, processes);
  const parts = { manifest, runner, tls, log, count: stats.count };
  const daemon = await openDaemon(parts, acceptHere).catch(async (error) => {
    await processes.close();
    throw error;
  });
  return {
    addresses: daemon.addresses,
    done: daemon.done,
    async stop() {
      await daemon.stop();
      await processes.close();
    },
  };
}

/**
 * Runs one command of an agent in this process and returns the output that an engine would receive.
 * `context.state` is empty, and what the check stores is dropped.
 *
 * @param agent the agent
 * @param command the command's name
 * @param args its arguments
 * @returns the output
 * @throws {AgentError} with all errors of the agent
 *
 * @example
 * ```ts
 * import { defineAgent, ok } from "@checkwright/checkwright";
 * import { runCommand } from "@checkwright/checkwright/daemon";
 * import { assertEquals } from "@std/assert";
 *
 * const agent = defineAgent({ commands: { check_deploy: () => ok("release 42 is live") } });
 * assertEquals((await runCommand(agent, "check_deploy")).state, "OK");
 * ```
 */
export async function runCommand(
  agent: Agent,
  command: string,
  args: readonly string[] = [],
): Promise<PluginOutput> {
  const manifest = await checkAgent(agent, { refusals: "explain" });
  const log = createLog({ format: "text", level: "info" }, lineWriter(Deno.stderr).write);
  const processes = processTreeOf(manifest);
  const runner = createInlineRunner(agent, manifest, log, createStats(), processes);
  const handle = createHandler(manifest, runner);
  try {
    const { output } = await handle({ command, args: [...args] }, { address: "127.0.0.1" });
    return output;
  } finally {
    await runner.end();
    await processes.close();
  }
}
