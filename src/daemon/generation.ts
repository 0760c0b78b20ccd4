import { selfCheck } from "../agent/self_check.ts";
import type { ProcessTree } from "../host/process_tree.ts";
import { kindOf } from "../runner/checks.ts";
import { keyOf, type SandboxPool } from "../runner/pool.ts";
import type { Quarantine } from "../runner/quarantine.ts";
import type { RunRecord } from "../runner/run_record.ts";
import { createSandboxedRunner } from "../runner/sandboxed_runner.ts";
import type { StateStore } from "../runner/state_store.ts";
import { showCommands } from "./blame.ts";
import type { DaemonParts } from "./daemon.ts";
import type { Orders } from "./orders.ts";
import type { Log } from "./log.ts";
import type { Stats } from "./stats.ts";

/** A served agent with its sandboxes. A reload replaces one generation by another. */
export interface Generation {
  /** The parts with which the daemon serves the agent. */
  parts: DaemonParts;
  /** The sandboxes of the agent. */
  pool: SandboxPool;
  /** The quarantined commands of the agent. */
  quarantine: Quarantine;
  /** Starts the sandboxes that both this and the previous generation need, before the swap. */
  warm(before: Generation): Promise<void>;
  /** Ends the sandboxes as soon as no command runs in them. */
  retire(): Promise<void>;
}

/** Maximum time that a command may take to end after its deadline. */
const endSeconds = 3;

/** Events of a generation. */
export interface GenerationEvents {
  /** Called for each worker that cannot be ended, with the commands that ran in it. */
  onAbandoned: (commands: readonly string[]) => void;
  /** Called when the quarantine changes. */
  onQuarantine: () => void;
}

const separated =
  "one of these commands blocked or ended their sandbox: each gets its own sandbox until the next reload";

/**
 * Makes a generation.
 *
 * @param orders the agent to serve
 * @param log receives events
 * @param stats the counters of all generations
 * @param processes ends the processes that commands start
 * @param record receives the marks of commands that run in workers
 * @param states stores the states of commands
 * @param events called while commands run
 * @returns the generation; no sandbox is started yet
 */
export function createGeneration(
  orders: Orders,
  log: Log,
  stats: Stats,
  processes: ProcessTree,
  record: RunRecord,
  states: StateStore,
  { onAbandoned, onQuarantine }: GenerationEvents,
): Generation {
  const { manifest, tls, certificateEnds } = orders;
  const { runner, pool, quarantine } = createSandboxedRunner(
    orders,
    ({ pool, quarantine }) =>
      selfCheck(() => ({
        ...stats.report(),
        agent: manifest.version,
        quarantined: Object.keys(quarantine.state.quarantined).map((name) => showCommands([name])),
        sandboxes: pool.size,
        certificateDays: certificateEnds && (certificateEnds - Date.now()) / 86_400_000,
      })),
    processes,
    {
      onLog: (command, message) => log("info", "check", { command, message }),
      quarantine: {
        onAdd: (command, reason) => log("error", "quarantined", { command, reason }),
        onSeparate: (commands) =>
          log("warning", "separated", { commands: showCommands(commands), reason: separated }),
        onChange: onQuarantine,
      },
      onAbandoned,
      onEnded: (command, reason) => log("warning", "ended", { command, reason }),
    },
    record,
    states,
  );

  return {
    parts: { manifest, runner, tls, log, count: stats.count, onExhausted: pool.closeWorkers },
    pool,
    quarantine,
    async warm(before) {
      const needed = new Set(
        Object.entries(manifest.commands).flatMap(([name, command]) =>
          command.kind === "check" ? keyOf(kindOf(name, command, manifest.settings.procfs)) : []
        ),
      );
      const kinds = before.pool.kinds.filter((kind) => needed.has(keyOf(kind)));
      // If a sandbox cannot start, the first command that needs it reports the error.
      await Promise.allSettled(kinds.map((kind) => pool.sandbox(...kind)));
    },
    async retire() {
      const timeouts = Object.values(manifest.commands).map(({ timeout }) => timeout);
      await runner.idle((Math.max(...timeouts, 0) + endSeconds) * 1000);
      pool.close();
    },
  };
}
