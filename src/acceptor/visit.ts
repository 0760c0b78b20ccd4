import type { PluginOutput } from "../nagios/plugin_output.ts";
import { returnCode } from "../nagios/state.ts";
import { decodeText, encodeText } from "../nagios/text.ts";
import type { Connection } from "../net/connection.ts";
import type { HostMatcher } from "../net/host_matcher.ts";
import type { StartTimeout } from "../net/timeouts.ts";
import { encodeResponse } from "../protocol/encode_response.ts";
import { ProtocolError } from "../protocol/protocol_error.ts";
import { parseQuery } from "../protocol/parse_query.ts";
import { readQuery } from "../protocol/read_query.ts";
import type { Gate } from "./gate.ts";
import type {
  AcceptorEvent,
  ConnectionLimits,
  ReceivedQuery,
  V2Packets,
} from "./acceptor_messages.ts";

/** The functions and limits for serving connections. */
export interface Service {
  /** Returns the answer to a query; undefined: close without a response. */
  ask(query: ReceivedQuery): Promise<PluginOutput | undefined>;
  /** Decides which hosts may connect. */
  allows: HostMatcher;
  /** Counts connections. */
  gate: Gate;
  /** Maximum time of each stage of a connection, in seconds. */
  limits: Pick<ConnectionLimits, Stage>;
  /** Packets of version 2. */
  v2: V2Packets;
  /** Starts the timeout of a stage. */
  timeouts: Readonly<Record<Stage, StartTimeout>>;
  /** Receives events. */
  report(...event: [AcceptorEvent["level"], AcceptorEvent["event"], AcceptorEvent["fields"]]): void;
}

/** A connection that is being served. */
export interface Visit {
  /** Whether the query was received. */
  readonly asked: boolean;
  /** Settles when the connection has ended. */
  readonly done: Promise<void>;
  /** Ends the connection at once. */
  close(): void;
}

/** The stages of a connection. Each has its own time limit. */
export type Stage = "handshake" | "query" | "response";

/**
 * Serves a connection: one query, one answer, close.
 *
 * @param connection the accepted connection
 * @param service the functions and limits
 * @returns the visit; it never rejects
 */
export function serveVisit(connection: Connection, service: Service): Visit {
  const { report, limits, v2, timeouts, gate, allows } = service;
  const peer = connection.peer.address;
  let stage: Stage = "handshake";
  let late = false;
  let stopTimeout = () => {};

  function onTimeout(): void {
    late = true;
    connection.close();
  }

  function enter(next: Stage): void {
    stage = next;
    stopTimeout();
    stopTimeout = timeouts[next](onTimeout);
  }

  const visit = { asked: false, done: run(), close: () => connection.close() };
  return visit;

  async function run(): Promise<void> {
    const leave = gate.enter(peer);
    if (typeof leave !== "function") {
      report("warning", "refused", { peer, reason: `too many connections (limits.${leave})` });
      return await connection.refuse();
    }
    try {
      enter("handshake");
      const allowed = allows.matches(peer);
      if (!(typeof allowed === "boolean" ? allowed : await allowed)) {
        const reason = "Host is not allowed to talk to us (allowedHosts)";
        report("warning", "refused", { peer, reason });
        // A host that is not allowed must not use up the connections of the others.
        leave();
        return await connection.refuse();
      }
      const identity = await connection.handshake();
      enter("query");
      const packet = await readQuery(connection, { payloadSize: v2.payload });
      const { command, args } = parseQuery(decodeText(packet.text));
      stopTimeout();
      visit.asked = true;
      const output = await service.ask({
        address: peer,
        subject: identity?.subject,
        command,
        args,
      });
      if (output === undefined) return;
      enter("response");
      await connection.end(encodeResponse({
        version: packet.version,
        payloadSize: packet.payloadSize,
        packets: v2.packets,
        resultCode: returnCode(output.state),
        text: encodeText(output.text),
      }));
    } catch (error) {
      reportError(error);
    } finally {
      stopTimeout();
      connection.close();
      leave();
    }
  }

  function reportError(error: unknown): void {
    const reason = late
      ? `${stage} took longer than ${limits[stage]} s (limits.${stage})`
      : error instanceof Error
      ? error.message
      : String(error);
    // A peer that disconnects without sending anything is a port probe, not an error.
    const probe = error instanceof ProtocolError && error.received === 0 && !late;
    const event = probe ? "probe" : "connection error";
    report(probe ? "info" : "warning", event, { peer, stage, reason });
  }
}
