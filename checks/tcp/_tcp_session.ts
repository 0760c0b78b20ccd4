import {
  connect,
  type PeerCertificate,
  type ServiceAddress,
  type ServiceConnection,
  type ServiceOptions,
} from "../../src/mod.ts";
import { type CertificateDays, judgeCertificate } from "../_certificate.ts";
import { sleep } from "../_time_limit.ts";

/** The data to send to a TCP service, and the response to read. */
export interface TcpSession extends Pick<ServiceOptions, "tls"> {
  /** The address to connect to. */
  address: ServiceAddress;
  /** Nothing is sent if the certificate expires within this many days. */
  days?: CertificateDays | undefined;
  /** Data to send first. */
  send?: string | undefined;
  /** Data to send last. */
  quit?: string | undefined;
  /** The delay between sending and reading, in seconds; it is not part of the response time. */
  delay: number;
  /** The strings that the response must contain; undefined: nothing is read. */
  expect?: readonly string[] | undefined;
  /** Whether the response must contain all of these strings, not only one. */
  all: boolean;
  /** Reading ends after this many bytes. */
  maxbytes: number;
}

/** The response of a TCP service. */
export interface TcpReading {
  /** The data from the peer; undefined if nothing was read. */
  banner?: string | undefined;
  /** The certificate of the peer; undefined without TLS. */
  certificate?: PeerCertificate | undefined;
  /** The duration of the whole session in seconds, with microseconds. */
  seconds: number;
}

/** After the first data, reading ends if no further data arrives for this many seconds. */
const IDLE = 2;

const encoder = new TextEncoder();

/**
 * Connects to a TCP service, sends data and reads the response.
 *
 * @param session the data to send and the response to read
 * @param signal closes the connection when it aborts
 * @returns the response
 * @throws {ConnectError} if the connection fails
 */
export async function readTcp(session: TcpSession, signal: AbortSignal): Promise<TcpReading> {
  const connection = await connect(session.address, { tls: session.tls, signal });
  try {
    const { certificate, startedAt } = connection;
    const valid = session.days === undefined ||
      judgeCertificate(certificate, session.days, new Date()).state === "OK";
    const banner = valid ? await talk(connection, session, signal) : undefined;
    const milliseconds = performance.now() - startedAt - (valid ? session.delay * 1000 : 0);
    return { banner, certificate, seconds: Math.round(milliseconds * 1000) / 1e6 };
  } finally {
    connection.close();
  }
}

async function talk(
  connection: ServiceConnection,
  session: TcpSession,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (session.send !== undefined) await connection.write(encoder.encode(session.send));
  if (session.delay > 0) await sleep(session.delay, signal);
  const banner = session.expect && await readBanner(connection, session, signal);
  if (session.quit !== undefined) await connection.write(encoder.encode(session.quit));
  return banner;
}

/**
 * Reads until the expected strings have arrived, the peer closes or is silent, or `maxbytes` is
 * reached.
 */
async function readBanner(
  connection: ServiceConnection,
  session: TcpSession,
  signal: AbortSignal,
): Promise<string> {
  const decoder = new TextDecoder();
  let banner = "";
  let length = 0;
  while (length < session.maxbytes && !isExpected(banner, session)) {
    const chunk = await (length === 0 ? connection.read() : readUnlessIdle(connection, signal));
    if (chunk === null) break;
    length += chunk.length;
    banner += decoder.decode(chunk, { stream: true });
  }
  return banner + decoder.decode();
}

async function readUnlessIdle(
  connection: ServiceConnection,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  const done = new AbortController();
  const idle = sleep(IDLE, AbortSignal.any([signal, done.signal])).then(() => null);
  idle.catch(() => {});
  const reading = connection.read();
  // If the wait ends first, this read fails later, when the connection is closed. That error is
  // ignored.
  reading.catch(() => {});
  try {
    return await Promise.race([reading, idle]);
  } finally {
    done.abort();
  }
}

/**
 * Returns whether a response contains the expected strings.
 *
 * @param banner the response so far
 * @param session the expected strings, and whether all are required
 * @returns true if the response contains one of the strings, or all of them if required
 */
export function isExpected(
  banner: string,
  { expect = [], all }: Pick<TcpSession, "expect" | "all">,
): boolean {
  if (banner === "") return false;
  const contains = (text: string) => banner.includes(text);
  return all ? expect.every(contains) : expect.some(contains);
}

/**
 * Replaces the escapes of `check_tcp -E`: `\n`, `\r`, `\t` and `\\`. A backslash before another
 * character is removed.
 *
 * @param text for example `QUIT\r\n`, with backslashes
 * @returns the text with line breaks and tabs
 */
export function unescapeText(text: string): string {
  const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
  return text.replace(/\\(.)/gs, (_, character: string) => escapes[character] ?? character);
}
