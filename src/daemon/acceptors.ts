import type { AcceptorSettings } from "../acceptor/acceptor_messages.ts";
import type { Address } from "../net/host_port.ts";
import type { TlsServerOptions } from "../net/tls_options.ts";
import { type AcceptorHandle, type AcceptorService, openAcceptor } from "./acceptor_handle.ts";
import type { StartAcceptor } from "./acceptor_link.ts";
import { createFinishing } from "./finishing.ts";

/** The input of the acceptors. */
export interface AcceptorParts {
  /** Certificate, key and rules; false for plain text. */
  tls: false | TlsServerOptions;
  /** Settings that need no new acceptor. */
  settings: AcceptorSettings;
  /** Answers queries. */
  service: AcceptorService;
  /** The longest timeout of a command, in seconds: an acceptor that was replaced may take so long. */
  longest: number;
}

/** The acceptors of a daemon: one that listens, and earlier ones that still finish queries. */
export interface Acceptors {
  /** The addresses at the start. */
  readonly addresses: readonly Address[];
  /** Settles with the reason if the acceptor fails again and again. */
  readonly broken: Promise<string>;
  /**
   * Replaces the parts. A change of the TLS options needs a new acceptor. While the old one stops
   * and the new one starts to listen, the kernel refuses connections for about 2 ms.
   *
   * @throws if the new TLS options cannot be used; then an acceptor with the old ones listens. The
   * caller should check the options before, see `inspectTls()`
   */
  replace(parts: AcceptorParts): Promise<void>;
  /** Stops listening. Settles when the last connection has ended. */
  close(): Promise<void>;
  /** Ends all connections at once. */
  abort(): void;
}

/** Least time between two replacements of worn acceptors, in milliseconds. */
const wornMilliseconds = 250;

/**
 * If acceptors are worn twice within this time, `Deno.listenTls` is not used for this time, in
 * milliseconds. Further replacements during a flood would end the long queries of old acceptors.
 */
const floodMilliseconds = 600_000;

/**
 * `Deno.listenTls` is not used if fewer connections are allowed: two worn acceptors could use all
 * file descriptors. Without a free one, the runtime ends the process when it starts a worker.
 */
const fewConnections = 512;

/** The most failures of acceptors within a minute. */
const mostFailures = 5;

/**
 * Opens the acceptor of a daemon, and replaces it if necessary: if the TLS options change, if too
 * many closed connections stay open in the runtime, or if it fails.
 *
 * @param start starts an acceptor
 * @param wanted the addresses to listen on
 * @param first the parts
 * @param floodTime replaced in tests
 * @returns the acceptors, which listen
 * @throws if no address can be used, or the TLS options are invalid
 */
export async function openAcceptors(
  start: StartAcceptor,
  wanted: readonly Address[],
  first: AcceptorParts,
  floodTime: number = floodMilliseconds,
): Promise<Acceptors> {
  let parts = first;
  let stopping = false;
  let lastWorn = -Infinity;
  let flooded = false;
  const finishing = createFinishing(() => parts, () => configure(current));
  const failures: number[] = [];
  const broken = Promise.withResolvers<string>();
  // One replacement at a time.
  let work: Promise<unknown> = Promise.resolve();
  const serially = <T>(task: () => Promise<T>): Promise<T> => {
    const result = work.then(task);
    work = result.catch(() => {});
    return result;
  };

  // If a replacement fails, nothing may be listening.
  const mend = (task: () => Promise<void>) =>
    void serially(task).catch((error: Error) => broken.resolve(error.message));

  const nodeTls = () => flooded || parts.settings.limits.connections < fewConnections;

  // All acceptors together have no more connections than one may have.
  function configure(acceptor: AcceptorHandle): void {
    const { limits } = parts.settings;
    const connections = Math.max(1, limits.connections - finishing.open);
    acceptor.configure({ ...parts.settings, limits: { ...limits, connections } });
  }

  function open(): AcceptorHandle {
    const acceptor = openAcceptor(start, wanted, () => parts.service, {
      onWorn: () => acceptor === current && mend(() => replaceWorn(acceptor)),
      onExhausted: () =>
        finishing.endOldest("all file descriptors are in use") || parts.service.onExhausted(),
      onBroken: (reason) => acceptor === current && mend(() => replaceBroken(acceptor, reason)),
    });
    configure(acceptor);
    return acceptor;
  }

  let current = open();
  const addresses = await current.listen(wanted, {
    tls: parts.tls,
    takeOver: false,
    nodeTls: nodeTls(),
  })
    .catch((error) => {
      current.terminate();
      throw error;
    });

  // The new acceptor is ready to listen before the old one closes its sockets.
  async function handOver(tls: AcceptorParts["tls"], worn = false): Promise<void> {
    const [old, next] = [current, open()];
    const listening = next.listen(wanted, { tls, takeOver: true, nodeTls: nodeTls() });
    listening.catch(() => {});
    try {
      await next.prepared;
    } catch (error) {
      next.terminate();
      throw error;
    }
    const closed = old.close(false);
    finishing.add(old);
    current = next;
    closed.then(() => finishing.onClosed(old, worn));
    try {
      await Promise.all([closed, listening]);
    } catch (error) {
      next.terminate();
      await reopen();
      throw error;
    }
    if (stopping) current.close(true);
  }

  async function replaceWorn(acceptor: AcceptorHandle): Promise<void> {
    const wait = lastWorn + wornMilliseconds - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    if (stopping || acceptor !== current) return;
    const before = lastWorn;
    lastWorn = performance.now();
    flooded = lastWorn - before < floodTime;
    await handOver(parts.tls, true);
    parts.service.log("info", "acceptor replaced", {
      reason: "too many peers left their connections open during the handshake",
    });
    if (flooded) Deno.unrefTimer(setTimeout(() => mend(endFlood), floodTime));
  }

  async function endFlood(): Promise<void> {
    if (stopping) return;
    flooded = false;
    await handOver(parts.tls);
    parts.service.log("info", "acceptor replaced", { reason: "the flood has ended" });
  }

  async function replaceBroken(acceptor: AcceptorHandle, reason: string): Promise<void> {
    if (stopping || acceptor !== current) return;
    parts.service.log("error", "acceptor failed", { unanswered: acceptor.pending, reason });
    failures.push(Date.now());
    if (failures.filter((time) => time > Date.now() - 60_000).length > mostFailures) {
      return broken.resolve(reason);
    }
    await reopen();
  }

  async function reopen(): Promise<void> {
    current = open();
    await current.listen(wanted, { tls: parts.tls, takeOver: true, nodeTls: nodeTls() });
  }

  return {
    addresses,
    broken: broken.promise,
    replace: (next) =>
      serially(async () => {
        if (JSON.stringify(next.tls) !== JSON.stringify(parts.tls)) await handOver(next.tls);
        parts = next;
        configure(current);
      }),
    async close() {
      stopping = true;
      await work;
      await current.close(true);
      const all = [current, ...finishing.all()];
      finishing.all().forEach((acceptor) => acceptor.close(true));
      await Promise.all(all.map(({ done }) => done));
    },
    abort() {
      for (const acceptor of [current, ...finishing.all()]) acceptor.terminate();
    },
  };
}
