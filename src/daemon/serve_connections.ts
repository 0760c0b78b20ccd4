import type { Settings } from "../agent/settings.ts";
import type { Answer } from "../check/answer.ts";
import type { Gate } from "./gate.ts";
import type { Connection } from "../net/connection.ts";
import type { HostMatcher } from "../net/host_matcher.ts";
import type { Listener } from "../net/listener.ts";
import { decodeText, encodeText } from "../nagios/text.ts";
import { returnCode } from "../nagios/state.ts";
import { encodePacket } from "../protocol/encode_packet.ts";
import { ProtocolError } from "../protocol/protocol_error.ts";
import { parseQuery } from "../protocol/parse_query.ts";
import { readPacket } from "../protocol/read_packet.ts";
import type { Handler } from "./handler.ts";
import type { Log } from "./log.ts";

/** The functions and limits for serving the connections of a listener. */
export interface Service {
  /** Answers a query. */
  handle: Handler;
  /** Decides which hosts may connect. */
  allows: HostMatcher;
  /** Counts connections. */
  gate: Gate;
  /** Maximum time of each stage of a connection, in seconds. */
  limits: Pick<Settings["limits"], "handshake" | "query" | "response">;
  /** Receives events. */
  log: Log;
  /** Called with every answer. */
  count?: (answer: Answer) => void;
}

/** Connections that are being served. */
export interface Serving {
  /** Settles when the listener is closed and the last connection has ended. */
  readonly done: Promise<void>;
  /** Ends connections without a query. Received queries are still answered. */
  drain(): void;
  /** Ends every connection at once. */
  abort(): void;
}

/**
 * Serves every connection of a listener until it is closed: one query, one answer, close.
 *
 * @param listener accepts the connections
 * @param service returns the service; called for each connection and for each query, so that the
 * service can be replaced
 * @returns the current connections
 */
export function serve(listener: Listener, service: () => Service): Serving {
  const visits = new Set<Visit>();
  let draining = false;

  async function accept(): Promise<void> {
    for (let connection; (connection = await listener.accept()) !== null;) {
      const visit = createVisit(connection, service);
      if (draining) connection.close();
      visits.add(visit);
      visit.done.then(() => visits.delete(visit));
    }
    while (visits.size > 0) await Promise.all([...visits].map(({ done }) => done));
  }

  return {
    done: accept(),
    drain() {
      draining = true;
      for (const visit of visits) {
        if (!visit.asked) visit.close();
      }
    },
    abort: () => visits.forEach((visit) => visit.close()),
  };
}

interface Visit {
  /** Whether the query was received. */
  readonly asked: boolean;
  readonly done: Promise<void>;
  close(): void;
}

/** The stages of a connection. Each has its own time limit. */
type Stage = "handshake" | "query" | "response";

function createVisit(connection: Connection, service: () => Service): Visit {
  const { log, limits, gate, allows } = service();
  const peer = connection.peer.address;
  let stage: Stage = "handshake";
  let late = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function enter(next: Stage): void {
    stage = next;
    clearTimeout(timer);
    timer = setTimeout(() => {
      late = true;
      connection.close();
    }, limits[next] * 1000);
  }

  const visit = { asked: false, done: run(), close: () => connection.close() };
  return visit;

  async function run(): Promise<void> {
    const leave = gate.enter(peer);
    if (typeof leave !== "function") {
      log("warning", "refused", { peer, reason: `too many connections (limits.${leave})` });
      return connection.close();
    }
    try {
      enter("handshake");
      if (!await allows.matches(peer)) {
        log("warning", "refused", {
          peer,
          reason: "Host is not allowed to talk to us (allowedHosts)",
        });
        return;
      }
      const identity = await connection.handshake();
      enter("query");
      const packet = await readPacket(connection, { expect: "query" });
      const query = parseQuery(decodeText(packet.text));
      clearTimeout(timer);
      visit.asked = true;
      const start = performance.now();
      // A query that arrives after a reload gets the new service, even on an older connection.
      const { handle, count } = service();
      const answer = await handle(query, { address: peer, subject: identity?.subject });
      count?.(answer);
      logQuery(query.command, answer, identity?.subject, performance.now() - start);
      if (answer.silent) return;
      enter("response");
      await connection.end(encodePacket({
        version: packet.version,
        type: "response",
        resultCode: returnCode(answer.output.state),
        text: encodeText(answer.output.text),
      }));
    } catch (error) {
      logError(error);
    } finally {
      clearTimeout(timer);
      connection.close();
      leave();
    }
  }

  function logQuery(
    command: string,
    { output, outcome, reason, refusal, silent }: Answer,
    subject: string | undefined,
    ms: number,
  ) {
    log(outcome === "done" || outcome === "version" ? "info" : "warning", "query", {
      peer,
      subject,
      command,
      state: silent ? "none" : output.state,
      outcome,
      ms: Math.round(ms * 10) / 10,
      permission: refusal?.kind,
      target: refusal?.target,
      reason,
    });
  }

  function logError(error: unknown): void {
    const reason = late
      ? `${stage} took longer than ${limits[stage]} s (limits.${stage})`
      : error instanceof Error
      ? error.message
      : String(error);
    // A peer that disconnects without sending anything is a port probe, not an error.
    const probe = error instanceof ProtocolError && error.received === 0 && !late;
    log(probe ? "info" : "warning", probe ? "probe" : "connection error", { peer, stage, reason });
  }
}
