import { certificatePath, procfsFolder, stateFolder } from "./path_settings.ts";
import {
  boolean,
  count,
  described,
  fields,
  listOf,
  oneOf,
  type Reader,
  show,
  span,
  text,
  withSchema,
} from "./read.ts";
import { addresses, allowedHost } from "./read_address.ts";
import { environment, prefixLine } from "./run_settings.ts";
import type { Settings } from "./settings.ts";

/**
 * Limits of the text buffer of a packet of version 2, in bytes. NSClient++ allows any size. Below the
 * minimum, a useful query does not fit.
 */
const MIN_PAYLOAD = 64;
const MAX_PAYLOAD = 65_536;

interface TlsFields {
  cert?: string;
  key?: string;
  ca?: string;
  clientCertificates?: "ignore" | "request" | "require";
  minVersion?: "1.2" | "1.3";
}

const tlsFields = fields<TlsFields>({
  cert: described(
    "Path of the certificate chain (PEM); without it, the daemon creates a self-signed certificate",
    certificatePath,
    { examples: ["/etc/checkwright/host.pem"] },
  ),
  key: described(
    "Path of the private key (PEM); only the daemon's user should be able to read it",
    certificatePath,
    {
      examples: ["/etc/checkwright/host.key"],
    },
  ),
  ca: described(
    "Path of the certificate authorities that sign client certificates (PEM)",
    certificatePath,
    {
      examples: ["/etc/checkwright/clients.pem"],
    },
  ),
  clientCertificates: described(
    "Whether client certificates are ignored, requested or required",
    oneOf("ignore", "request", "require"),
  ),
  minVersion: described("The oldest TLS version that is accepted", oneOf("1.2", "1.3")),
});

const tls: Reader<Settings["tls"]> = withSchema({
  anyOf: [{ const: false }, tlsFields.schema!],
}, (value, report) => {
  if (value === false) return false;
  const read = tlsFields(value, report);
  if (read === undefined) return;
  const { clientCertificates = "ignore", minVersion = "1.2", ...paths } = read;
  return { ...paths, clientCertificates, minVersion };
});

const client = fields<{ subject: string; commands: string[] }>({
  subject: described("The subject of the certificate; * matches any characters", text),
  commands: described("The commands that it may query; * matches any characters", listOf(text)),
});

const clients: Reader<{ subject: string; commands: string[] }[]> = withSchema({
  type: "array",
  items: { ...client.schema, required: ["subject", "commands"] },
}, (value, report) => {
  const rules = listOf(client)(value, report);
  return rules?.filter((rule, index) => {
    if (rule.subject !== undefined && rule.commands !== undefined) return true;
    report.at(index).error("Missing subject or commands: expected both");
    return false;
  });
});

const limits = fields<Partial<Settings["limits"]>>({
  connections: described("Maximum number of concurrent connections", count),
  perAddress: described("Maximum number of concurrent connections from one address", count),
  handshake: described("Timeout of the TLS handshake", span),
  query: described("Timeout from the handshake to the end of the query", span),
  response: described("Timeout for sending the whole response", span),
  running: described("Maximum number of concurrent runs of commands", count),
  queued: described("Maximum number of queries that wait for a run", count),
  sandboxes: described("Maximum number of concurrent sandboxes", count),
});

const payload: Reader<number> = withSchema(
  { type: "integer", minimum: MIN_PAYLOAD, maximum: MAX_PAYLOAD },
  (value, report) => {
    const size = value as number;
    if (Number.isSafeInteger(size) && size >= MIN_PAYLOAD && size <= MAX_PAYLOAD) return size;
    report.error(
      `Invalid value ${show(value)}: expected a whole number from ${MIN_PAYLOAD} to ${MAX_PAYLOAD}`,
    );
  },
);

const v2 = fields<Partial<Settings["v2"]>>({
  payload: described(
    "Size of the text in a packet of version 2, in bytes, as configured in clients such as " +
      "NSClient++; packets of 1024 bytes are accepted, too",
    payload,
  ),
  packets: described(
    "one: cut a longer text of version 2, as nrpe does; many: send several packets, which " +
      "check_nrpe cannot read, but checkwright query and NSClient++ can",
    oneOf("one", "many"),
  ),
});

const format = oneOf("text", "json");

const logFields = fields<Partial<Settings["log"]>>({
  format: described("Format of the log", format),
  level: described(
    "The lowest level that is logged: info logs every query",
    oneOf("info", "warning", "error"),
  ),
});

const log: Reader<Partial<Settings["log"]>> = withSchema({
  anyOf: [format.schema!, logFields.schema!],
}, (value, report) => {
  if (typeof value !== "string") return logFields(value, report);
  const read = format(value, report);
  return read && { format: read };
});

/** Settings after reading, without defaults: all are optional. */
export type GivenSettings = Partial<Omit<Settings, "limits" | "v2" | "log">> & {
  limits?: Partial<Settings["limits"]>;
  v2?: Partial<Settings["v2"]>;
  log?: Partial<Settings["log"]>;
};

/** The reader and the description of each setting. */
export const settingsTable: {
  [Name in keyof GivenSettings]-?: Reader<NonNullable<GivenSettings[Name]>>;
} = {
  listen: described(
    "Address to listen on (HOST:PORT), or a list of addresses; the default port is 5666; a host " +
      "name means all its addresses at the start",
    addresses,
  ),
  tls: described("TLS settings; false for plain text", tls),
  allowedHosts: described(
    "Hosts that may connect: addresses, networks, names",
    listOf(allowedHost),
  ),
  clients: described(
    "Commands that each client certificate may query",
    clients,
    { examples: [[{ subject: "CN=monitor-*", commands: ["check_*"] }]] },
  ),
  acceptArguments: described(
    "Whether commands accept arguments from clients; a command's own setting overrides this",
    boolean,
  ),
  timeout: described("Timeout of every command without its own timeout", span),
  env: described(
    "Environment variables of every plugin and shell line; a command's own env overrides them",
    environment,
    { examples: [{ ORACLE_HOME: "/opt/oracle" }] },
  ),
  pluginPrefix: described(
    "The absolute path of a program that starts every plugin, and its arguments; shell lines have " +
      "no prefix",
    prefixLine,
    { examples: [["/usr/bin/sudo", "-n"]] },
  ),
  hostShell: described(
    "Whether settings files may define shell lines; only the agent can allow it",
    boolean,
  ),
  limits: described("Limits of the daemon", limits),
  v2: described("Packets of version 2 of NRPE", v2),
  procfs: described("Path at which /proc is mounted for checks that declare proc", procfsFolder),
  state: described(
    "State directory: the daemon's own files, such as its certificate and the states of checks",
    stateFolder,
    {
      examples: ["/var/lib/checkwright"],
    },
  ),
  refusals: described(
    "explain: answer a refused query with the reason; silent: close the connection, as nrpe does",
    oneOf("explain", "silent"),
  ),
  log: described("The log; a string sets only the format", log),
};
