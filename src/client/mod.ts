/**
 * Query NRPE servers from TypeScript, as `check_nrpe` does: {@linkcode sendQuery} sends a command and
 * returns the state and the output of the plugin.
 *
 * @module
 */
export type { PluginOutput } from "../nagios/plugin_output.ts";
export type { State } from "../nagios/state.ts";
export { decodeText, encodeText } from "../nagios/text.ts";
export { type ConnectAttempt, ConnectError, type ConnectFault } from "../net/connect_error.ts";
export type { TlsClientOptions } from "../net/tls_client.ts";
export { ProtocolError, type ProtocolFault } from "../protocol/protocol_error.ts";
export { type QueryOptions, sendQuery } from "./send_query.ts";
