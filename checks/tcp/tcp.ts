import {
  type Check,
  ConnectError,
  defineCheck,
  type OptionValues,
  type ServiceTls,
} from "../../src/mod.ts";
import { addressFamily } from "../_address_family.ts";
import { alertState } from "../_alert_state.ts";
import { parseCertificateDays } from "../_certificate.ts";
import { netPermission } from "../_net_permission.ts";
import { withinSeconds } from "../_time_limit.ts";
import { readVerification } from "../_tls.ts";
import { presentTcp, presentTcpFailure, type TcpQuestion } from "./_tcp_answer.ts";
import { type TcpOptions, tcpOptions } from "./_tcp_options.ts";
import { readTcp, type TcpSession, unescapeText } from "./_tcp_session.ts";

export type { TcpOptions };

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
  options: tcpOptions,
  permissions: (options, { acceptArguments }) => ({
    net: [netPermission(options.hostname, options.port)],
    ...((options.verifyCert || acceptArguments) && { read: [options.caCert] }),
  }),
  alertsWithoutThresholds: true,
  async run(options, { signal }) {
    const { session, question } = readOptions(options, await readVerification(options));
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
  verification: Pick<ServiceTls, "verify" | "ca">,
): { session: TcpSession; question: TcpQuestion } {
  const { hostname, port, sni, escape, send, quit } = options;
  const days = options.certificate === undefined
    ? undefined
    : parseCertificateDays(options.certificate);
  const tls = options.ssl || days !== undefined || options.verifyCert;
  return {
    session: {
      ...options,
      address: { hostname, port, family: addressFamily(options) },
      tls: tls ? { ...verification, serverName: sni ?? hostname } : undefined,
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
