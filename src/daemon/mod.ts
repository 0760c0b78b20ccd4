/**
 * Serve an agent or run a command from your own program.
 *
 * @module
 */
export { type DaemonSettings, runCommand, startDaemon } from "./embed.ts";
export type { Daemon } from "./daemon.ts";
export type { Address } from "../net/host_port.ts";
