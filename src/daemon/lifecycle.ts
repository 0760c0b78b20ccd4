import type { ProcessTree } from "../host/process_tree.ts";
import { countCommands, type Manifest } from "../agent/manifest.ts";
import { waitAtMost } from "../runner/deadline.ts";
import { createRunRecord } from "../runner/run_record.ts";
import { acceptorWorkers } from "./acceptor_link.ts";
import { type Blame, showCommands } from "./blame.ts";
import { openDaemon, readyLine } from "./daemon.ts";
import { createGeneration, type Generation } from "./generation.ts";
import type { Orders } from "./orders.ts";
import { createLog, type LineWriter, type Log } from "./log.ts";
import type { StateFiles } from "./state_files.ts";
import { createStats } from "./stats.ts";

/** The daemon restarts if more workers than this are abandoned. */
const maxAbandoned = 2;

/** Maximum time that a stopping daemon waits until the states of commands are stored. */
const flushMilliseconds = 1_000;

/** A daemon with the generation that it serves. A reload replaces the generation. */
export interface Lifecycle {
  /** The line that reports that the daemon is ready. */
  readonly line: string;
  /** Receives events. The current agent sets the format. */
  readonly log: Log;
  /** Settles with the reason when the daemon should be restarted. */
  readonly leaving: Promise<string>;
  /**
   * Replaces the served agent.
   *
   * @returns the reason if this fails; the old agent is then kept
   */
  reload(orders: Orders): Promise<string | undefined>;
  /** Records a reload that failed earlier, for the self check. */
  refused(reason: string): void;
  /** Stops listening at once, and settles when all received queries are answered. */
  stop(): Promise<void>;
}

/**
 * Opens a daemon.
 *
 * @param orders the first agent to serve
 * @param write receives the lines of the log
 * @param blame records which commands may have ended or blocked the daemon
 * @param processes ends the processes that commands start; closed when the daemon stops
 * @param states stores the states of commands
 * @returns the daemon, which is listening
 * @throws if it cannot listen on an address or cannot use the certificate
 */
export async function openLifecycle(
  orders: Orders,
  write: LineWriter,
  blame: Pick<Blame, "update" | "write">,
  processes: ProcessTree,
  states: StateFiles,
): Promise<Lifecycle> {
  const stats = createStats();
  const leaving = Promise.withResolvers<string>();
  let record = createLog(orders.manifest.settings.log, write);
  const log: Log = (...event) => record(...event);
  const runs = createRunRecord(blame.write);
  let generation = create(orders);
  function create(orders: Orders): Generation {
    return createGeneration(orders, log, stats, processes, runs, states, {
      onAbandoned(commands) {
        const abandoned = stats.abandon();
        log("error", "abandoned", {
          commands: showCommands(commands),
          abandoned,
          reason: "the worker cannot be ended and may keep a core busy",
        });
        if (abandoned > maxAbandoned) leaving.resolve("too many abandoned workers");
      },
      onQuarantine: keep,
    });
  }

  // Stores the quarantine of the served generation only. An earlier generation that still runs may
  // also report changes.
  function keep(): void {
    blame.update(generation.quarantine.state);
  }

  const daemon = await openDaemon(generation.parts, acceptorWorkers(orders.acceptor));
  daemon.broken.then((reason) => leaving.resolve(`the acceptor fails: ${reason}`));
  processes.broken.then((reason) => leaving.resolve(`the process helper failed: ${reason}`));
  states.retain(namesOf(orders.manifest));

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

  return {
    line: readyLine(generation.parts, daemon.addresses),
    log,
    leaving: leaving.promise,
    async reload(orders) {
      const next = create(orders);
      const reason = await replace(next);
      stats.reloaded(reason);
      if (reason !== undefined) {
        log("error", "reload", { reason });
        return reason;
      }
      record = createLog(orders.manifest.settings.log, write);
      log("info", "reload", {
        commands: countCommands(orders.manifest),
        version: orders.manifest.version,
      });
      const before = generation;
      generation = next;
      keep();
      states.retain(namesOf(orders.manifest));
      before.retire();
    },
    refused: (reason) => stats.reloaded(reason),
    async stop() {
      await daemon.stop();
      generation.pool.close();
      await waitAtMost(flushMilliseconds, states.flush());
      await processes.close();
    },
  };
}

// A command that is disabled or omitted on this host may return.
function namesOf({ commands, disabled = [], omitted = {} }: Manifest): string[] {
  return [...Object.keys(commands), ...disabled, ...Object.keys(omitted)];
}
