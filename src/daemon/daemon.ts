import { countCommands, type Manifest } from "../agent/manifest.ts";
import { type Address, formatHostPort } from "../net/host_port.ts";
import { lookup } from "../net/lookup.ts";
import type { TlsServerOptions } from "../net/tls_options.ts";
import { waitAtMost } from "../runner/deadline.ts";
import type { Runner } from "../runner/runner.ts";
import type { Answer } from "../check/answer.ts";
import type { StartAcceptor } from "./acceptor_link.ts";
import { type AcceptorParts, openAcceptors } from "./acceptors.ts";
import { type AllowedNames, allowedNames } from "./allowed_names.ts";
import { createAnswering } from "./answering.ts";
import type { Log } from "./log.ts";
import { createSummary } from "./summary.ts";

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
  /** Called if all file descriptors are in use; a check may have left files open. */
  onExhausted?: () => void;
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
  /** Settles with the reason if the daemon can no longer listen. */
  readonly broken: Promise<string>;
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
 * @param start starts an acceptor
 * @returns the daemon, which listens on at least one address and retries the others
 * @throws if it cannot listen on any address
 */
export async function openDaemon(
  parts: DaemonParts,
  start: StartAcceptor,
): Promise<ReplaceableDaemon> {
  // Runners of earlier parts may still have commands to finish.
  const runners = new Set([parts.runner]);
  const { listen } = parts.manifest.settings;
  const repeated = createSummary(parts.log);
  const acceptors = await openAcceptors(start, listen, acceptorParts(parts, repeated.log));
  const done = Promise.withResolvers<void>();
  // Does not delay the start: a name server may be unreachable.
  namesOf(parts, repeated.log).inspect();

  const end = () => Promise.all([...runners].map((runner) => runner.end()));

  return {
    addresses: acceptors.addresses,
    done: done.promise,
    broken: acceptors.broken,
    async replace(parts) {
      await acceptors.replace(acceptorParts(parts, repeated.log));
      namesOf(parts, repeated.log).inspect();
      for (const runner of runners) if (runner.running === 0) runners.delete(runner);
      runners.add(parts.runner);
    },
    async stop() {
      const closed = acceptors.close();
      const timer = setTimeout(async () => {
        // Clients of the commands that are ended here get an answer.
        await end();
        await waitAtMost(answerMilliseconds, closed);
        acceptors.abort();
      }, DRAIN_SECONDS * 1000);
      await closed;
      clearTimeout(timer);
      // Commands that were answered at their deadline may still run.
      await end();
      repeated.flush();
      done.resolve();
    },
  };
}

// The log receives events that peers can repeat as often as they like.
function acceptorParts(parts: DaemonParts, log: Log): AcceptorParts {
  const { manifest: { settings, commands }, tls, onExhausted = () => {} } = parts;
  const { allowedHosts, limits, v2 } = settings;
  return {
    tls,
    settings: { allowedHosts, limits, v2 },
    longest: Math.max(0, ...Object.values(commands).map(({ timeout }) => timeout)),
    service: {
      log,
      onExhausted,
      answer: createAnswering(parts, log),
      resolve: namesOf(parts, log).resolve,
    },
  };
}

function namesOf({ manifest }: DaemonParts, log: Log): AllowedNames {
  return allowedNames(manifest.settings.allowedHosts, lookup, log);
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
