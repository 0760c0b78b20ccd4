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

/** The options of {@linkcode tcp}; names and letters are those of `check_tcp`. */
export type TcpOptions = {
  /** Host name or address. */
  readonly hostname: Option<string, string, "default">;
  /** Port. */
  readonly port: Option<number, number | string, "required">;
  /** Thresholds of the response time in seconds. */
  readonly warning: Option<Range, RangeInput, "optional">;
  /** Thresholds of the response time in seconds. */
  readonly critical: Option<Range, RangeInput, "optional">;
  /** The time limit. */
  readonly timeout: Option<number, number | string, "default">;
  /** What is sent first. */
  readonly send: Option<string, string, "optional">;
  /** What the answer must hold. */
  readonly expect: Option<string[], string | readonly string[], "optional">;
  /** Whether it must hold all of that. */
  readonly all: Option<boolean, boolean, "default">;
  /** What is sent last. */
  readonly quit: Option<string, string, "optional">;
  /** Whether escapes are read in what is sent. */
  readonly escape: Option<boolean, boolean, "default">;
  /** The state where the connection is refused. */
  readonly refuse: Option<AlertName, AlertName, "default">;
  /** The state where the answer is another. */
  readonly mismatch: Option<AlertName, AlertName, "default">;
  /** Whether what the service says is hidden. */
  readonly jail: Option<boolean, boolean, "default">;
  /** How much of an answer is read, in bytes. */
  readonly maxbytes: Option<number, number | string, "default">;
  /** Seconds between sending and reading. */
  readonly delay: Option<number, number | string, "default">;
  /** Whether TLS is spoken. */
  readonly ssl: Option<boolean, boolean, "default">;
  /** The name that is asked for in the TLS handshake. */
  readonly sni: Option<string, string, "optional">;
  /** Days that the certificate must last. */
  readonly certificate: Option<string, string, "optional">;
};

/**
 * Watches a TCP service: whether it takes connections, how fast, what it says, and over TLS how
 * long its certificate still lasts. Texts are those of `check_tcp`.
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
  description: "A TCP service: response time, what it says, its certificate",
  options: {
    hostname: option.text({
      short: "H",
      description: "Host name or address",
      default: "127.0.0.1",
      pattern: /[\w.:%\-]+/,
      maxLength: 255,
    }),
    port: option.integer({ short: "p", description: "Port", required: true, min: 1, max: 65535 }),
    warning: option.range({ short: "w", description: "Warn outside this range of seconds" }),
    critical: option.range({ short: "c", description: "Critical outside this range of seconds" }),
    timeout: option.duration({ short: "t", description: "Time limit in seconds", default: 10 }),
    send: option.text({ short: "s", description: "What is sent first", maxLength: 8192 }),
    expect: option.list({
      short: "e",
      description: "Texts of which the answer must hold one; a comma divides them",
    }),
    all: option.flag({ short: "A", description: "The answer must hold all expected texts" }),
    quit: option.text({ short: "q", description: "What is sent last" }),
    escape: option.flag({
      short: "E",
      description:
        "Read \\n, \\r, \\t and \\\\ in send and quit; quit gets no line break by itself",
    }),
    refuse: option.oneOf({
      short: "r",
      description: "State where the connection is refused",
      values: alertNames,
      default: "crit",
    }),
    mismatch: option.oneOf({
      short: "M",
      description: "State where the answer is not as expected",
      values: alertNames,
      default: "warn",
    }),
    jail: option.flag({ short: "j", description: "Hide what the service says" }),
    maxbytes: option.integer({
      short: "m",
      description: "Read no further once so many bytes are there",
      default: 65536,
      min: 1,
      max: 1048576,
    }),
    delay: option.integer({
      short: "d",
      description: "Seconds to wait between sending and reading",
      default: 0,
      min: 0,
      max: 3600,
    }),
    ssl: option.flag({ short: "S", description: "Speak TLS; the certificate is not verified" }),
    sni: option.text({
      description: "Name to ask for in the TLS handshake, where it is not that of the host",
      maxLength: 255,
    }),
    certificate: option.text({
      short: "D",
      description: "Days that the certificate must last: 14, or 14,7 for WARNING and CRITICAL",
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
