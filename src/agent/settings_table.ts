import { parseAllowedHost } from "../net/allowed_hosts.ts";
import {
  absolutePath,
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
import { type Address, DEFAULT_PORT, type Settings } from "./settings.ts";

/** Reads `HOST:PORT`, `HOST`, `[V6]:PORT`, `V6` or `:PORT`; port 5666 where it is left out. */
export const address: Reader<Address> = withSchema({ type: "string" }, (value, report) => {
  const [, v6, host, digits] =
    /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s/[\]]*))(?::(\d{1,5}))?$/.exec(String(value)) ??
      /^([0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$/.exec(String(value)) ?? [];
  const hostname = v6 ?? host;
  const port = digits === undefined ? DEFAULT_PORT : Number(digits);
  if (typeof value !== "string" || value === "" || hostname === undefined || port > 65535) {
    report.error(`Invalid value ${show(value)}: expected HOST:PORT such as "127.0.0.1:5666"`);
    return;
  }
  return { hostname: hostname === "" ? "0.0.0.0" : hostname, port };
});

const allowedHost: Reader<string> = withSchema({ type: "string" }, (value, report) => {
  const entry = text(value, report);
  if (entry === undefined) return;
  try {
    parseAllowedHost(entry);
    return entry;
  } catch (error) {
    report.error((error as Error).message);
  }
});

const addresses: Reader<Address[]> = withSchema({
  anyOf: [address.schema!, { type: "array", items: address.schema!, minItems: 1 }],
}, (value, report) => {
  const all = Array.isArray(value) ? listOf(address)(value, report) : [address(value, report)];
  const good = all?.filter((entry) => entry !== undefined);
  if (good !== undefined && good.length > 0) return good;
  if (Array.isArray(value) && value.length === 0) {
    report.error("Cannot listen nowhere: expected HOST:PORT");
  }
});

interface TlsFields {
  cert?: string;
  key?: string;
  ca?: string;
  clientCertificates?: "ignore" | "request" | "require";
  minVersion?: "1.2" | "1.3";
}

const tlsFields = fields<TlsFields>({
  cert: described(
    "The path of the certificate chain (PEM); a self-signed one is made where left out",
    text,
    { examples: ["/etc/checkwright/host.pem"] },
  ),
  key: described("The path of its key (PEM), which nobody else may read", text, {
    examples: ["/etc/checkwright/host.key"],
  }),
  ca: described("The path of the authorities that client certificates must come from (PEM)", text, {
    examples: ["/etc/checkwright/clients.pem"],
  }),
  clientCertificates: described(
    "Whether clients are asked for a certificate, or must have one",
    oneOf("ignore", "request", "require"),
  ),
  minVersion: described("The oldest version of TLS that is spoken", oneOf("1.2", "1.3")),
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
  subject: described("The certificate's subject, * standing for any run of characters", text),
  commands: described("The commands it may ask, with the same globs", listOf(text)),
});

const clients: Reader<{ subject: string; commands: string[] }[]> = withSchema({
  type: "array",
  items: { ...client.schema, required: ["subject", "commands"] },
}, (value, report) => {
  const rules = listOf(client)(value, report);
  return rules?.filter((rule, index) => {
    if (rule.subject !== undefined && rule.commands !== undefined) return true;
    report.at(index).error("Expected a subject and its commands");
    return false;
  });
});

const limits = fields<Partial<Settings["limits"]>>({
  connections: described("Connections at once", count),
  perAddress: described("Connections at once from one address", count),
  handshake: described("The span for a TLS handshake", span),
  query: described("The span from the handshake to the whole query", span),
  response: described("The span for the peer to take the whole response", span),
  running: described("Commands that run at once", count),
  queued: described("Queries that wait for a place", count),
  sandboxes: described("Sandboxes alive at once", count),
});

/** Settings as they are given, once read: all may be left out. */
export type GivenSettings = Partial<Omit<Settings, "limits">> & {
  limits?: Partial<Settings["limits"]>;
};

/** How each setting is read, and what it means. */
export const settingsTable: {
  [Name in keyof GivenSettings]-?: Reader<NonNullable<GivenSettings[Name]>>;
} = {
  listen: described(
    "Where to listen: HOST:PORT, or several; port 5666 where it is left out",
    addresses,
  ),
  tls: described("How TLS is spoken; false for plain text", tls),
  allowedHosts: described("Who may ask: addresses, networks, names", listOf(allowedHost)),
  clients: described(
    "What each client certificate may ask; all of them anything where left out",
    clients,
    { examples: [[{ subject: "CN=monitor-*", commands: ["check_*"] }]] },
  ),
  acceptArguments: described(
    "Whether commands take arguments from the wire, unless they say themselves",
    boolean,
  ),
  timeout: described("The deadline of every command that has none of its own", span),
  limits: described("What the daemon bears", limits),
  procfs: described("Where /proc is bound for checks that declare proc", absolutePath),
  state: described("The folder for what the daemon keeps: its own certificate", absolutePath, {
    examples: ["/var/lib/checkwright"],
  }),
  refusals: described(
    "Whether a refusal is answered with its reason, or with NRPE's silence",
    oneOf("explain", "silent"),
  ),
  log: described("The form of the log", oneOf("text", "json")),
};
