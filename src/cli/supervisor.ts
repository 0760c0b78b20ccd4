import { escapeText } from "../nagios/text.ts";
import type { Log } from "../daemon/log.ts";
import { LEAVING_LINE, RESTART_CODE, SUSPECTS_LINE } from "../daemon/serve_deployment.ts";
import { statusOfChild } from "../host/child_status.ts";

/** After this number of deaths within this time, the daemon is not restarted. */
const mostDeaths = 5;
const deathsMilliseconds = 60_000;

/** Keeps a daemon running. */
export interface Supervisor {
  /** Resolves with the exit code after the daemon was stopped or is not restarted any more. */
  readonly done: Promise<number>;
  /** Signals the daemon to reload, as soon as it is ready. */
  reload(): void;
  /** Stops the daemon and starts it again, for a reason to log. */
  restart(reason: string): void;
  /** Signals the daemon to stop. */
  stop(): void;
}

/** The beginning of the line that a daemon prints when it is ready. */
const readyStart = "checkwright: listening on ";

/**
 * Starts a daemon, and restarts it when it dies or requests a restart.
 *
 * @param launcher returns the command that starts a daemon from the current deployable
 * @param log the log
 * @param onReady called with the ready line of each daemon
 * @param onLog called with each line of the log of a daemon whose standard error is piped
 * @returns the supervisor
 */
export function supervise(
  launcher: () => Deno.Command,
  log: Log,
  onReady: (line: string) => void,
  onLog?: (line: string) => void,
): Supervisor {
  const deaths: number[] = [];
  let stopping = false;
  let restarting = false;
  let daemon: Daemon;

  async function keepRunning(): Promise<number> {
    for (;;) {
      daemon = start(launcher(), onReady, () => deaths.pop(), onLog);
      const { code, signal, ready } = await daemon.end;
      if (stopping) return code;
      if (restarting) {
        restarting = false;
        continue;
      }
      if (code === RESTART_CODE) {
        log("warning", "restart", { reason: "the daemon requested a restart" });
        continue;
      }
      if (code === 0 || !ready) return code;
      const reason = `the daemon died (${signal ?? `exit code ${code}`})`;
      log("error", "restart", { reason });
      const now = performance.now();
      deaths.push(now);
      if (deaths.filter((time) => now - time < deathsMilliseconds).length >= mostDeaths) {
        const seconds = deathsMilliseconds / 1000;
        log("error", "given up", { reason: `${mostDeaths} deaths within ${seconds} s` });
        return code;
      }
    }
  }

  return {
    done: keepRunning(),
    reload: () => daemon.reload(),
    restart(reason) {
      log("warning", "restart", { reason });
      restarting = true;
      daemon.signal("SIGTERM");
    },
    stop() {
      stopping = true;
      daemon.signal("SIGTERM");
    },
  };
}

interface End {
  code: number;
  signal: string | null;
  /** Whether the daemon was ready. */
  ready: boolean;
}

interface Daemon {
  /** Resolves when the daemon has exited or requests a restart. */
  readonly end: Promise<End>;
  reload(): void;
  signal(signal: Deno.Signal): void;
}

function start(
  launcher: Deno.Command,
  onReady: (line: string) => void,
  onSuspects: () => void,
  onLog?: (line: string) => void,
): Daemon {
  const child = launcher.spawn();
  const leaving = Promise.withResolvers<End>();
  let ready = false;
  let reloadWaits = false;

  function signal(name: Deno.Signal): void {
    try {
      child.kill(name);
    } catch {
      // The daemon has exited.
    }
  }

  function read(line: string): void {
    if (line === LEAVING_LINE) leaving.resolve({ code: RESTART_CODE, signal: null, ready });
    // If the daemon dies with a new suspect, the death does not count towards the limit.
    else if (line === SUSPECTS_LINE) onSuspects();
    else if (line.startsWith(readyStart)) {
      ready = true;
      onReady(line);
      if (reloadWaits) signal("SIGHUP");
    } else console.error(`checkwright: unexpected output: ${escapeText(line)}`);
  }

  async function readLog(): Promise<void> {
    if (onLog === undefined) return;
    for await (const line of linesOf(child.stderr)) onLog(line);
  }

  async function watch(): Promise<End> {
    const logged = readLog();
    for await (const line of linesOf(child.stdout)) read(line);
    await logged;
    const { code, signal } = await statusOfChild(child);
    return { code, signal, ready };
  }

  return {
    end: Promise.race([leaving.promise, watch()]),
    // A starting daemon may have read the old files, so it reloads when it is ready.
    reload: () => ready ? signal("SIGHUP") : reloadWaits = true,
    signal,
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}
