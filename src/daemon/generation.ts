import { selfCheck } from "../agent/self_check.ts";
import type { ProcessTree } from "../host/process_tree.ts";
import { kindOf, sandboxedChecks, withOwnCheck } from "../runner/checks.ts";
import { createPool, keyOf, type SandboxPool } from "../runner/pool.ts";
import { createQuarantine, type Quarantine } from "../runner/quarantine.ts";
import { createRunner } from "../runner/runner.ts";
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

/** How long after its deadline a command may take to end, in seconds. */
const patience = 3;

/** How often a generation that retires is looked at, in milliseconds. */
const lookEvery = 50;

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
  const { manifest, code, tls, hostname, quarantined, certificateEnds } = orders;
  const { limits, procfs } = manifest.settings;
  const quarantine = createQuarantine(
    quarantined,
    (command, reason) => log("error", "quarantined", { command, reason }),
  );
  const pool = createPool(
    code,
    limits.sandboxes,
    (command, message) => log("info", "check", { command, message }),
    processes,
  );
  const context = { hostname, procfs };
  const own = selfCheck(() => ({
    ...stats.report(),
    quarantined: Object.keys(quarantine.commands),
    sandboxes: pool.size,
    certificateDays: certificateEnds && (certificateEnds - Date.now()) / 86_400_000,
  }));
  const checks = sandboxedChecks(pool, context, { quarantine, onAbandoned });
  const runner = createRunner(
    manifest,
    withOwnCheck(own, checks, context),
    processes,
    (command, reason) => log("warning", "ended", { command, reason }),
  );

  return {
    parts: { manifest, runner, tls, log, count: stats.count },
    pool,
    quarantine,
    async warm(before) {
      const needed = new Set(
        Object.entries(manifest.commands).flatMap(([name, command]) =>
          command.kind === "check" ? keyOf(kindOf(name, command, procfs)) : []
        ),
      );
      const kinds = before.pool.kinds.filter((kind) => needed.has(keyOf(kind)));
      // One that cannot start is said by the first command that needs it.
      await Promise.allSettled(kinds.map((kind) => pool.sandbox(...kind)));
    },
    async retire() {
      const longest = Math.max(
        ...Object.values(manifest.commands).map(({ timeout }) => timeout),
        0,
      );
      const deadline = performance.now() + (longest + patience) * 1000;
      while (runner.running > 0 && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, lookEvery));
      }
      pool.close();
    },
  };
}
