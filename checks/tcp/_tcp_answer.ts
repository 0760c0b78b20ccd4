import {
  type CheckResult,
  type ConnectError,
  evaluate,
  type Perfdata,
  type Range,
  type State,
} from "../../src/mod.ts";
import { type CertificateDays, judgeCertificate } from "../_certificate.ts";
import { fixed } from "../_fixed.ts";
import { printable } from "../_printable.ts";
import { presentTlsFailure } from "../_tls_failure.ts";
import { isExpected, type TcpReading } from "./_tcp_session.ts";

/** What is judged of a TCP service. */
export interface TcpQuestion {
  /** The host as it was asked for. */
  hostname: string;
  /** The port. */
  port: number;
  /** Thresholds of the response time in seconds. */
  warning?: Range | undefined;
  /** Thresholds of the response time in seconds. */
  critical?: Range | undefined;
  /** The time limit in seconds, the most that the response time can be. */
  timeout: number;
  /** What the answer must hold. */
  expect?: readonly string[] | undefined;
  /** Whether it must hold all of that. */
  all: boolean;
  /** Whether what the service said is hidden. */
  jail: boolean;
  /** The state where the answer is another. */
  mismatch: State;
  /** The state where the connection is refused. */
  refuse: State;
  /** How long the certificate must last. */
  days?: CertificateDays | undefined;
}

/**
 * Says what was found of a TCP service, in the words of `check_tcp`.
 *
 * @param reading What was read
 * @param question What is judged
 * @param now The time it is, for the certificate
 * @returns The result
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
 * Says why a TCP service could not be reached, in the words of `check_tcp`.
 *
 * @param error What connecting failed with
 * @param question What is judged
 * @returns The result, without perfdata
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
  const perfdata: Perfdata[] = [{
    label: "time",
    value: seconds,
    uom: "s",
    ...(warning && { warning }),
    ...(critical && { critical }),
    min: 0,
    max: timeout,
  }];
  const timing = evaluate(perfdata);
  const said = jail ? "" : printable(banner ?? "");
  if (banner === undefined || isExpected(banner, question)) {
    const output = `TCP ${timing} - ${fixed(seconds, 3)} second response time ` +
      `on ${hostname} port ${port}${said && ` [${said}]`}`;
    return { state: timing, output, perfdata };
  }
  // What the plugin does: the answer's state stands in for that of the time, be it better.
  const state = timing === "CRITICAL" ? timing : question.mismatch;
  const output = `TCP ${state} - Unexpected response from host/socket` +
    (said ? `: ${said}` : ` on ${hostname} port ${port}`);
  return { state, output, perfdata };
}
