import { countCommands, type Manifest } from "../agent/manifest.ts";
import type { Address } from "../agent/settings.ts";
import { parseAllowedHost } from "../net/allowed_hosts.ts";
import { createGate, type Gate } from "./gate.ts";
import { formatHostPort } from "../net/host_port.ts";
import { hostMatcher } from "../net/host_matcher.ts";
import type { TlsServerOptions } from "../net/tls_options.ts";
import { lookup } from "../net/lookup.ts";
import { waitAtMost } from "../runner/deadline.ts";
import type { Runner } from "../runner/runner.ts";
import type { Answer } from "../check/answer.ts";
import { createHandler } from "./handler.ts";
import type { Log } from "./log.ts";
import { openListeners } from "./listeners.ts";
import { serve, type Service, type Serving } from "./serve_connections.ts";

/** The parts of a daemon. */
export interface DaemonParts {
  /** The agent to serve. */
  manifest: Manifest;
  /** Runs the commands. */
  runner: Runner;
  /** Certificate, key and authorities in PEM; false for plain text. */
  tls: false | TlsServerOptions;
  /** Receives events. */
  log: Log;
  /** Called with every answer. */
  count?: (answer: Answer) => void;
}

/** A daemon that is listening. */
export interface Daemon {
  /** The addresses that the daemon listens on at its start. A port of 0 is replaced by the chosen port. */
  readonly addresses: readonly Address[];
  /** Settles when the daemon has stopped. */
  readonly done: Promise<void>;
  /** Stops listening, answers pending queries within {@linkcode DRAIN_SECONDS}, and ends. */
  stop(): Promise<void>;
}

/** A daemon whose parts can be replaced while it serves. */
export interface ReplaceableDaemon extends Daemon {
  /**
   * Replaces the parts for all later connections and queries. Running commands finish with the old
   * parts. Every step that can fail comes before the first change.
   *
   * @param parts the new parts; the addresses stay the same
   * @throws if the new certificate cannot be used; then nothing has changed
   */
  replace(parts: DaemonParts): Promise<void>;
}

/** Maximum time that a stopping daemon waits until its last answers are sent. */
const answerMilliseconds = 1_000;

/** Maximum time that received queries may run while the daemon stops. */
export const DRAIN_SECONDS = 10;

/**
 * Listens and serves.
 *
 * @param parts the parts of the daemon
 * @returns the daemon, which listens on at least one address and retries the others
 * @throws if it cannot listen on any address
 */
export async function openDaemon(parts: DaemonParts): Promise<ReplaceableDaemon> {
  const { manifest: { settings }, tls, log } = parts;
  const gate = createGate(settings.limits);
  let service = createService(parts, gate);
  // Runners of earlier parts may still have commands to finish.
  const runners = new Set([parts.runner]);
  const servings: Serving[] = [];
  const listeners = await openListeners(settings.listen, {
    tls,
    log,
    onOpen: (listener) => servings.push(serve(listener, () => service)),
  });
  const done = ended(servings);

  const end = () => Promise.all([...runners].map((runner) => runner.end()));

  return {
    addresses: listeners.addresses,
    done,
    async replace(parts) {
      const next = createService(parts, gate);
      const { tls } = parts;
      if (tls !== false) await listeners.replaceTls(tls);
      gate.setLimits(parts.manifest.settings.limits);
      service = next;
      for (const runner of runners) if (runner.running === 0) runners.delete(runner);
      runners.add(parts.runner);
    },
    async stop() {
      listeners.close();
      servings.forEach((serving) => serving.drain());
      const timer = setTimeout(async () => {
        // Clients of the commands that are ended here get an answer.
        await end();
        await waitAtMost(answerMilliseconds, done);
        servings.forEach((serving) => serving.abort());
      }, DRAIN_SECONDS * 1000);
      await done;
      clearTimeout(timer);
      // Commands that were answered at their deadline may still run.
      await end();
    },
  };
}

// The list grows when an address becomes available later; not after the first listener is closed.
async function ended(servings: readonly Serving[]): Promise<void> {
  for (const { done } of servings) await done;
}

function createService(parts: DaemonParts, gate: Gate): Service {
  const { manifest, runner, log, count } = parts;
  const { allowedHosts, limits } = manifest.settings;
  return {
    handle: createHandler(manifest, runner),
    ...(count && { count }),
    allows: hostMatcher(allowedHosts.map(parseAllowedHost), { resolve: lookup }),
    gate,
    limits,
    log,
  };
}

/** Returns the line that reports that a daemon is ready. */
export function readyLine(
  { manifest, tls }: Pick<DaemonParts, "manifest" | "tls">,
  addresses: readonly Address[],
): string {
  const where = addresses.map(formatHostPort).join(", ");
  const how = tls === false ? "plain text" : `TLS ${tls.minVersion ?? "1.2"}+`;
  const count = countCommands(manifest);
  return `checkwright: listening on ${where} (${how}, ${count} ${
    count === 1 ? "command" : "commands"
  })`;
}
