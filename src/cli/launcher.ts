import { escapeText } from "../nagios/text.ts";
import { type FromDaemon, type Orders, readLines, type ToDaemon } from "../daemon/link.ts";
import type { Log } from "../daemon/log.ts";
import { importMapFlag } from "../runner/builtin_modules.ts";

/** The daemon's program. */
const daemonModule = new URL("../daemon/main.ts", import.meta.url);

/**
 * Kept small on purpose: what a query leaves behind is short-lived, so that a small young generation
 * and one arena of the allocator cost nothing in speed and save tens of megabytes
 * (tests/bench/daemons.ts).
 */
export const memoryFlags =
  "--v8-flags=--max-semi-space-size=2,--max-old-space-size=512,--single-threaded-gc,--expose-gc";

/** A daemon that has died so often within so many milliseconds is given up. */
const mostDeaths = 5;
const deathsWithin = 60_000;

/** What a daemon is started with. */
export interface Plan {
  /** The permissions of its process, as flags of `deno run`. */
  flags: readonly string[];
  orders: Orders;
}

/** Starts daemons, one after the other, and tells them what to do. */
export interface Launcher {
  /** Settles with the exit code when the daemon was stopped, or could not be kept alive. */
  readonly done: Promise<number>;
  /**
   * Has the daemon serve other orders; one that is started later gets them too.
   *
   * @returns why not, if not
   */
  reload(orders: Orders): Promise<string | undefined>;
  /** Tells the daemon that a reload was refused, for its report of itself. */
  refused(fault: string): void;
  /** Has the daemon stop. */
  stop(): void;
}

/**
 * Starts a daemon with exactly the permissions of a plan, and another one when it dies or makes way.
 *
 * @param plan what it is started with
 * @param log where events go
 * @param onReady hears each daemon's ready line
 * @returns the launcher
 */
export function launch(plan: Plan, log: Log, onReady: (line: string) => void): Launcher {
  const deaths: number[] = [];
  let { orders } = plan;
  let stopping = false;
  let daemon: Running;

  async function keepAlive(): Promise<number> {
    for (;;) {
      daemon = start(plan.flags, orders, onReady);
      const end = await daemon.end;
      if (end.leaving !== undefined) {
        orders = { ...orders, quarantined: end.leaving };
        log("warning", "restart", { reason: "the daemon makes way for another" });
        continue;
      }
      if (stopping || end.code === 0 || !end.ready) return end.code;
      const reason = `the daemon died (${end.signal ?? `exit code ${end.code}`})`;
      const quarantined = Object.fromEntries(
        end.suspects.map((command) => [command, `it ran when ${reason}`]),
      );
      orders = { ...orders, quarantined: { ...orders.quarantined, ...quarantined } };
      log("error", "restart", { reason, quarantined: end.suspects.join(" ") });
      const now = performance.now();
      deaths.push(now);
      if (deaths.filter((time) => now - time < deathsWithin).length >= mostDeaths) {
        log("error", "given up", {
          reason: `${mostDeaths} deaths within ${deathsWithin / 1000} s`,
        });
        return end.code;
      }
    }
  }

  return {
    done: keepAlive(),
    async reload(next) {
      for (;;) {
        const told = daemon;
        const fault = await told.reload(next);
        // Another has taken over meanwhile, with the old orders.
        if (told !== daemon) continue;
        if (fault === undefined) orders = next;
        return fault;
      }
    },
    refused: (fault) => daemon.tell({ type: "refused", fault }),
    stop() {
      stopping = true;
      daemon.stop();
    },
  };
}

interface End {
  code: number;
  signal: string | null;
  /** Whether it had been listening. */
  ready: boolean;
  /** Who was running in its workers. */
  suspects: string[];
  /** Its quarantine, where it makes way: another is to be started at once. */
  leaving?: Record<string, string>;
}

interface Running {
  readonly end: Promise<End>;
  tell(message: ToDaemon): void;
  reload(orders: Orders): Promise<string | undefined>;
  stop(): void;
}

function start(flags: readonly string[], orders: Orders, onReady: (line: string) => void): Running {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      memoryFlags,
      "--no-prompt",
      "--no-config",
      "--unstable-worker-options",
      // Whatever a check imports, nothing is fetched for it.
      "--no-remote",
      "--no-npm",
      importMapFlag(new URL("../", import.meta.url).href),
      ...flags,
      daemonModule.href,
    ],
    env: { MALLOC_ARENA_MAX: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const token = crypto.randomUUID();
  // Left open: its end tells the daemon that the launcher is gone.
  const input = child.stdin.getWriter();
  const reloads: ((fault: string | undefined) => void)[] = [];
  const left = Promise.withResolvers<End>();
  const state = { ready: false, suspects: [] as string[] };

  const tell = async (message: ToDaemon) => {
    await input.write(new TextEncoder().encode(`${JSON.stringify(message)}\n`));
  };

  function hear(message: FromDaemon): void {
    if (message.type === "ready") {
      state.ready = true;
      onReady(message.line);
    } else if (message.type === "suspects") state.suspects = message.commands;
    else if (message.type === "reloaded") reloads.shift()?.(message.fault);
    else left.resolve({ code: 0, signal: null, ...state, leaving: message.quarantined });
  }

  async function watch(): Promise<End> {
    for await (const line of readLines(child.stdout)) {
      if (line.startsWith(token)) hear(JSON.parse(line.slice(token.length)));
      // Something that runs in the daemon has printed it; it is nobody's answer.
      else console.error(`checkwright: printed by a check: ${escapeText(line)}`);
    }
    const { code, signal } = await child.status;
    return { code, signal, ...state };
  }

  tell({ type: "start", token, orders }).catch(() => {});
  const end = Promise.race([left.promise, watch()]);
  end.then(() => reloads.splice(0).forEach((settle) => settle("The daemon ended meanwhile")));
  return {
    end,
    tell: (message) => void tell(message).catch(() => {}),
    reload(next) {
      const { promise, resolve } = Promise.withResolvers<string | undefined>();
      reloads.push(resolve);
      tell({ type: "reload", orders: next }).catch(async () => {
        await end;
        resolve("The daemon has ended");
      });
      return promise;
    },
    stop() {
      try {
        child.kill("SIGTERM");
      } catch {
        // It has ended already.
      }
    },
  };
}
