/**
 * Define monitoring checks and agents in TypeScript, and test them. A Nagios-compatible engine runs
 * the checks over NRPE.
 *
 * An agent is a list of commands ({@linkcode defineAgent}). A command is a check
 * ({@linkcode defineCheck}) or a plugin ({@linkcode plugin}, {@linkcode shell}). The functions for
 * states, ranges, performance data and NRPE packets can be used on their own.
 *
 * @example
 * ```ts
 * import { defineCheck, option, testCheck } from "@checkwright/checkwright";
 * import { assertEquals } from "@std/assert";
 *
 * const checkQueue = defineCheck({
 *   description: "Length of a queue",
 *   options: { warning: option.range({ short: "w", description: "Warn outside of this range" }) },
 *   permissions: { read: ["/var/spool/queue"] },
 *   async run({ warning }) {
 *     const value = Number(await Deno.readTextFile("/var/spool/queue"));
 *     return { output: `${value} jobs`, perfdata: [{ label: "jobs", value, warning }] };
 *   },
 * });
 *
 * const read = { "/var/spool/queue": "7" };
 * const result = await testCheck(checkQueue, { args: ["-w", "5"], read });
 * assertEquals(result, { state: "WARNING", text: "7 jobs|jobs=7;5" });
 * ```
 *
 * @module
 */
export * from "./agent/agent_settings.ts";
export * from "./agent/define_agent.ts";
export { AgentError, type Diagnostic } from "./agent/diagnostic.ts";
export * from "./author/connect_service.ts";
export * from "./author/rate.ts";
export * from "./author/read_proc.ts";
export * from "./author/run_program.ts";
export type {
  ConnectFacts,
  PeerCertificate,
  ServiceConnection,
} from "./author/service_connection.ts";
export type { CheckState, JsonValue } from "./check/check_state.ts";
export * from "./check/define_check.ts";
export type { BareFunction } from "./check/execute.ts";
export { isBeyond, judge } from "./check/judge.ts";
export type { Judged, Measurement, Threshold, Thresholds } from "./check/judge.ts";
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
