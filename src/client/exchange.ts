import { connect, type ConnectOptions } from "../net/connect.ts";
import type { Connection } from "../net/connection.ts";
import { encodePacket } from "../protocol/encode_packet.ts";
import { maxTextLength, type Packet } from "../protocol/packet.ts";
import { ProtocolError } from "../protocol/protocol_error.ts";
import { readResponse } from "../protocol/read_response.ts";

/** A query and the server to send it to. */
export interface Exchange extends Omit<ConnectOptions, "signal"> {
  /** The text of the query packet. */
  query: Uint8Array;
  /** Version of the query packet. */
  version: 2 | 3 | 4;
  /** Length of the text buffer of version 2, in bytes; default: 1,024. */
  payloadSize?: number | undefined;
  /** Timeout for all steps in seconds, including a second attempt. */
  timeout: number;
  /** Aborts the query; the promise is then rejected with the reason of the signal. */
  signal?: AbortSignal | undefined;
}

/** The longest delay of a timer, in milliseconds: 24 days. */
const MAX_TIMER = 2 ** 31 - 1;

/**
 * Sends a query and returns the response. The response may have another version than the query:
 * NSClient++ runs the command of a version 4 query and answers with version 2. A response of several
 * packets is joined.
 *
 * If a server closes the connection without an answer, the query is sent again as version 2. The
 * server may not know the version, or may have another reason. After the first byte of a response,
 * the query is never sent again, so that no command runs twice because its response was lost.
 *
 * @param exchange the query and the server
 * @returns the response
 * @throws {RangeError} if the query does not fit the version
 * @throws {ConnectError} if the connection fails
 * @throws {ProtocolError} if the response is malformed or missing
 * @throws {DOMException} `TimeoutError` if the response does not arrive in time
 */
export async function ask(exchange: Exchange): Promise<Packet> {
  checkLength(exchange);
  const { hostname, timeout } = exchange;
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    const message = `No response from ${JSON.stringify(hostname)} within ${timeout} seconds`;
    deadline.abort(new DOMException(message, "TimeoutError"));
  }, Math.min(timeout * 1000, MAX_TIMER));
  const signal = exchange.signal
    ? AbortSignal.any([exchange.signal, deadline.signal])
    : deadline.signal;
  try {
    return await askOnce(exchange, signal);
  } catch (error) {
    const { version, query } = exchange;
    const closedAtOnce = error instanceof ProtocolError && error.received === 0;
    if (!closedAtOnce || version === 2 || query.length > maxTextLength(2)) throw error;
    return await askOnce({ ...exchange, version: 2 }, signal);
  } finally {
    clearTimeout(timer);
  }
}

async function askOnce(exchange: Exchange, signal: AbortSignal): Promise<Packet> {
  const { query: text, version, payloadSize, ...where } = exchange;
  const size = payloadSize === undefined ? {} : { payloadSize };
  const connection = await connect({ ...where, signal });
  const close = () => connection.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    await send(connection, encodePacket({ version, type: "query", text, ...size }));
    // A server that closes before it has read the whole query causes a reset.
    const source = { read: (buffer: Uint8Array) => connection.read(buffer).catch(endIfReset) };
    return await readResponse(source, size);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", close);
    connection.close();
  }
}

/**
 * Sends a packet with one write, so that it is one TLS record: nrpe up to 4.1.3 refuses a query in
 * two records.
 */
async function send(connection: Connection, packet: Uint8Array): Promise<void> {
  try {
    await connection.write(packet);
  } catch (error) {
    // The peer has closed the connection. Bytes that it sent before can still be read.
    endIfReset(error);
  }
}

function endIfReset(error: unknown): null {
  const { code } = error as { code?: unknown };
  const broken = code === "ECONNRESET" || code === "EPIPE" ||
    error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe;
  if (broken) return null;
  throw error;
}

/**
 * Refuses a query that does not fit: otherwise the query would be cut, and the server would run the
 * cut query.
 */
function checkLength({ query, version, payloadSize }: Exchange): void {
  const most = maxTextLength(version, payloadSize);
  if (query.length <= most) return;
  throw new RangeError(
    `Cannot send a query of ${query.length} bytes: expected at most ${most} for version ${version}`,
  );
}
