import type { ProcessTree } from "../host/process_tree.ts";
import { countCommands } from "../agent/manifest.ts";
import { openDaemon, readyLine } from "./daemon.ts";
import { createGeneration, type Generation } from "./generation.ts";
import type { Orders } from "./orders.ts";
import { createLog, type LineWriter, type Log } from "./log.ts";
import { createStats } from "./stats.ts";

/** The daemon restarts if more workers than this are abandoned. */
const maxAbandoned = 2;

/** How often running checks are recorded, in milliseconds. Shorter runs are not recorded. */
const suspectEvery = 100;

/** A daemon from its start to its end, with one generation after the other. */
export interface Lifecycle {
  /** The line that reports that it is ready. */
  readonly line: string;
  /** Receives events. The format is that of the current agent. */
  readonly log: Log;
  /** Settles with the reason when the daemon should be restarted. */
  readonly leaving: Promise<string>;
  /** The reason of each quarantined command, by name. */
  readonly quarantined: Record<string, string>;
  /**
   * Replaces the served agent.
   *
   * @returns the reason if this fails; then the old agent stays
   */
  reload(orders: Orders): Promise<string | undefined>;
  /** Records a reload that failed earlier, for the self check. */
  refused(reason: string): void;
  /** Stops listening at once, and settles when all received queries are answered. */
  stop(): Promise<void>;
}

/**
 * Called with the checks that have been running in workers for more than a moment and with the
 * quarantined commands, whenever one of both changes.
 */
export type OnSuspects = (suspects: string[], quarantined: Record<string, string>) => void;

/**
 * Opens a daemon.
 *
 * @param orders the first agent to serve
 * @param write receives the lines of the log
 * @param onSuspects called with the commands to quarantine if the process dies
 * @param processes ends the processes that commands start; closed when the daemon stops
 * @returns the daemon, which is listening
 * @throws if it cannot listen on an address or cannot use the certificate
 */
export async function openLifecycle(
  orders: Orders,
  write: LineWriter,
  onSuspects: OnSuspects,
  processes: ProcessTree,
): Promise<Lifecycle> {
  const stats = createStats();
  const leaving = Promise.withResolvers<string>();
  let record = createLog(orders.manifest.settings.log, write);
  const log: Log = (...event) => record(...event);
  let generation = create(orders);
  // Earlier generations whose commands still run.
  const retiring = new Set<Generation>();

  function create(orders: Orders): Generation {
    return createGeneration(orders, log, stats, processes, (command) => {
      const abandoned = stats.abandon();
      log("error", "abandoned", {
        command,
        abandoned,
        reason: "its worker cannot be ended and may keep a core busy",
      });
      if (abandoned > maxAbandoned) leaving.resolve("too many abandoned workers");
    });
  }

  const daemon = await openDaemon(generation.parts);
  processes.broken.then((reason) => leaving.resolve(`the process helper failed: ${reason}`));

  async function replace(next: Generation): Promise<string | undefined> {
    try {
      await next.warm(generation);
      await daemon.replace(next.parts);
      return undefined;
    } catch (error) {
      next.pool.close();
      return (error as Error).message;
    }
  }

  let reported = JSON.stringify([[], orders.quarantined]);
  // A worker that runs out of memory ends the process: the commands that ran then must be on disk.
  function look(): void {
    const pools = [...retiring, generation].map(({ pool }) => pool);
    const suspects = [...new Set(pools.flatMap((pool) => pool.suspects(suspectEvery)))];
    const quarantined = generation.quarantine.commands;
    const now = JSON.stringify([suspects, quarantined]);
    if (now !== reported) onSuspects(suspects, quarantined);
    reported = now;
  }
  const watching = setInterval(look, suspectEvery);

  return {
    line: readyLine(generation.parts, daemon.addresses),
    log,
    leaving: leaving.promise,
    get quarantined() {
      return generation.quarantine.commands;
    },
    async reload(orders) {
      const next = create(orders);
      const reason = await replace(next);
      stats.reloaded(reason);
      if (reason !== undefined) {
        log("error", "reload", { reason });
        return reason;
      }
      record = createLog(orders.manifest.settings.log, write);
      log("info", "reload", { commands: countCommands(orders.manifest) });
      const before = generation;
      generation = next;
      retiring.add(before);
      look();
      before.retire().then(() => retiring.delete(before));
    },
    refused: (reason) => stats.reloaded(reason),
    async stop() {
      clearInterval(watching);
      await daemon.stop();
      generation.pool.close();
      await processes.close();
    },
  };
}
