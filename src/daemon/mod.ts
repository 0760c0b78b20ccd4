/**
 * The daemon, for programs of your own.
 *
 * @module
 */
export { type DaemonSettings, runCommand, startDaemon } from "./embed.ts";
export type { Daemon } from "./daemon.ts";
export type { Address } from "../agent/settings.ts";
