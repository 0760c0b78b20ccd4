import type { AcceptorSettings } from "../acceptor/acceptor_messages.ts";
import type { Address } from "../net/host_port.ts";
import type { TlsServerOptions } from "../net/tls_options.ts";
import { type AcceptorHandle, type AcceptorService, openAcceptor } from "./acceptor_handle.ts";
import type { StartAcceptor } from "./acceptor_link.ts";

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
   * @throws if the new TLS options cannot be used; then nothing has changed
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

/** The most acceptors that finish their queries. If there are more, the oldest is ended. */
const mostFinishing = 4;

/** Time in seconds that an old acceptor has for connections, in addition to the longest command. */
const finishSeconds = 15;

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
  let nodeTls = false;
  const finishing = new Set<AcceptorHandle>();
  const failures: number[] = [];
  const broken = Promise.withResolvers<string>();
  // One replacement at a time.
  let work: Promise<unknown> = Promise.resolve();
  const serially = <T>(task: () => Promise<T>): Promise<T> => {
    const result = work.then(task);
    work = result.catch(() => {});
    return result;
  };

  function open(): AcceptorHandle {
    const acceptor = openAcceptor(start, wanted, () => parts.service, {
      onWorn: () => acceptor === current && serially(() => replaceWorn(acceptor)),
      onExhausted: () => endOldest("all file descriptors are in use"),
      onBroken: (reason) => acceptor === current && serially(() => replaceBroken(acceptor, reason)),
    });
    acceptor.configure(parts.settings);
    return acceptor;
  }

  let current = open();
  const addresses = await current.listen(wanted, { tls: parts.tls, takeOver: false, nodeTls })
    .catch((error) => {
      current.terminate();
      throw error;
    });

  function finish(acceptor: AcceptorHandle): void {
    finishing.add(acceptor);
    const seconds = parts.longest + finishSeconds;
    const timer = setTimeout(
      () => endOne(acceptor, `not finished after ${seconds} s`),
      seconds * 1000,
    );
    acceptor.done.then(() => {
      clearTimeout(timer);
      finishing.delete(acceptor);
    });
    if (finishing.size > mostFinishing) endOldest("too many old acceptors");
  }

  function endOldest(reason: string): void {
    const [oldest] = finishing;
    if (oldest !== undefined) endOne(oldest, reason);
  }

  function endOne(acceptor: AcceptorHandle, reason: string): void {
    finishing.delete(acceptor);
    parts.service.log("warning", "acceptor ended", { unanswered: acceptor.pending, reason });
    acceptor.terminate();
  }

  // The new acceptor is loaded before the old one closes its sockets.
  async function handOver(tls: AcceptorParts["tls"]): Promise<void> {
    const [old, next] = [current, open()];
    await next.ready;
    const closed = old.close(false);
    finish(old);
    try {
      current = next;
      await Promise.all([closed, next.listen(wanted, { tls, takeOver: true, nodeTls })]);
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
    nodeTls = lastWorn - before < floodTime;
    await handOver(parts.tls);
    parts.service.log("info", "acceptor replaced", {
      reason: "too many peers left their connections open during the handshake",
    });
    if (nodeTls) Deno.unrefTimer(setTimeout(() => serially(endFlood), floodTime));
  }

  async function endFlood(): Promise<void> {
    if (stopping) return;
    nodeTls = false;
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
    await current.listen(wanted, { tls: parts.tls, takeOver: true, nodeTls });
  }

  return {
    addresses,
    broken: broken.promise,
    replace: (next) =>
      serially(async () => {
        if (JSON.stringify(next.tls) !== JSON.stringify(parts.tls)) await handOver(next.tls);
        parts = next;
        current.configure(next.settings);
      }),
    async close() {
      stopping = true;
      await work;
      await current.close(true);
      const all = [current, ...finishing];
      finishing.forEach((acceptor) => acceptor.close(true));
      await Promise.all(all.map(({ done }) => done));
    },
    abort() {
      for (const acceptor of [current, ...finishing]) acceptor.terminate();
    },
  };
}
