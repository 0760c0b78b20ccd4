/**
 * Checkwright: monitoring checks as typed TypeScript, served to any Nagios-compatible engine over
 * NRPE.
 *
 * @module
 */
export * from "./agent/define_agent.ts";
export { AgentError, type Diagnostic } from "./agent/diagnostic.ts";
export * from "./author/connect_service.ts";
export * from "./author/read_proc.ts";
export * from "./author/run_program.ts";
export type {
  ConnectFacts,
  PeerCertificate,
  ServiceConnection,
} from "./author/service_connection.ts";
export * from "./check/define_check.ts";
export type { BareFunction } from "./check/execute.ts";
export * from "./check/option.ts";
export type { Permissions } from "./check/declared_permissions.ts";
export * from "./check/result.ts";
export * from "./check/testing.ts";
export * from "./nagios/format_perfdata.ts";
export * from "./nagios/parse_perfdata.ts";
export * from "./nagios/perfdata.ts";
export * from "./nagios/plugin_output.ts";
export * from "./nagios/range.ts";
export * from "./nagios/state.ts";
export * from "./nagios/units.ts";
export { type ConnectAttempt, ConnectError, type ConnectFault } from "./net/connect_error.ts";
export type { TlsClientOptions } from "./net/tls_client.ts";
export { type DecodeOptions, decodePacket } from "./protocol/decode_packet.ts";
export { encodePacket } from "./protocol/encode_packet.ts";
export type { Packet, PacketInput, PacketType, PacketVersion } from "./protocol/packet.ts";
export * from "./protocol/protocol_error.ts";
