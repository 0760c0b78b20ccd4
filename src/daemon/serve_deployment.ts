import { AgentError, type Diagnostic, formatDiagnostic } from "../agent/diagnostic.ts";
import {
  type DeployedAgent,
  type Place,
  readDeployedAgent,
  readRefusal,
  refuseToMakeCertificate,
} from "./read_deployment.ts";
import { type Lifecycle, openLifecycle } from "./lifecycle.ts";
import type { Orders } from "./orders.ts";
import { createLog, type LineWriter, lineWriter, type Log } from "./log.ts";
import { type Notifier, openNotifier } from "./notify.ts";
import { createOrders } from "./orders.ts";
import { takeProcessTree } from "./daemon_permissions.ts";
import { NO_QUARANTINE, type QuarantineState } from "../runner/quarantine.ts";
import { type Blame, openBlame, showCommands } from "./blame.ts";
import { serially } from "./serially.ts";
import { signalled } from "./signalled.ts";
import { openStateFiles, STATE_FOLDER } from "./state_files.ts";
import { lockState } from "./state_lock.ts";
import { awaitAddress, parseResolved } from "./resolved_names.ts";
import { lookup } from "../net/lookup.ts";
import { whyRestart } from "./why_restart.ts";

/** The exit code that requests an immediate restart (EX_TEMPFAIL of sysexits). */
export const RESTART_CODE = 75;

/**
 * The line that requests another daemon. After this line, the daemon answers its remaining queries
 * and exits.
 */
export const LEAVING_LINE = "checkwright: stopped listening, another daemon is needed";

/** The line that tells a supervisor that the death of the last daemon has new suspects. */
export const SUSPECTS_LINE = "checkwright: the last daemon died, and its commands are watched";

/** The shortest time between two notifications for the watchdog. */
const minWatchdogMilliseconds = 50;

/** Data that a service manager passes to the daemon. */
export interface ServiceManager {
  /** Set if the daemon must stop when its standard input ends. A supervisor sets this. */
  untilEof?: string;
  /** The path of the service manager's socket. */
  notify?: string;
  /** A path for the daemon's own socket. */
  notifyFrom?: string;
  /** The time after which a silent daemon is considered dead, in microseconds. */
  watchdog?: string;
}

/**
 * Serves a deployable until a signal stops it or it needs a restart.
 *
 * @param place the facts from the launcher
 * @param service the data from the service manager
 * @returns the exit code
 * @throws {AgentError} with all errors of the agent
 * @throws if it cannot listen on an address; a later attempt may succeed
 */
export async function serveDeployed(place: Place, service: ServiceManager): Promise<number> {
  const stop = Promise.race([
    signalled("SIGTERM"),
    signalled("SIGINT"),
    ...(service.untilEof === undefined ? [] : [endOfInput()]),
  ]);
  // SIGHUP is ignored during the start, because all files are being read at that time.
  let onHangup: () => void = () => {};
  Deno.addSignalListener("SIGHUP", () => onHangup());
  const stderr = lineWriter(Deno.stderr);
  const agent = await readDeployedAgent(place);
  printAll(agent.diagnostics);
  const state = agent.manifest.settings.state ?? place.state;
  const unlock = await lockState(state);
  const blame = openBlame(state);
  const firstLog = createLog(agent.manifest.settings.log, stderr.write);
  let onState = firstLog;
  const states = openStateFiles(
    `${state}/${STATE_FOLDER}`,
    (command, reason) => onState("warning", "state", { command, reason }),
  );
  const orders = await ordersOf(agent, place, blame.state, firstLog);
  const daemon = await openLifecycle(
    orders,
    stderr.write,
    blame,
    takeProcessTree(agent.manifest),
    states,
  );
  const { log } = daemon;
  onState = log;
  reportBlame(blame, log);
  if (blame.death?.progress && service.untilEof !== undefined) console.log(SUSPECTS_LINE);
  const systemd = createService(service);
  console.log(daemon.line);
  systemd.send(`READY=1\nSTATUS=${daemon.line}`);

  async function reload(): Promise<void> {
    systemd.send("RELOADING=1");
    const reason = await reloadFrom(place, agent, daemon, stderr.write);
    if (reason !== undefined) {
      log("error", "reload refused", { reason });
      daemon.refused(reason);
    }
    systemd.send("READY=1");
  }

  onHangup = serially(reload);
  const end = await Promise.race([
    daemon.leaving.then((reason) => ({ reason, restart: true })),
    stop.then((reason) => ({ reason, restart: false })),
    awaitAddress(parseResolved(place.resolved ?? ""), lookup)
      .then((name) => ({ reason: `the host name ${name} resolves now`, restart: true })),
  ]);
  log("info", "stop", end);
  systemd.send("STOPPING=1");
  const stopped = daemon.stop();
  if (end.restart) {
    blame.restart();
    unlock();
    console.log(LEAVING_LINE);
  } else blame.stop();
  await stopped;
  await systemd.close();
  await stderr.flush();
  return end.restart ? RESTART_CODE : 0;
}

