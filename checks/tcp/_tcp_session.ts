import {
  connect,
  type PeerCertificate,
  type ServiceAddress,
  type ServiceConnection,
  type ServiceOptions,
} from "../../src/mod.ts";
import { type CertificateDays, judgeCertificate } from "../_certificate.ts";
import { sleep } from "../_time_limit.ts";

/** What is said to a TCP service, and what is listened for. */
export interface TcpSession extends Pick<ServiceOptions, "tls"> {
  /** Where to connect. */
  address: ServiceAddress;
  /** Ends the session before anything is sent where the certificate does not last so long. */
  days?: CertificateDays | undefined;
  /** What is sent first. */
  send?: string | undefined;
  /** What is sent last. */
  quit?: string | undefined;
  /** Seconds between sending and reading; not counted as response time. */
  delay: number;
  /** What the answer must hold; nothing is read where it is left out. */
  expect?: readonly string[] | undefined;
  /** Whether it must hold all of that; one of it where not. */
  all: boolean;
  /** Reading ends once so many bytes are there. */
  maxbytes: number;
}

/** What was read from a TCP service. */
export interface TcpReading {
  /** What the peer said; undefined where nothing was listened for. */
  banner?: string | undefined;
  /** What the peer presented, where TLS was spoken. */
  certificate?: PeerCertificate | undefined;
  /** From the start of connecting to the end, in seconds, to the microsecond. */
  seconds: number;
}

/** How long more of an answer is waited for once some of it is there, in seconds. */
const IDLE = 2;

const encoder = new TextEncoder();

/**
 * Holds a session with a TCP service.
 *
 * @param session What to say and to listen for
 * @param signal Closes the connection when it aborts
 * @returns What was read
 * @throws {ConnectError} Where the connection can't be opened
 */
export async function readTcp(session: TcpSession, signal: AbortSignal): Promise<TcpReading> {
  const connection = await connect(session.address, { tls: session.tls, signal });
  try {
    const { certificate, startedAt } = connection;
    const lasts = session.days === undefined ||
      judgeCertificate(certificate, session.days, new Date()).state === "OK";
    const banner = lasts ? await talk(connection, session, signal) : undefined;
    const milliseconds = performance.now() - startedAt - (lasts ? session.delay * 1000 : 0);
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

/** Reads until what is expected is there, the peer ends or falls silent, or enough was read. */
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
  // Where silence wins, closing the connection ends this read, and nobody waits for it any more.
  reading.catch(() => {});
  try {
    return await Promise.race([reading, idle]);
  } finally {
    done.abort();
  }
}

/**
 * Whether an answer holds what is expected of it.
 *
 * @param banner What the peer said so far
 * @param session What is expected, and whether all of it
 * @returns True where it holds one of the texts, or all of them
 */
export function isExpected(
  banner: string,
  { expect = [], all }: Pick<TcpSession, "expect" | "all">,
): boolean {
  if (banner === "") return false;
  const holds = (text: string) => banner.includes(text);
  return all ? expect.every(holds) : expect.some(holds);
}

/**
 * Reads the escapes of `check_tcp -E`: `\n`, `\r`, `\t` and `\\`; a backslash before any other
 * character is left out.
 *
 * @param text For example `QUIT\r\n`, with backslashes
 * @returns The text with line breaks and tabs
 */
export function unescapeText(text: string): string {
  const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
  return text.replace(/\\(.)/gs, (_, character: string) => escapes[character] ?? character);
}
