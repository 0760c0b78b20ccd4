import type { Manifest } from "../agent/manifest.ts";
import type { CheckCommand } from "../check/define_check.ts";
import type { ProcessTree } from "../host/process_tree.ts";
import type { SandboxCode } from "./channel.ts";
import { sandboxedChecks, withOwnCheck } from "./checks.ts";
import { createPool, type Isolation, type SandboxPool } from "./pool.ts";
import {
  createQuarantine,
  type Quarantine,
  type QuarantineEvents,
  type QuarantineState,
} from "./quarantine.ts";
import { createRunRecord, type RunRecord } from "./run_record.ts";
import { createRunner, type Runner } from "./runner.ts";
import type { SandboxEnd, SandboxLog } from "./sandbox.ts";
import { memoryStore, type StateStore } from "./state_store.ts";

/** The agent that a runner runs, with data about the host. */
export interface RunnerOrders {
  manifest: Manifest;
  code: SandboxCode;
  hostname: string;
  /** The first contents of the quarantine. */
  quarantine: QuarantineState;
}

/** Events of a runner. */
export interface RunnerEvents {
  /** Called when a check logs a message. */
  onLog: SandboxLog;
  /** Called when the quarantine changes. */
  quarantine?: QuarantineEvents;
  /** Called for each worker that cannot be ended, with the commands that ran in it. */
  onAbandoned?: (commands: readonly string[]) => void;
  /** Called when a command ends after its answer was sent. */
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
 * @param record receives the marks of commands that run in workers
 * @param states stores the states of commands
 * @returns the runner, its sandboxes and its quarantine
 */
export function createSandboxedRunner(
  { manifest, code, hostname, quarantine: state }: RunnerOrders,
  own: (parts: Omit<SandboxedRunner, "runner">) => CheckCommand,
  processes: ProcessTree,
  { onLog, quarantine: onQuarantine, onAbandoned, onEnded }: RunnerEvents,
  record: RunRecord = createRunRecord(() => {}),
  states: StateStore = memoryStore(),
): SandboxedRunner {
  const { limits, procfs } = manifest.settings;
  const context = { hostname, procfs };
  const quarantine = createQuarantine(state, onQuarantine);

  // Any command that ran in the sandbox may block or end it. If only one command ran, that command is
  // the cause. A command that ends its own sandbox harms no other command.
  function onEnd(
    isolation: Isolation,
    { commands, unresponsive, crashed }: SandboxEnd,
  ): void {
    if (commands.length > 1 && (unresponsive || crashed)) quarantine.separate(commands);
    if (!unresponsive || isolation === "process") return;
    if (commands.length === 1) quarantine.add(commands[0]!, "it blocked its sandbox");
    onAbandoned?.(commands);
  }

  const most = limits.sandboxes;
  const pool = createPool({ code, most, processes, log: onLog, record, states, onEnd });
  const checks = sandboxedChecks(pool, context, quarantine);
  const all = withOwnCheck(own({ pool, quarantine }), checks, context);
  return { runner: createRunner(manifest, all, processes, onEnded), pool, quarantine };
}
