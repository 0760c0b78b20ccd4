/** The port of NRPE. */
export const DEFAULT_PORT = 5666;

/** Where to listen. */
export interface Address {
  /** An address or a name, without brackets. */
  hostname: string;
  /** 0 lets the system choose. */
  port: number;
}

/** What a daemon is told beside its commands, checked and complete. Spans are in seconds. */
export interface Settings {
  /** Where to listen. */
  listen: Address[];
  /** How TLS is spoken; false for plain text. */
  tls: false | {
    cert?: string;
    key?: string;
    ca?: string;
    clientCertificates: "ignore" | "request" | "require";
    minVersion: "1.2" | "1.3";
  };
  /** Who may ask. */
  allowedHosts: string[];
  /** What each client certificate may ask; undefined where all may ask anything. */
  clients?: { subject: string; commands: string[] }[];
  /** Whether commands take arguments unless they say themselves. */
  acceptArguments: boolean;
  /** The deadline of commands that have none of their own. */
  timeout: number;
  /** What the daemon bears. */
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
  /** Where /proc is bound. */
  procfs: string;
  /** The folder for what the daemon keeps. */
  state?: string;
  /** Whether refusals are answered with their reason. */
  refusals: "explain" | "silent";
  /** The form of the log. */
  log: "text" | "json";
}

/**
 * What holds where nothing is said. One monitoring server is one address, so that an address may
 * have half of all places.
 */
export const defaultSettings: Settings = {
  listen: [{ hostname: "127.0.0.1", port: DEFAULT_PORT }],
  tls: { clientCertificates: "ignore", minVersion: "1.2" },
  allowedHosts: ["127.0.0.0/8", "::1"],
  acceptArguments: false,
  timeout: 60,
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
  procfs: "/proc",
  refusals: "explain",
  log: "text",
};
