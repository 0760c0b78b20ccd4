import { parseAllowedHost } from "../net/allowed_hosts.ts";
import type { Report } from "./diagnostic.ts";
import {
  absolutePath,
  boolean,
  count,
  fields,
  listOf,
  oneOf,
  type Reader,
  show,
  span,
  text,
} from "./read.ts";

/** The port of NRPE. */
export const defaultPort = 5666;

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
  listen: [{ hostname: "127.0.0.1", port: defaultPort }],
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

/** Reads `HOST:PORT`, `HOST`, `[V6]:PORT`, `V6` or `:PORT`; port 5666 where it is left out. */
export const address: Reader<Address> = (value, report) => {
  const [, v6, host, digits] =
    /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s/[\]]*))(?::(\d{1,5}))?$/.exec(String(value)) ??
      /^([0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$/.exec(String(value)) ?? [];
  const hostname = v6 ?? host;
  const port = digits === undefined ? defaultPort : Number(digits);
  if (typeof value !== "string" || value === "" || hostname === undefined || port > 65535) {
    report.error(`Cannot take ${show(value)}: expected HOST:PORT such as "127.0.0.1:5666"`);
    return;
  }
  return { hostname: hostname === "" ? "0.0.0.0" : hostname, port };
};

const allowedHost: Reader<string> = (value, report) => {
  const entry = text(value, report);
  if (entry === undefined) return;
  try {
    parseAllowedHost(entry);
    return entry;
  } catch (error) {
    report.error((error as Error).message);
  }
};

const addresses: Reader<Address[]> = (value, report) => {
  const all = Array.isArray(value) ? listOf(address)(value, report) : [address(value, report)];
  const good = all?.filter((entry) => entry !== undefined);
  if (good !== undefined && good.length > 0) return good;
  if (Array.isArray(value) && value.length === 0) {
    report.error("Cannot listen nowhere: expected HOST:PORT");
  }
};

interface TlsFields {
  cert?: string;
  key?: string;
  ca?: string;
  clientCertificates?: "ignore" | "request" | "require";
  minVersion?: "1.2" | "1.3";
}

const tlsFields = fields<TlsFields>({
  cert: text,
  key: text,
  ca: text,
  clientCertificates: oneOf("ignore", "request", "require"),
  minVersion: oneOf("1.2", "1.3"),
});

const tls: Reader<Settings["tls"]> = (value, report) => {
  if (value === false) return false;
  const read = tlsFields(value, report);
  if (read === undefined) return;
  if ((read.cert === undefined) !== (read.key === undefined)) {
    report.error("cert and key go together: expected both or neither");
  }
  const { clientCertificates = "ignore", minVersion = "1.2", ...paths } = read;
  if (clientCertificates !== "ignore" && read.ca === undefined) {
    report.error(
      `clientCertificates ${show(clientCertificates)} needs ca: expected the path of a PEM file`,
    );
  }
  return { ...paths, clientCertificates, minVersion };
};

const client = fields<{ subject: string; commands: string[] }>({
  subject: text,
  commands: listOf(text),
});

const clients: Reader<{ subject: string; commands: string[] }[]> = (value, report) => {
  const rules = listOf(client)(value, report);
  return rules?.filter((rule, index) => {
    if (rule.subject !== undefined && rule.commands !== undefined) return true;
    report.at(index).error("Expected a subject and its commands");
    return false;
  });
};

const limits = fields<Partial<Settings["limits"]>>({
  connections: count,
  perAddress: count,
  handshake: span,
  query: span,
  response: span,
  running: count,
  queued: count,
  sandboxes: count,
});

const settingsFields = fields<
  Partial<Omit<Settings, "limits">> & { limits?: Partial<Settings["limits"]> }
>({
  listen: addresses,
  tls,
  allowedHosts: listOf(allowedHost),
  clients,
  acceptArguments: boolean,
  timeout: span,
  limits,
  procfs: absolutePath,
  state: absolutePath,
  refusals: oneOf("explain", "silent"),
  log: oneOf("text", "json"),
});

/**
 * Reads everything an agent says but its commands, and completes it with the defaults.
 *
 * @param input the agent without `kind` and `commands`
 * @param report where faults go, all of them
 * @returns the settings; where something was wrong, with the default in its place
 */
export function parseSettings(input: object, report: Report): Settings {
  const read = settingsFields(input, report) ?? {};
  const settings: Settings = {
    ...defaultSettings,
    ...read,
    limits: { ...defaultSettings.limits, ...read.limits },
  };
  if (
    settings.clients !== undefined &&
    (settings.tls === false || settings.tls.clientCertificates === "ignore")
  ) {
    report.at("clients").error(
      'Client certificates are not asked for: expected tls.clientCertificates "request" or "require"',
    );
  }
  return settings;
}
