import { type Option, option, type Range, type RangeInput } from "../../src/mod.ts";
import { type AlertName, alertNames } from "../_alert_state.ts";
import { type FamilyOptions, familyOptions } from "../_address_family.ts";
import { certificateDaysOption } from "../_certificate.ts";
import { type VerifyOptions, verifyOptions } from "../_tls.ts";

/** The options of the check `tcp`; the names and letters are the same as in `check_tcp`. */
export type TcpOptions = VerifyOptions & FamilyOptions & {
  /** The host name or address. */
  readonly hostname: Option<string, string, "default">;
  /** The port. */
  readonly port: Option<number, number | string, "required">;
  /** The warning threshold for the response time in seconds. */
  readonly warning: Option<Range, RangeInput, "optional">;
  /** The critical threshold for the response time in seconds. */
  readonly critical: Option<Range, RangeInput, "optional">;
  /** The time limit in seconds. */
  readonly timeout: Option<number, number | string, "default">;
  /** Data to send first. */
  readonly send: Option<string, string, "optional">;
  /** The strings that the response must contain. */
  readonly expect: Option<string[], string | readonly string[], "optional">;
  /** Whether the response must contain all of these strings, not only one. */
  readonly all: Option<boolean, boolean, "default">;
  /** Data to send last. */
  readonly quit: Option<string, string, "optional">;
  /** Whether to replace escapes such as `\n` in the data to send. */
  readonly escape: Option<boolean, boolean, "default">;
  /** The state if the connection is refused. */
  readonly refuse: Option<AlertName, AlertName, "default">;
  /** The state if the response is not as expected. */
  readonly mismatch: Option<AlertName, AlertName, "default">;
  /** Whether to hide the response. */
  readonly jail: Option<boolean, boolean, "default">;
  /** The maximum size of the response in bytes. */
  readonly maxbytes: Option<number, number | string, "default">;
  /** The delay between sending and reading, in seconds. */
  readonly delay: Option<number, number | string, "default">;
  /** Whether to use TLS. */
  readonly ssl: Option<boolean, boolean, "default">;
  /** The server name in the TLS handshake. */
  readonly sni: Option<string, string, "optional">;
  /** The minimum number of days until the certificate expires. */
  readonly certificate: Option<string, string, "optional">;
};

/** The definitions of the options. */
export const tcpOptions: TcpOptions = {
  hostname: option.text({
    short: "H",
    description: "Host name or address",
    default: "127.0.0.1",
    pattern: /(?!-)[\w.:%\-]+/,
    expected: "a host name or address",
    maxLength: 255,
  }),
  port: option.integer({ short: "p", description: "Port", required: true, min: 1, max: 65535 }),
  ...option.thresholds("the response time in seconds"),
  timeout: option.duration({ short: "t", description: "Time limit in seconds", default: 10 }),
  send: option.text({
    short: "s",
    description: "Data to send after connecting",
    maxLength: 8192,
  }),
  expect: option.list({
    short: "e",
    description:
      "String that the response must contain; repeat the option for several, one of them suffices",
    split: false,
  }),
  all: option.flag({ short: "A", description: "Require all strings of -e in the response" }),
  quit: option.text({
    short: "q",
    description: "Data to send before closing; without -E, a line break is appended",
  }),
  escape: option.flag({
    short: "E",
    description: "Replace \\n, \\r, \\t and \\\\ in -s and -q; nothing is appended to -q then",
  }),
  refuse: option.oneOf({
    short: "r",
    description: "State if the connection is refused",
    values: alertNames,
    default: "crit",
  }),
  mismatch: option.oneOf({
    short: "M",
    description: "State if the response is not as expected",
    values: alertNames,
    default: "warn",
  }),
  jail: option.flag({ short: "j", description: "Hide the response" }),
  maxbytes: option.integer({
    short: "m",
    description: "Maximum size of the response in bytes",
    default: 65536,
    min: 1,
    max: 1048576,
  }),
  delay: option.integer({
    short: "d",
    description: "Delay between sending and reading, in seconds",
    default: 0,
    min: 0,
    max: 3600,
  }),
  ssl: option.flag({
    short: "S",
    description: "Use TLS; see --verify-cert to verify the certificate",
  }),
  sni: option.text({
    description: "Server name in the TLS handshake; the default is the host name (-H)",
    pattern: /(?!-)[\w.:%\-]+/,
    expected: "a host name",
    maxLength: 255,
  }),
  certificate: certificateDaysOption("D"),
  ...verifyOptions("-D"),
  ...familyOptions,
};
