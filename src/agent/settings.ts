import type { Address } from "../net/host_port.ts";

/** The default port of NRPE. */
export const DEFAULT_PORT = 5666;

/** Settings of a daemon without its commands, checked and complete. Durations are in seconds. */
export interface Settings {
  /** Addresses to listen on. */
  listen: Address[];
  /** TLS settings; false for plain text. */
  tls: false | {
    cert?: string;
    key?: string;
    ca?: string;
    clientCertificates: "ignore" | "request" | "require";
    minVersion: "1.2" | "1.3";
  };
  /** Hosts that may connect. */
  allowedHosts: string[];
  /** Commands that each client certificate may query; undefined: all certificates, all commands. */
  clients?: { subject: string; commands: string[] }[];
  /** Whether commands accept arguments, unless they set it themselves. */
  acceptArguments: boolean;
  /** Timeout of commands without their own timeout. */
  timeout: number;
  /** Environment variables of every plugin and shell line. */
  env: Record<string, string>;
  /** The program that starts every plugin, and its first arguments; empty for none. */
  pluginPrefix: string[];
  /** Whether settings files may define shell lines. */
  hostShell: boolean;
  /** Limits of the daemon. */
  limits: {
    connections: number;
    perAddress: number;
    handshake: number;
    query: number;
    response: number;
    running: number;
    queued: number;
    sandboxes: number;
  };
  /** Packets of version 2: the length of the text buffer in bytes, and how long texts are sent. */
  v2: { payload: number; packets: "one" | "many" };
  /** Path where /proc is bound. */
  procfs: string;
  /** Folder of the daemon's own files. */
  state?: string;
  /** Whether refused queries are answered with the reason. */
  refusals: "explain" | "silent";
  /** Format of the log, and the lowest level that is logged. */
  log: { format: "text" | "json"; level: "info" | "warning" | "error" };
}

/**
 * The defaults. One address may use half of all connections, because often a single monitoring
 * server sends all queries.
 */
export const defaultSettings: Settings = {
  listen: [{ hostname: "127.0.0.1", port: DEFAULT_PORT }],
  tls: { clientCertificates: "ignore", minVersion: "1.2" },
  allowedHosts: ["127.0.0.0/8", "::1"],
  acceptArguments: false,
  timeout: 60,
  env: {},
  pluginPrefix: [],
  hostShell: false,
  limits: {
    connections: 4096,
    perAddress: 2048,
    handshake: 10,
    query: 10,
    response: 10,
    running: 64,
    queued: 1024,
    sandboxes: 32,
  },
  v2: { payload: 1024, packets: "one" },
  procfs: "/proc",
  refusals: "explain",
  log: { format: "text", level: "info" },
};
