import { selfCheck } from "../agent/self_check.ts";
import type { ProcessTree } from "../host/process_tree.ts";
import { kindOf } from "../runner/checks.ts";
import { keyOf, type SandboxPool } from "../runner/pool.ts";
import type { Quarantine } from "../runner/quarantine.ts";
import { createSandboxedRunner } from "../runner/sandboxed_runner.ts";
import type { DaemonParts } from "./daemon.ts";
import type { Orders } from "./orders.ts";
import type { Log } from "./log.ts";
import type { Stats } from "./stats.ts";

/** One agent being served, from a start or a reload to the next. */
export interface Generation {
  /** What the daemon serves it with. */
  parts: DaemonParts;
  /** Its sandboxes. */
  pool: SandboxPool;
  /** Its commands that are not run. */
  quarantine: Quarantine;
  /** Starts the sandboxes that the one before had and it needs, so that the swap costs nobody a start. */
  warm(before: Generation): Promise<void>;
  /** Ends its sandboxes when nothing runs in them any more. */
  retire(): Promise<void>;
}

/** How long after its deadline a command may take to end. */
const endSeconds = 3;

/**
 * Makes a generation.
 *
 * @param orders what to serve
 * @param log where events go
 * @param stats counts, over all generations
 * @param processes ends what commands start
 * @param onAbandoned hears that a worker had to be left alone
 * @returns the generation; no sandbox is started
 */
export function createGeneration(
  orders: Orders,
  log: Log,
  stats: Stats,
  processes: ProcessTree,
  onAbandoned: (command: string) => void,
): Generation {
  const { manifest, tls, certificateEnds } = orders;
  const { runner, pool, quarantine } = createSandboxedRunner(
    orders,
    ({ pool, quarantine }) =>
      selfCheck(() => ({
        ...stats.report(),
        quarantined: Object.keys(quarantine.commands),
        sandboxes: pool.size,
        certificateDays: certificateEnds && (certificateEnds - Date.now()) / 86_400_000,
      })),
    processes,
    {
      onLog: (command, message) => log("info", "check", { command, message }),
      onQuarantined: (command, reason) => log("error", "quarantined", { command, reason }),
      onAbandoned,
      onEnded: (command, reason) => log("warning", "ended", { command, reason }),
    },
  );

  return {
    parts: { manifest, runner, tls, log, count: stats.count },
    pool,
    quarantine,
    async warm(before) {
      const needed = new Set(
        Object.entries(manifest.commands).flatMap(([name, command]) =>
          command.kind === "check" ? keyOf(kindOf(name, command, manifest.settings.procfs)) : []
        ),
      );
      const kinds = before.pool.kinds.filter((kind) => needed.has(keyOf(kind)));
      // One that cannot start is said by the first command that needs it.
      await Promise.allSettled(kinds.map((kind) => pool.sandbox(...kind)));
    },
    async retire() {
      const timeouts = Object.values(manifest.commands).map(({ timeout }) => timeout);
      await runner.idle((Math.max(...timeouts, 0) + endSeconds) * 1000);
      pool.close();
    },
  };
}
