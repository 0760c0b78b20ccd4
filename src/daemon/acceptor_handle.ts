import type {
  AcceptorSettings,
  FromAcceptor,
  ReceivedQuery,
  ToAcceptor,
} from "../acceptor/acceptor_messages.ts";
import type { PluginOutput } from "../nagios/plugin_output.ts";
import type { Address } from "../net/host_port.ts";
import { waitAtMost } from "../runner/deadline.ts";
import type { StartAcceptor } from "./acceptor_link.ts";
import type { Log } from "./log.ts";
import { readAcceptorMessage } from "./read_acceptor_message.ts";

/** The functions that acceptors use. */
export interface AcceptorService {
  /** Returns the answer to a query; undefined: no response. It never rejects. */
  answer(query: ReceivedQuery): Promise<PluginOutput | undefined>;
  /** Looks up a name of `allowedHosts`. */
  resolve(name: string): Promise<readonly string[]>;
  /** Receives events. */
  log: Log;
  /** Called if all file descriptors are in use, although no earlier acceptor has any. */
  onExhausted: () => void;
}

/** One acceptor. */
export interface AcceptorHandle {
  /** The number of queries without an answer. */
  readonly pending: number;
  /** After `close()`: the most connections that it still has. */
  readonly open: number;
  /** Settles when the acceptor has ended, for any reason. */
  readonly done: Promise<void>;
  /** Sets the settings. */
  configure(settings: AcceptorSettings): void;
  /**
   * Waits until the program is loaded, then listens. See the message `listen`.
   *
   * @returns the addresses
   * @throws if it cannot listen, or has failed
   */
  listen(
    addresses: readonly Address[],
    options: Pick<ToAcceptor & { type: "listen" }, "tls" | "takeOver" | "nodeTls">,
  ): Promise<readonly Address[]>;
  /** Settles when the acceptor is ready to take over addresses, or listens; rejects if it fails. */
  readonly prepared: Promise<void>;
  /** Stops listening. The acceptor ends when its last connection has ended. */
  close(drain: boolean): Promise<void>;
  /** Ends all connections at once. */
  terminate(): void;
}

/** Events of {@linkcode openAcceptor}. */
export interface AcceptorEvents {
  /** Called if the acceptor should be replaced. */
  onWorn: () => void;
  /** Called if all file descriptors are in use. */
  onExhausted: () => void;
  /** Called with the reason if the acceptor fails. */
  onBroken: (reason: string) => void;
}

/** Maximum time for the start of the program, and for closing the listeners. */
const startMilliseconds = 30_000;
const closeMilliseconds = 1_000;

/**
 * Starts an acceptor.
 *
 * @param start starts it
 * @param addresses the addresses that it may use
 * @param service returns the functions for its queries; called for each query
 * @param events receives its state
 * @returns the acceptor, which does not listen yet
 */
export function openAcceptor(
  start: StartAcceptor,
  addresses: readonly Address[],
  service: () => AcceptorService,
  events: AcceptorEvents,
): AcceptorHandle {
  const ready = Promise.withResolvers<void>();
  const listening = Promise.withResolvers<readonly Address[]>();
  const prepared = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  let pending = 0;
  let open = 0;
  let ended = false;
  let closing = false;
  for (const { promise } of [ready, prepared, listening]) promise.catch(() => {});

  async function answer(id: number, query: ReceivedQuery): Promise<void> {
    pending++;
    const output = await service().answer(query);
    pending--;
    if (!ended) link.post({ type: "answer", id, output });
  }

  async function resolve(id: number, name: string): Promise<void> {
    const addresses = await service().resolve(name).catch(() => undefined);
    if (!ended) link.post({ type: "resolved", id, addresses });
  }

  function message(received: FromAcceptor): void {
    if (ended) return;
    const data = readAcceptorMessage(received);
    // The acceptor ends only after `close()`.
    if (data === undefined || (data.type === "idle" && !closing)) {
      return broken("It sent a message that is not expected");
    }
    switch (data.type) {
      case "ready":
        return ready.resolve();
      case "prepared":
        return prepared.resolve();
      case "listening":
        prepared.resolve();
        return listening.resolve(data.addresses);
      case "failed":
        prepared.reject(new Error(data.reason));
        return listening.reject(new Error(data.reason));
      case "event":
        return service().log(data.event.level, data.event.event, data.event.fields);
      case "query":
        return void answer(data.id, data.query);
      case "resolve":
        return void resolve(data.id, data.name);
      case "worn":
        return events.onWorn();
      case "exhausted":
        return events.onExhausted();
      case "closed":
        open = data.open;
        return closed.resolve();
      case "idle":
        return end();
    }
  }

  function end(reason = "The acceptor has ended"): void {
    if (ended) return;
    ended = true;
    link.terminate();
    ready.reject(new Error(reason));
    prepared.reject(new Error(reason));
    listening.reject(new Error(reason));
    closed.resolve();
    done.resolve();
  }

  function broken(reason: string): void {
    if (ended) return;
    end(reason);
    events.onBroken(reason);
  }

  const link = start(addresses, { message, broken });

  return {
    get pending() {
      return pending;
    },
    get open() {
      return open;
    },
    done: done.promise,
    prepared: prepared.promise,
    configure(settings) {
      if (!ended) link.post({ type: "configure", settings });
    },
    async listen(addresses, options) {
      const timer = setTimeout(() => end("The acceptor did not start"), startMilliseconds);
      try {
        await ready.promise;
        link.post({ type: "listen", addresses, ...options });
        return await listening.promise;
      } finally {
        clearTimeout(timer);
      }
    },
    async close(drain) {
      closing = true;
      if (!ended) link.post({ type: "close", drain });
      await waitAtMost(closeMilliseconds, closed.promise);
    },
    terminate: () => end(),
  };
}
