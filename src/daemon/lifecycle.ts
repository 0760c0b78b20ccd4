import type { ProcessTree } from "../host/process_tree.ts";
import { countCommands } from "../agent/manifest.ts";
import { openDaemon, readyLine } from "./daemon.ts";
import { createGeneration, type Generation } from "./generation.ts";
import type { Orders } from "./orders.ts";
import { createLog, type LineWriter, type Log } from "./log.ts";
import { createStats } from "./stats.ts";

/** More workers left alone than this, and the daemon makes way for another. */
const maxAbandoned = 2;

/** How often it is looked which checks run, in milliseconds; shorter runs are nobody's concern. */
const suspectEvery = 100;

/** What lives in a daemon's process from its start to its end: one generation after the other. */
export interface Lifecycle {
  /** The one line that says that it is ready. */
  readonly line: string;
  /** Where events go, in the form that the agent being served asks for. */
  readonly log: Log;
  /** Settles with the reason when another daemon should take its place. */
  readonly leaving: Promise<string>;
  /** Commands that are not run, and why. */
  readonly quarantined: Record<string, string>;
  /**
   * Serves other orders.
   *
   * @returns why not, if not; the ones before are served on then
   */
  reload(orders: Orders): Promise<string | undefined>;
  /** Notes that a reload did not get this far, for the daemon's report of itself. */
  refused(fault: string): void;
  /** Stops listening at once, and settles when everything that was asked is answered. */
  stop(): Promise<void>;
}

/**
 * Hears, whenever one of them changes, which checks have run in workers for longer than a moment,
 * and which commands are not run any more, and why.
 */
export type OnSuspects = (suspects: string[], quarantined: Record<string, string>) => void;

/**
 * Opens a daemon.
 *
 * @param orders what it serves at first
 * @param write where the log goes
 * @param onSuspects hears who would have to be blamed if the process died
 * @param processes ends what commands start; released when the daemon stops
 * @returns the daemon, listening
 * @throws where an address cannot be listened on or the certificate cannot be used
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
  // Those before it, for as long as their commands run.
  const retiring = new Set<Generation>();

  function create(orders: Orders): Generation {
    return createGeneration(orders, log, stats, processes, (command) => {
      const abandoned = stats.abandon();
      log("error", "abandoned", {
        command,
        abandoned,
        reason: "its worker cannot be ended and may go on burning a core",
      });
      if (abandoned > maxAbandoned) leaving.resolve("too many abandoned workers");
    });
  }

  const daemon = await openDaemon(generation.parts);
  processes.broken.then((reason) => leaving.resolve(`the process helper is broken: ${reason}`));

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

  let told = JSON.stringify([[], orders.quarantined]);
  // A worker that runs out of memory takes the process with it: somebody must know who ran then.
  function look(): void {
    const pools = [...retiring, generation].map(({ pool }) => pool);
    const suspects = [...new Set(pools.flatMap((pool) => pool.suspects(suspectEvery)))];
    const quarantined = generation.quarantine.commands;
    const now = JSON.stringify([suspects, quarantined]);
    if (now !== told) onSuspects(suspects, quarantined);
    told = now;
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
      const fault = await replace(next);
      stats.reloaded(fault);
      if (fault !== undefined) {
        log("error", "reload", { reason: fault });
        return fault;
      }
      record = createLog(orders.manifest.settings.log, write);
      log("info", "reload", { commands: countCommands(orders.manifest) });
      const before = generation;
      generation = next;
      retiring.add(before);
      look();
      before.retire().then(() => retiring.delete(before));
    },
    refused: (fault) => stats.reloaded(fault),
    async stop() {
      clearInterval(watching);
      await daemon.stop();
      generation.pool.close();
      await processes.close();
    },
  };
}
