import { AgentError, type Diagnostic, formatDiagnostic } from "../agent/diagnostic.ts";
import type { Manifest } from "../agent/manifest.ts";
import {
  type DeployedAgent,
  nobodyMakesCertificate,
  type Place,
  readDeployedAgent,
  readRefusal,
} from "./read_deployment.ts";
import { type Lifecycle, openLifecycle } from "./lifecycle.ts";
import type { Orders } from "./orders.ts";
import { createLog, lineWriter, type Log } from "./log.ts";
import { type Notifier, openNotifier } from "./notify.ts";
import { createOrders } from "./orders.ts";
import { takeProcessTree } from "./daemon_permissions.ts";
import { openQuarantineFile } from "./quarantine_file.ts";
import { serially } from "./serially.ts";
import { signalled } from "./signalled.ts";
import { whyRestart } from "./why_restart.ts";

/** A daemon that exits with this wants another to be started at once (EX_TEMPFAIL of sysexits). */
export const RESTART_CODE = 75;

/** The line by which a daemon asks for another, before it answers what was asked and exits. */
export const LEAVING_LINE = "checkwright: stopped listening, another daemon is needed";

/** What a service manager wants of the daemon. */
export interface ServiceManager {
  /** Set if the daemon stops when its standard input ends, as for a supervisor. */
  untilEof?: string;
  /** Its socket. */
  notify?: string;
  /** A path for a socket of our own. */
  notifyFrom?: string;
  /** After how long a daemon that is silent is taken for dead, in microseconds. */
  watchdog?: string;
}

/**
 * Serves what was compiled until it is told to stop, or has to make way.
 *
 * @param place where everything is
 * @param service what the service manager wants
 * @returns the exit code
 * @throws {AgentError} with everything that keeps it from being served
 * @throws where an address cannot be listened on, which may be another time
 */
export async function serveDeployed(place: Place, service: ServiceManager): Promise<number> {
  const stop = Promise.race([
    signalled("SIGTERM"),
    signalled("SIGINT"),
    ...(service.untilEof === undefined ? [] : [endOfInput()]),
  ]);
  // What is only being started has just read everything.
  let onHangup: () => void = () => {};
  Deno.addSignalListener("SIGHUP", () => onHangup());
  const stderr = lineWriter(Deno.stderr);
  const agent = await readDeployedAgent(place);
  sayAll(agent.diagnostics);
  const kept = openQuarantineFile(`${agent.manifest.settings.state}/quarantine.json`);
  const firstLog = createLog(agent.manifest.settings.log, stderr.write);
  const orders = await ordersOf(agent, place, kept.quarantined, firstLog);
  const daemon = await openLifecycle(
    orders,
    stderr.write,
    (suspects, quarantined) => kept.write(quarantined, suspects),
    takeProcessTree(agent.manifest),
  );
  const { log } = daemon;
  for (const [command, reason] of Object.entries(kept.quarantined)) {
    log("warning", "quarantined", { command, reason });
  }
  const systemd = createService(service);
  console.log(daemon.line);
  systemd.tell(`READY=1\nSTATUS=${daemon.line}`);

  async function reload(): Promise<void> {
    systemd.tell("RELOADING=1");
    const fault = await reloadFrom(place, agent.manifest, daemon);
    if (fault !== undefined) {
      log("error", "reload refused", { reason: fault });
      daemon.refused(fault);
    }
    systemd.tell("READY=1");
  }

  onHangup = serially(reload);
  const end = await Promise.race([
    daemon.leaving.then((reason) => ({ reason, restart: true })),
    stop.then((reason) => ({ reason, restart: false })),
  ]);
  log("info", "stop", end);
  systemd.tell("STOPPING=1");
  const stopped = daemon.stop();
  if (end.restart) {
    kept.write(daemon.quarantined, []);
    console.log(LEAVING_LINE);
  } else kept.clear();
  await stopped;
  await systemd.close();
  await stderr.flush();
  return end.restart ? RESTART_CODE : 0;
}

async function endOfInput(): Promise<string> {
  for await (const _ of Deno.stdin.readable);
  return "its supervisor has ended";
}

function ordersOf(
  { manifest, code }: DeployedAgent,
  { hostname }: Place,
  quarantined: Record<string, string>,
  log: Log,
): Promise<Orders> {
  return createOrders({ manifest, code, hostname, quarantined }, log, nobodyMakesCertificate);
}

async function reloadFrom(
  place: Place,
  started: Manifest,
  daemon: Lifecycle,
): Promise<string | undefined> {
  try {
    const refusal = await readRefusal(place.folder);
    if (refusal !== undefined) return refusal;
    const next = await readDeployedAgent(place);
    sayAll(next.diagnostics);
    return whyRestart(started, next.manifest) ??
      await daemon.reload(await ordersOf(next, place, {}, daemon.log));
  } catch (error) {
    if (!(error instanceof AgentError)) return (error as Error).message;
    sayAll(error.diagnostics);
    return "the agent has errors";
  }
}

function createService({ notify, notifyFrom, watchdog }: ServiceManager): Notifier {
  if (notify === undefined || notifyFrom === undefined) {
    return { tell: () => {}, close: () => Promise.resolve() };
  }
  const notifier = openNotifier(notify, notifyFrom);
  // Twice in the time after which the daemon would be taken for dead.
  const timer = watchdog === undefined
    ? undefined
    : setInterval(() => notifier.tell("WATCHDOG=1"), Number(watchdog) / 2_000);
  return {
    tell: notifier.tell,
    close() {
      clearInterval(timer);
      return notifier.close();
    },
  };
}

/** Says on standard error what was found, one a line. */
export function sayAll(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) {
    console.error(`checkwright: ${formatDiagnostic(diagnostic)}`);
  }
}
