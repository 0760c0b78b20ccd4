import type { Manifest } from "../agent/manifest.ts";
import type { CheckCommand } from "../check/define_check.ts";
import type { ProcessTree } from "../host/process_tree.ts";
import type { SandboxCode } from "./channel.ts";
import { sandboxedChecks, withOwnCheck } from "./checks.ts";
import { createPool, type SandboxPool } from "./pool.ts";
import { createQuarantine, type Quarantine } from "./quarantine.ts";
import { createRunner, type Runner } from "./runner.ts";
import type { SandboxLog } from "./sandbox.ts";

/** The agent that a runner runs, with data about the host. */
export interface RunnerOrders {
  manifest: Manifest;
  code: SandboxCode;
  hostname: string;
  /** The reason of each quarantined command, by name. */
  quarantined: Readonly<Record<string, string>>;
}

/** What a runner reports while it runs commands. */
export interface RunnerEvents {
  /** A check logged a message. */
  onLog: SandboxLog;
  /** A command was quarantined. */
  onQuarantined?: (command: string, reason: string) => void;
  /** A worker was abandoned: it cannot be ended. */
  onAbandoned?: (command: string) => void;
  /** A command ended after its answer left. */
  onEnded?: (command: string, ending: string) => void;
}

/** A runner and its parts. */
export interface SandboxedRunner {
  runner: Runner;
  pool: SandboxPool;
  quarantine: Quarantine;
}

/**
 * Makes a runner whose checks run in sandboxes. No sandbox is started yet.
 *
 * @param orders the agent
 * @param own makes the self check of the daemon, which runs outside the sandboxes
 * @param processes ends the processes that commands start
 * @param events called while commands run
 * @returns the runner, its sandboxes and its quarantine
 */
export function createSandboxedRunner(
  { manifest, code, hostname, quarantined }: RunnerOrders,
  own: (parts: Omit<SandboxedRunner, "runner">) => CheckCommand,
  processes: ProcessTree,
  { onLog, onQuarantined, onAbandoned, onEnded }: RunnerEvents,
): SandboxedRunner {
  const { limits, procfs } = manifest.settings;
  const context = { hostname, procfs };
  const quarantine = createQuarantine(quarantined, onQuarantined);
  const pool = createPool(code, limits.sandboxes, onLog, processes);
  const checks = sandboxedChecks(pool, context, quarantine, onAbandoned);
  const all = withOwnCheck(own({ pool, quarantine }), checks, context);
  return { runner: createRunner(manifest, all, processes, onEnded), pool, quarantine };
}
