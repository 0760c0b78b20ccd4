import { parseState, type State } from "../nagios/state.ts";
import { quoteText } from "../nagios/text.ts";
import { getopt, type GetoptOption } from "./getopt.ts";

/** The options of `check_nrpe` in one source: a command line or a file. */
export interface QuerySettings {
  /** Lines to print first. */
  notices: string[];
  /** Files with more options. */
  files: string[];
  /** Name or address of the server. */
  host?: string;
  /** Port of the server. */
  port?: number;
  /** Name of the command. */
  command?: string;
  /** Arguments of the command. */
  args?: readonly string[];
  /** Timeout for all steps, in seconds. */
  timeout?: number;
  /** State for a timeout or a failed connection. */
  state?: State;
  /** Whether to connect without TLS. */
  plain?: boolean;
  /** Version of the first packet; default: 4. */
  version?: 2 | 3;
  /** Address family. */
  family?: 4 | 6;
  /** Local address to connect from. */
  bind?: string;
  /** Length of the text buffer of version 2, in bytes. */
  payloadSize?: number;
  /** Whether the client's own messages go to standard output. */
  stderrToStdout?: boolean;
  /** PEM file of authorities. */
  caFile?: string;
  /** PEM file of the client certificate. */
  certFile?: string;
  /** PEM file of the client's private key. */
  keyFile?: string;
  /** Value of `-S`. */
  tlsVersion?: string;
  /** Value of `-L`. */
  cipherList?: string;
  /** Value of `-d`. */
  anonymous?: string;
  /** Information about the program to print, instead of a query. */
  show?: "help" | "version" | "license";
}

interface SettingSpec extends GetoptOption {
  /** Stores the value or values of the option in the settings. */
  readonly set: (settings: QuerySettings, value: string, values: readonly string[]) => void;
}

// The options -s, -D and -g are about a log. They have no effect: this client writes no log,
// because its output contains all messages.
const SPECS: readonly SettingSpec[] = [
  { short: "H", long: "host", takes: "value", set: (s, value) => s.host = value },
  { short: "p", long: "port", takes: "value", set: (s, value) => s.port = integer("p", value) },
  { short: "c", long: "command", takes: "value", set: (s, value) => s.command = value },
  { short: "a", long: "args", takes: "rest", set: (s, _, values) => s.args = values },
  { short: "t", long: "timeout", takes: "value", set: setDeadline },
  { short: "u", long: "unknown-timeout", takes: "none", set: (s) => s.state = "UNKNOWN" },
  { short: "n", long: "no-ssl", takes: "none", set: (s) => s.plain = true },
  { short: "2", long: "v2-packets-only", takes: "none", set: (s) => setVersion(s, 2) },
  { short: "3", long: "v3-packets-only", takes: "none", set: (s) => setVersion(s, 3) },
  { short: "4", long: "ipv4", takes: "none", set: (s) => s.family = 4 },
  { short: "6", long: "ipv6", takes: "none", set: (s) => s.family = 6 },
  { short: "b", long: "bind", takes: "value", set: (s, value) => s.bind = value },
  {
    short: "P",
    long: "payload-size",
    takes: "value",
    set: (s, value) => s.payloadSize = integer("P", value),
  },
  { short: "f", long: "config-file", takes: "value", set: (s, value) => s.files.push(value) },
  { short: "E", long: "stderr-to-stdout", takes: "none", set: (s) => s.stderrToStdout = true },
  { short: "A", long: "ca-cert-file", takes: "value", set: (s, value) => s.caFile = value },
  { short: "C", long: "client-cert", takes: "value", set: (s, value) => s.certFile = value },
  { short: "K", long: "key-file", takes: "value", set: (s, value) => s.keyFile = value },
  { short: "S", long: "ssl-version", takes: "value", set: (s, value) => s.tlsVersion = value },
  { short: "L", long: "cipher-list", takes: "value", set: (s, value) => s.cipherList = value },
  { short: "d", long: "use-adh", takes: "value", set: (s, value) => s.anonymous = value },
  { short: "s", long: "ssl-logging", takes: "value", set: () => {} },
  { short: "D", long: "disable-syslog", takes: "none", set: () => {} },
  { short: "g", long: "log-file", takes: "value", set: () => {} },
  { short: "V", long: "version", takes: "none", set: (s) => s.show ??= "version" },
  { short: "l", long: "license", takes: "none", set: (s) => s.show ??= "license" },
  { short: "h", long: "help", takes: "none", set: (s) => s.show = "help" },
];

/**
 * Parses the options of one source. If an option is given twice, the last one counts.
 *
 * @param words a command line without the name of the program, or the words of a file
 * @returns the settings, without defaults
 * @throws {SyntaxError} if the words are not valid options of `check_nrpe`
 */
export function readSettings(words: readonly string[]): QuerySettings {
  const settings: QuerySettings = { notices: [], files: [] };
  for (const { spec, values } of getopt(words, SPECS)) {
    spec.set(settings, values[0] ?? "", values);
  }
  return settings;
}

function setVersion(settings: QuerySettings, version: 2 | 3): void {
  if (settings.version !== undefined && settings.version !== version) {
    throw new SyntaxError(
      "Error: Only one of force_v2_packet (-2) and force_v3_packet (-3) can be specified.",
    );
  }
  settings.version = version;
}

/** Parses `N`, `N:STATE` or `:STATE`. As with C's `strtol`, only the leading digits of N count. */
function setDeadline(settings: QuerySettings, text: string): void {
  const [interval = "", state = ""] = text.split(":");
  if (interval !== "") {
    const seconds = Number.parseInt(interval, 10);
    if (!(seconds > 0)) throw new SyntaxError("Timeout value must be a positive integer");
    settings.timeout = seconds;
  }
  if (state === "") return;
  try {
    settings.state = parseState(state);
  } catch {
    // check_nrpe prints this line and continues. A working check must not become a usage error.
    settings.state = "CRITICAL";
    settings.notices.push(
      "Timeout state must be a valid state name (OK, WARNING, CRITICAL, UNKNOWN) or integer (0-3).",
    );
  }
}

/**
 * Parses a number strictly. check_nrpe wraps a large number at 16 bits and would connect to another
 * port.
 */
function integer(option: string, text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= 65535) return value;
  throw new SyntaxError(
    `-${option}: Invalid value ${quoteText(text)}: expected a whole number from 1 to 65535`,
  );
}
