import {
  type Check,
  ConnectError,
  defineCheck,
  type Option,
  option,
  type OptionValues,
  type Range,
  type RangeInput,
} from "../../src/mod.ts";
import { type AlertName, alertNames, alertState } from "../_alert_state.ts";
import { certificateDaysPattern, parseCertificateDays } from "../_certificate.ts";
import { netPermission } from "../_net_permission.ts";
import { withinSeconds } from "../_time_limit.ts";
import { presentTcp, presentTcpFailure, type TcpQuestion } from "./_tcp_answer.ts";
import { readTcp, type TcpSession, unescapeText } from "./_tcp_session.ts";

/** The options of {@linkcode tcp}; the names and letters are the same as in `check_tcp`. */
export type TcpOptions = {
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

/**
 * Checks a TCP service like `check_tcp` of monitoring-plugins: the connection, the response time,
 * the response, and with TLS the days until the certificate expires.
 *
 * @example
 * ```ts
 * import { defineAgent } from "@checkwright/checkwright";
 * import { tcp } from "@checkwright/checkwright/checks";
 *
 * export default defineAgent({
 *   commands: {
 *     check_redis: tcp({ port: 6379, send: "PING\\r\\n", escape: true, expect: "+PONG" }),
 *     check_imaps: tcp({ hostname: "mail.example", port: 993, certificate: "14,7" }),
 *   },
 * });
 * ```
 */
export const tcp: Check<TcpOptions> = defineCheck<TcpOptions>({
  description: "Response time, response and certificate of a TCP service",
  options: {
    hostname: option.text({
      short: "H",
      description: "Host name or address",
      default: "127.0.0.1",
      pattern: /[\w.:%\-]+/,
      maxLength: 255,
    }),
    port: option.integer({ short: "p", description: "Port", required: true, min: 1, max: 65535 }),
    warning: option.range({
      short: "w",
      description: "Warn if the response time in seconds is outside this range",
    }),
    critical: option.range({
      short: "c",
      description: "Critical if the response time in seconds is outside this range",
    }),
    timeout: option.duration({ short: "t", description: "Time limit in seconds", default: 10 }),
    send: option.text({
      short: "s",
      description: "Data to send after connecting",
      maxLength: 8192,
    }),
    expect: option.list({
      short: "e",
      description: "Strings, separated by commas; the response must contain one of them",
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
    ssl: option.flag({ short: "S", description: "Use TLS; the certificate is not verified" }),
    sni: option.text({
      description: "Server name in the TLS handshake; the default is the host name (-H)",
      maxLength: 255,
    }),
    certificate: option.text({
      short: "D",
      description:
        "Use TLS and check the expiry of the certificate in days: 14, or 14,7 for WARNING,CRITICAL",
      pattern: certificateDaysPattern,
    }),
  },
  permissions: ({ hostname, port }) => ({ net: [netPermission(hostname, port)] }),
  async run(options, { signal }) {
    const { session, question } = readOptions(options);
    try {
      const reading = await withinSeconds(
        options.timeout,
        signal,
        (limit) => readTcp(session, limit),
      );
      if (reading !== undefined) return presentTcp(reading, question, new Date());
    } catch (error) {
      if (error instanceof ConnectError) return presentTcpFailure(error, question);
      throw error;
    }
    const output = `CRITICAL - Socket timeout after ${options.timeout} seconds`;
    return { state: "CRITICAL", output };
  },
});

function readOptions(
  options: OptionValues<TcpOptions>,
): { session: TcpSession; question: TcpQuestion } {
  const { hostname, port, sni, escape, send, quit } = options;
  const days = options.certificate === undefined
    ? undefined
    : parseCertificateDays(options.certificate);
  const tls = options.ssl || days !== undefined;
  return {
    session: {
      ...options,
      address: { hostname, port },
      tls: tls ? { serverName: sni ?? hostname, verify: false } : undefined,
      days,
      send: send !== undefined && escape ? unescapeText(send) : send,
      quit: quit !== undefined ? (escape ? unescapeText(quit) : `${quit}\r\n`) : undefined,
    },
    question: {
      ...options,
      days,
      refuse: alertState(options.refuse),
      mismatch: alertState(options.mismatch),
    },
  };
}
