import {
  type CheckResult,
  type ConnectError,
  judge,
  type Perfdata,
  type Range,
  type State,
} from "../../src/mod.ts";
import { type CertificateDays, judgeCertificate } from "../_certificate.ts";
import { fixed } from "../_fixed.ts";
import { printable } from "../_printable.ts";
import { presentTlsFailure } from "../_tls.ts";
import { isExpected, type TcpReading } from "./_tcp_session.ts";

/** Thresholds for a TCP service, and the response that is expected of it. */
export interface TcpQuestion {
  /** The host as the options name it. */
  hostname: string;
  /** The port. */
  port: number;
  /** The warning threshold for the response time in seconds. */
  warning?: Range | undefined;
  /** The critical threshold for the response time in seconds. */
  critical?: Range | undefined;
  /** The time limit in seconds, which is the maximum of the response time. */
  timeout: number;
  /** The strings that the response must contain. */
  expect?: readonly string[] | undefined;
  /** Whether the response must contain all of the strings, not only one. */
  all: boolean;
  /** Whether to hide the response. */
  jail: boolean;
  /** The state if the response is not as expected. */
  mismatch: State;
  /** The state if the connection is refused. */
  refuse: State;
  /** The minimum number of days until the certificate expires. */
  days?: CertificateDays | undefined;
}

/**
 * Compares the response of a TCP service with the expected one and formats the result like
 * `check_tcp`.
 *
 * @param reading the response
 * @param question the thresholds and the expected response
 * @param now the current time, for the certificate
 * @returns the result
 */
export function presentTcp(reading: TcpReading, question: TcpQuestion, now: Date): CheckResult {
  const { days } = question;
  const certificate = days && judgeCertificate(reading.certificate, days, now);
  if (certificate && certificate.state !== "OK") return certificate;
  const service = presentService(reading, question);
  if (certificate === undefined) return service;
  return {
    state: service.state,
    output: certificate.output,
    longOutput: service.output,
    perfdata: [...service.perfdata, ...certificate.perfdata],
  };
}

/**
 * Formats a failed connection like `check_tcp`.
 *
 * @param error the error from connecting
 * @param question the thresholds and states
 * @returns the result, without perfdata
 */
export function presentTcpFailure(error: ConnectError, question: TcpQuestion): CheckResult {
  const { hostname, port, refuse } = question;
  const failure = presentTlsFailure(error);
  if (failure) return failure;
  if (error.fault === "resolve") {
    const output = `TCP CRITICAL - Invalid hostname, address or socket: ${hostname}`;
    return { state: "CRITICAL", output };
  }
  return {
    state: error.fault === "refused" ? refuse : "CRITICAL",
    output: `connect to address ${hostname} and port ${port}: ${error.reason}`,
  };
}

function presentService(
  { banner, seconds }: TcpReading,
  question: TcpQuestion,
): CheckResult & { perfdata: Perfdata[]; state: State } {
  const { hostname, port, warning, critical, timeout, jail } = question;
  if (banner === "") {
    return { state: "CRITICAL", output: "No data received from host", perfdata: [] };
  }
  const { state: timing, perfdata } = judge({
    label: "time",
    value: seconds,
    uom: "s",
    warning,
    critical,
    min: 0,
    max: timeout,
  });
  const shown = jail ? "" : printable(banner ?? "");
  if (banner === undefined || isExpected(banner, question)) {
    const output = `TCP ${timing} - ${fixed(seconds, 3)} second response time ` +
      `on ${hostname} port ${port}${shown && ` [${shown}]`}`;
    return { state: timing, output, perfdata };
  }
  // As in the plugin, this state replaces the state of the response time, even if this state is
  // better. Only CRITICAL is not replaced.
  const state = timing === "CRITICAL" ? timing : question.mismatch;
  const output = `TCP ${state} - Unexpected response from host/socket` +
    (shown ? `: ${shown}` : ` on ${hostname} port ${port}`);
  return { state, output, perfdata };
}
