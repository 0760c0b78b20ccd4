import type { PluginOutput } from "../nagios/plugin_output.ts";
import { parseAllowedHost } from "../net/allowed_hosts.ts";
import { hostMatcher } from "../net/host_matcher.ts";
import type { Listener } from "../net/listener.ts";
import { createTimeouts } from "../net/timeouts.ts";
import { createGate, type Gate } from "./gate.ts";
import { type Listeners, openListeners } from "./listeners.ts";
import type { AcceptorSettings, FromAcceptor, ToAcceptor } from "./acceptor_messages.ts";
import { serveVisit, type Service, type Visit } from "./visit.ts";

/** Options of {@linkcode createAcceptor}. */
export interface AcceptorOptions {
  /**
   * Whether to use `Deno.listenTls` if possible. The acceptor must run in a worker of its own,
   * because some closed connections stay open until that worker is terminated.
   */
  disposable: boolean;
}

/** The most connections that may stay open after they were closed, before a replacement. */
const mostWorn = 256;

/**
 * The NRPE front end: listens, checks hosts and limits, does the TLS handshake, decodes queries and
 * sends the answers. It knows nothing about commands.
 *
 * @param send receives its messages
 * @param options how to listen
 * @returns the function that receives messages to the acceptor
 */
export function createAcceptor(
  send: (message: FromAcceptor) => void,
  { disposable }: AcceptorOptions,
): (message: ToAcceptor) => void {
  const visits = new Set<Visit>();
  const queries = new Map<number, (output: PluginOutput | undefined) => void>();
  const lookups = new Map<number, PromiseWithResolvers<readonly string[]>>();
  const closed = Promise.withResolvers<void>();
  let lastId = 0;
  let service: Service;
  let mostHeld = 1;
  let gate: Gate | undefined;
  let listeners: Listeners | undefined;
  let closing: "draining" | "finishing" | undefined;

  const report: Service["report"] = (level, event, fields) =>
    send({ type: "event", event: { level, event, fields } });

  const ask: Service["ask"] = (query) =>
    new Promise((resolve) => {
      const id = ++lastId;
      queries.set(id, resolve);
      send({ type: "query", id, query });
    });

  function resolve(name: string): Promise<readonly string[]> {
    const id = ++lastId;
    const lookup = Promise.withResolvers<readonly string[]>();
    lookups.set(id, lookup);
    send({ type: "resolve", id, name });
    return lookup.promise;
  }

  function configure({ allowedHosts, limits, v2 }: AcceptorSettings): void {
    if (gate === undefined) gate = createGate(limits);
    else gate.setLimits(limits);
    const allows = hostMatcher(allowedHosts.map(parseAllowedHost), { resolve });
    mostHeld = Math.min(mostWorn, Math.ceil(limits.connections / 4));
    const timeouts = {
      handshake: createTimeouts(limits.handshake * 1000),
      query: createTimeouts(limits.query * 1000),
      response: createTimeouts(limits.response * 1000),
    };
    service = { ask, allows, gate, limits, v2, timeouts, report };
  }

  function onStuck(): void {
    gate!.hold();
    if (gate!.held === mostHeld) send({ type: "worn" });
  }

  async function accept(listener: Listener): Promise<void> {
    for (let connection; (connection = await listener.accept()) !== null;) {
      const visit = serveVisit(connection, service);
      if (closing === "draining") visit.close();
      visits.add(visit);
      visit.done.then(() => leave(visit));
      // No more connections can stay open until the acceptor is replaced.
      if (gate!.held >= mostHeld) await closed.promise;
    }
  }

  function leave(visit: Visit): void {
    visits.delete(visit);
    if (closing !== undefined && visits.size === 0) send({ type: "idle" });
  }

  async function listen(
    { addresses, tls, takeOver, nodeTls }: ToAcceptor & { type: "listen" },
  ): Promise<void> {
    try {
      const opened = await openListeners(addresses, {
        tls,
        log: report,
        takeOver,
        onOpen: (listener) => void accept(listener),
        onPrepared: () => send({ type: "prepared" }),
        onExhausted: () => send({ type: "exhausted" }),
        onStuck: disposable && !nodeTls ? onStuck : undefined,
      });
      listeners = opened;
      if (closing === undefined) send({ type: "listening", addresses: opened.addresses });
      else opened.close();
    } catch (error) {
      send({ type: "failed", reason: (error as Error).message });
    }
  }

  function close(drain: boolean): void {
    const first = closing === undefined;
    if (drain) {
      closing = "draining";
      for (const visit of visits) if (!visit.asked) visit.close();
    } else closing ??= "finishing";
    if (!first) return;
    listeners?.close();
    closed.resolve();
    // The runtime closes the sockets when the pending calls of `accept()` have ended.
    setTimeout(() => {
      send({ type: "closed", open: visits.size + gate!.held });
      if (visits.size === 0) send({ type: "idle" });
    });
  }

  return (message) => {
    switch (message.type) {
      case "configure":
        return configure(message.settings);
      case "listen":
        return void listen(message);
      case "answer":
        queries.get(message.id)?.(message.output);
        return void queries.delete(message.id);
      case "resolved": {
        const { id, addresses } = message;
        const lookup = lookups.get(id);
        lookups.delete(id);
        if (addresses === undefined) return lookup?.reject(new Error("The lookup failed"));
        return lookup?.resolve(addresses);
      }
      case "close":
        return close(message.drain);
      case "abort":
        close(true);
        for (const visit of visits) visit.close();
    }
  };
}