function reportBlame({ state, death, newer, unwritable }: Blame, log: Log): void {
  if (unwritable !== undefined) {
    log("warning", "quarantine", {
      reason: `${unwritable}: a command that ends the daemon cannot be identified`,
    });
  }
  if (newer !== undefined) {
    log("warning", "quarantine", {
      reason: `${newer}, which this version cannot read: the file is not changed`,
    });
  }
  for (const [command, reason] of Object.entries(state.quarantined)) {
    log("warning", "quarantined", { command: showCommands([command]), reason });
  }
  if (death === undefined) return;
  const suspects = death.suspects.filter((command) => state.suspects[command] !== undefined);
  if (suspects.length === 0) return;
  log("warning", "suspects", {
    commands: showCommands(suspects),
    reason: "these commands ran when the last daemon died: each runs alone at its next query",
  });
}

async function endOfInput(): Promise<string> {
  for await (const _ of Deno.stdin.readable);
  return "the supervisor has ended";
}

function ordersOf(
  { manifest, code, acceptor }: DeployedAgent,
  { hostname }: Place,
  quarantine: QuarantineState,
  log: Log,
): Promise<Orders> {
  return createOrders(
    { manifest, code, acceptor, hostname, quarantine },
    log,
    refuseToMakeCertificate,
  );
}

async function reloadFrom(
  place: Place,
  started: DeployedAgent,
  daemon: Lifecycle,
  write: LineWriter,
): Promise<string | undefined> {
  try {
    const refusal = await readRefusal(place.folder);
    if (refusal !== undefined) return refusal;
    const next = await readDeployedAgent(place);
    printAll(next.diagnostics, write);
    if (next.programs !== started.programs) {
      return "the deployable contains another version of Checkwright: restart the daemon to use it";
    }
    return whyRestart(started.manifest, next.manifest) ??
      await daemon.reload(await ordersOf(next, place, NO_QUARANTINE, daemon.log));
  } catch (error) {
    if (!(error instanceof AgentError)) return (error as Error).message;
    printAll(error.diagnostics, write);
    return "the agent has errors";
  }
}

function createService({ notify, notifyFrom, watchdog }: ServiceManager): Notifier {
  if (notify === undefined || notifyFrom === undefined) {
    return { send: () => {}, close: () => Promise.resolve() };
  }
  const notifier = openNotifier(notify, notifyFrom);
  // Sends two notifications within the time after which systemd considers the daemon dead.
  const interval = Math.max(Number(watchdog) / 2_000, minWatchdogMilliseconds);
  const timer = interval > 0 ? setInterval(() => notifier.send("WATCHDOG=1"), interval) : undefined;
  return {
    send: notifier.send,
    close() {
      clearInterval(timer);
      return notifier.close();
    },
  };
}

/**
 * Prints diagnostics, one a line.
 *
 * @param diagnostics the diagnostics
 * @param write receives each line. A daemon that serves must not wait for the reader of the log, as
 *   `console.error()` does.
 */
export function printAll(
  diagnostics: readonly Diagnostic[],
  write: LineWriter = console.error,
): void {
  for (const diagnostic of diagnostics) {
    // A key of the settings may contain a line break.
    write(`checkwright: ${formatDiagnostic(diagnostic).replaceAll("\n", "\\n")}`);
  }
}
