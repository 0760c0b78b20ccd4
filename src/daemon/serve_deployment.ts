import { AgentError, type Diagnostic, formatDiagnostic } from "../agent/diagnostic.ts";
import type { Manifest } from "../agent/manifest.ts";
import {
  type DeployedAgent,
  type Place,
  readDeployedAgent,
  readRefusal,
  refuseToMakeCertificate,
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

/** The exit code that asks for an immediate restart (EX_TEMPFAIL of sysexits). */
export const RESTART_CODE = 75;

/** The line that asks for another daemon. After it, the daemon answers its queries and exits. */
export const LEAVING_LINE = "checkwright: stopped listening, another daemon is needed";

/** What a service manager passes to the daemon. */
export interface ServiceManager {
  /** Set if the daemon stops when its standard input ends, as for a supervisor. */
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
 * @throws if it cannot listen on an address, which may work later
 */
export async function serveDeployed(place: Place, service: ServiceManager): Promise<number> {
  const stop = Promise.race([
    signalled("SIGTERM"),
    signalled("SIGINT"),
    ...(service.untilEof === undefined ? [] : [endOfInput()]),
  ]);
  // Ignored during the start, since everything is being read anyway.
  let onHangup: () => void = () => {};
  Deno.addSignalListener("SIGHUP", () => onHangup());
  const stderr = lineWriter(Deno.stderr);
  const agent = await readDeployedAgent(place);
  printAll(agent.diagnostics);
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
  systemd.send(`READY=1\nSTATUS=${daemon.line}`);

  async function reload(): Promise<void> {
    systemd.send("RELOADING=1");
    const reason = await reloadFrom(place, agent.manifest, daemon);
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
  ]);
  log("info", "stop", end);
  systemd.send("STOPPING=1");
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
  return "the supervisor has ended";
}

function ordersOf(
  { manifest, code }: DeployedAgent,
  { hostname }: Place,
  quarantined: Record<string, string>,
  log: Log,
): Promise<Orders> {
  return createOrders({ manifest, code, hostname, quarantined }, log, refuseToMakeCertificate);
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
    printAll(next.diagnostics);
    return whyRestart(started, next.manifest) ??
      await daemon.reload(await ordersOf(next, place, {}, daemon.log));
  } catch (error) {
    if (!(error instanceof AgentError)) return (error as Error).message;
    printAll(error.diagnostics);
    return "the agent has errors";
  }
}

function createService({ notify, notifyFrom, watchdog }: ServiceManager): Notifier {
  if (notify === undefined || notifyFrom === undefined) {
    return { send: () => {}, close: () => Promise.resolve() };
  }
  const notifier = openNotifier(notify, notifyFrom);
  // Twice within the time after which the daemon is considered dead.
  const timer = watchdog === undefined
    ? undefined
    : setInterval(() => notifier.send("WATCHDOG=1"), Number(watchdog) / 2_000);
  return {
    send: notifier.send,
    close() {
      clearInterval(timer);
      return notifier.close();
    },
  };
}

/** Prints diagnostics to standard error, one a line. */
export function printAll(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) {
    console.error(`checkwright: ${formatDiagnostic(diagnostic)}`);
  }
}
