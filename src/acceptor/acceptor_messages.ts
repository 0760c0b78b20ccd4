import type { PluginOutput } from "../nagios/plugin_output.ts";
import type { Address } from "../net/host_port.ts";
import type { TlsServerOptions } from "../net/tls_options.ts";

/** Limits of the connections of an acceptor. */
export interface ConnectionLimits {
  /** The maximum number of connections in total. */
  connections: number;
  /** The maximum number of connections from one address. */
  perAddress: number;
  /** Maximum time of the TLS handshake, in seconds. */
  handshake: number;
  /** Maximum time until the query is received, in seconds. */
  query: number;
  /** Maximum time until the answer is sent, in seconds. */
  response: number;
}

/** Settings of an acceptor that can change while it listens. */
export interface AcceptorSettings {
  /** Hosts that may connect, see `parseAllowedHost()`. */
  allowedHosts: readonly string[];
  /** Limits of the connections. */
  limits: ConnectionLimits;
  /** Packets of version 2. */
  v2: V2Packets;
}

/** How packets of version 2 are read and written. */
export interface V2Packets {
  /** Length of the text buffer in bytes, in addition to the usual 1,024. */
  payload: number;
  /** Whether text that does not fit is cut, or sent in several packets. */
  packets: "one" | "many";
}

/** A query as the acceptor passes it to the daemon. */
export interface ReceivedQuery {
  /** The address of the client. */
  address: string;
  /** The subject of the verified client certificate. */
  subject?: string | undefined;
  /** The command. */
  command: string;
  /** The arguments. */
  args: string[];
}

/** An event for the log. */
export interface AcceptorEvent {
  level: "info" | "warning" | "error";
  event: string;
  fields: Readonly<Record<string, string | number | boolean | undefined>>;
}

/** Messages to an acceptor. All are plain data. */
export type ToAcceptor =
  | { type: "configure"; settings: AcceptorSettings }
  /**
   * Listens. With `takeOver`, an earlier acceptor is closing its sockets at the same time. With
   * `nodeTls`, `Deno.listenTls` is not used.
   */
  | {
    type: "listen";
    addresses: readonly Address[];
    tls: false | TlsServerOptions;
    takeOver: boolean;
    nodeTls: boolean;
  }
  /** The answer to a query. Without `output`, the connection is closed without a response. */
  | { type: "answer"; id: number; output?: PluginOutput | undefined }
  /** The addresses of a name; undefined if the lookup failed. */
  | { type: "resolved"; id: number; addresses?: readonly string[] | undefined }
  /** Stops listening. With `drain`, connections whose query was not received are closed. */
  | { type: "close"; drain: boolean }
  /** Closes everything at once. */
  | { type: "abort" };

/** Messages from an acceptor. All are plain data. */
export type FromAcceptor =
  /** The program is loaded. */
  | { type: "ready" }
  /** It is ready to take over addresses from an earlier acceptor, which must close its sockets. */
  | { type: "prepared" }
  /** It listens on these addresses. */
  | { type: "listening"; addresses: readonly Address[] }
  /** It does not listen. */
  | { type: "failed"; reason: string }
  | { type: "event"; event: AcceptorEvent }
  | { type: "query"; id: number; query: ReceivedQuery }
  /** Asks for the addresses of a name of `allowedHosts`. */
  | { type: "resolve"; id: number; name: string }
  /** The acceptor should be replaced: too many closed connections stay open in the runtime. */
  | { type: "worn" }
  /** All file descriptors are in use, so that no connection can be accepted. */
  | { type: "exhausted" }
  /** It does not listen anymore. `open`: its connections, also those that are closed but stay open. */
  | { type: "closed"; open: number }
  /** After `closed`: the last connection has ended. */
  | { type: "idle" };
