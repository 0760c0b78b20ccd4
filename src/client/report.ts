import { returnCode } from "../nagios/state.ts";
import { decodeText } from "../nagios/text.ts";
import { ConnectError } from "../net/connect_error.ts";
import type { Packet } from "../protocol/packet.ts";
import { ProtocolError } from "../protocol/protocol_error.ts";
import type { CheckNrpeOptions } from "./options.ts";

/** The output of a plugin. `encodeText()` converts the strings to the bytes to print, without loss. */
export interface ClientReport {
  /** Standard output, with a newline at its end. */
  readonly stdout: string;
  /** Standard error, with a newline at its end; may be empty. */
  readonly stderr: string;
  /** Exit code, 0 to 255. */
  readonly code: number;
}

/** The exit code of `check_nrpe` if the connection succeeded but the response is not valid. */
const UNKNOWN = returnCode("UNKNOWN");

/**
 * Reports a response: its text, and its result code unchanged, even if no state has that code.
 *
 * @param packet the response
 * @param options the options of the query
 * @returns the output and exit code of `check_nrpe` for this response
 */
export function reportResponse(packet: Packet, options: CheckNrpeOptions): ClientReport {
  const { version, text, resultCode } = packet;
  const nothing = version === 2 && text.length === 0;
  const line = nothing ? "CHECK_NRPE: No output returned from daemon." : decodeText(text);
  return report(options, [line], resultCode & 0xff);
}

/**
 * Reports a failure. The first line and the exit code are the same as from `check_nrpe` 4.1.0,
 * because people filter and search for them. More details follow as long output.
 *
 * @param error the thrown error
 * @param options the options of the query
 * @returns the output and the exit code
 */
export function reportFailure(error: unknown, options: CheckNrpeOptions): ClientReport {
  const { failureState, timeout } = options;
  if (error instanceof ConnectError) return reportNoConnection(error, options);
  if (error instanceof ProtocolError) return reportNoResponse(error, options);
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (name === "TimeoutError") {
    const line = `CHECK_NRPE STATE ${failureState}: Socket timeout after ${timeout} seconds.`;
    return report(options, [line], returnCode(failureState));
  }
  return report(options, [`CHECK_NRPE: ${message}`], UNKNOWN);
}

function reportNoConnection(error: ConnectError, options: CheckNrpeOptions): ClientReport {
  const { fault, reason, attempts } = error;
  const { host, port, bind, failureState } = options;
  const code = returnCode(failureState);
  const address = attempts.at(-1)?.address ?? host;
  const toHost = `connect to host ${host} port ${port}: ${reason}`;
  const tls = options.tls || undefined;
  switch (fault) {
    case "resolve":
      // The exit code is always 1, as in check_nrpe: -t and -u have no effect on it.
      return report(options, [], 1, [`Could not resolve hostname ${host}: ${reason}`]);
    case "bind":
      return report(options, [], code, [`bind: ${bind}: ${reason}`, toHost]);
    case "refused":
    case "unreachable": {
      const tries = attempts.map((attempt) =>
        `connect to address ${attempt.address} port ${port}: ${attempt.reason}`
      );
      return report(options, [], code, [...tries, toHost]);
    }
    case "ca":
      return report(
        options,
        [`Error: could not use CA certificate '${tls?.caFile}'.`, reason],
        code,
      );
    case "certificate": {
      const line = `Error: could not use certificate file '${tls?.certFile}'.`;
      return report(options, [line, reason], code);
    }
    case "key": {
      const line = `Error: could not use private key file '${tls?.keyFile}'.`;
      return report(options, [line, reason], code);
    }
    case "reset": {
      const line = `CHECK_NRPE: Error - Could not connect to ${address}: ${reason}`;
      const hint =
        "The server closed the connection before TLS began: it does not use TLS (try -n), " +
        "or refuses this host";
      return report(options, [line, hint], code);
    }
    case "handshake":
    case "untrusted": {
      const line =
        `CHECK_NRPE: (ssl_err != 5) Error - Could not complete SSL handshake with ${address}: 1`;
      return report(options, [line, sentence(reason)], code);
    }
  }
}

function reportNoResponse(error: ProtocolError, options: CheckNrpeOptions): ClientReport {
  const { fault, message, received = 0 } = error;
  const { host } = options;
  // In check_nrpe, the "4 expected" is the size of an unrelated variable. The text is kept, because
  // people search for it.
  const expected = `only ${received} bytes received (4 expected).`;
  const lines: string[] = {
    version: ["CHECK_NRPE: Invalid packet version received from server.", message],
    type: ["CHECK_NRPE: Invalid packet type received from server.", message],
    length: ["CHECK_NRPE: Response packet had invalid buffer size.", message],
    size: ["CHECK_NRPE: Response packet had invalid buffer size.", message],
    crc: ["CHECK_NRPE: Response packet had invalid CRC32.", message],
    truncated: received === 0
      ? [
        `CHECK_NRPE: Receive header underflow - ${expected}`,
        `CHECK_NRPE: Error - Could not connect to ${host}: Check system logs on ${host} (the ` +
        "server closed the connection without an answer: it may refuse this host, the arguments, " +
        "one of their characters, or the TLS settings)",
      ]
      : [`CHECK_NRPE: Receive ${received < 10 ? "header " : ""}underflow - ${expected}`, message],
    empty: [`CHECK_NRPE: ${message}`],
  }[fault];
  return report(options, lines, UNKNOWN);
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Makes a report. `own` are the client's own messages, which `-E` moves to standard output. */
function report(
  { notices, stderrToStdout }: CheckNrpeOptions,
  lines: readonly string[],
  code: number,
  own: readonly string[] = [],
): ClientReport {
  const out = [...notices, ...(stderrToStdout ? own : []), ...lines];
  const err = stderrToStdout ? [] : own;
  const print = (texts: readonly string[]) => texts.map((text) => `${text}\n`).join("");
  return { stdout: print(out), stderr: print(err), code };
}
