import { escapeText } from "../nagios/text.ts";
import type { Log } from "../daemon/log.ts";
import { LEAVING_LINE, RESTART_CODE, SUSPECTS_LINE } from "../daemon/serve_deployment.ts";

/** After this many deaths within this time the daemon is not restarted. */
const mostDeaths = 5;
const deathsMilliseconds = 60_000;

/** Keeps a daemon running. */
export interface Supervisor {
  /** Resolves with the exit code when the daemon was stopped, or could not be kept running. */
  readonly done: Promise<number>;
  /** Has the daemon reload, as soon as it is ready. */
  reload(): void;
  /** Has the daemon stop. */
  stop(): void;
}

/** What a daemon prints when it is ready begins with this. */
const readyStart = "checkwright: listening on ";

/**
 * Starts a daemon, and starts it again when it dies or asks for another.
 *
 * @param launcher returns the command that starts it; it reads the deployable that is there then
 * @param log the log
 * @param onReady called with each daemon's ready line
 * @returns the supervisor
 */
export function supervise(
  launcher: () => Deno.Command,
  log: Log,
  onReady: (line: string) => void,
): Supervisor {
  const deaths: number[] = [];
  let stopping = false;
  let daemon: Daemon;

  async function keepRunning(): Promise<number> {
    for (;;) {
      daemon = start(launcher(), onReady, () => deaths.pop());
      const { code, signal, ready } = await daemon.end;
      if (stopping) return code;
      if (code === RESTART_CODE) {
        log("warning", "restart", { reason: "the daemon asks for another" });
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
    stop() {
      stopping = true;
      daemon.signal("SIGTERM");
    },
  };
}

interface End {
  code: number;
  signal: string | null;
  /** Whether it was listening. */
  ready: boolean;
}

interface Daemon {
  /** Resolves when it has exited, or asks for another. */
  readonly end: Promise<End>;
  reload(): void;
  signal(signal: Deno.Signal): void;
}

function start(
  launcher: Deno.Command,
  onReady: (line: string) => void,
  onSuspects: () => void,
): Daemon {
  const child = launcher.spawn();
  const leaving = Promise.withResolvers<End>();
  let ready = false;
  let reloadWaits = false;

  function signal(name: Deno.Signal): void {
    try {
      child.kill(name);
    } catch {
      // It has exited.
    }
  }

  function read(line: string): void {
    if (line === LEAVING_LINE) leaving.resolve({ code: RESTART_CODE, signal: null, ready });
    // A death with a new suspect is no reason to give up: each command has two such deaths at most.
    else if (line === SUSPECTS_LINE) onSuspects();
    else if (line.startsWith(readyStart)) {
      ready = true;
      onReady(line);
      if (reloadWaits) signal("SIGHUP");
    } else console.error(`checkwright: unexpected output: ${escapeText(line)}`);
  }

  async function watch(): Promise<End> {
    for await (const line of linesOf(child.stdout)) read(line);
    const { code, signal } = await child.status;
    return { code, signal, ready };
  }

  return {
    end: Promise.race([leaving.promise, watch()]),
    // What is only starting may have read the old files.
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
