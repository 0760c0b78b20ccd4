import { connect, type ConnectOptions } from "../net/connect.ts";
import type { Connection } from "../net/connection.ts";
import { encodePacket } from "../protocol/encode_packet.ts";
import { maxTextLength, type Packet } from "../protocol/packet.ts";
import { ProtocolError } from "../protocol/protocol_error.ts";
import { readPacket } from "../protocol/read_packet.ts";

/** A question and where to ask it. */
export interface Exchange extends Omit<ConnectOptions, "signal"> {
  /** The text of the query packet. */
  query: Uint8Array;
  /** Version to ask in. */
  version: 2 | 3 | 4;
  /** Bytes of the text buffer of version 2; 1,024 if left out. */
  payloadSize?: number | undefined;
  /** Seconds for everything, a second attempt included. */
  timeout: number;
  /** Ends it; the promise is then rejected with the reason of the signal. */
  signal?: AbortSignal | undefined;
}

/** The longest time that a timer can be set to, in milliseconds: 24 days. */
const MAX_TIMER = 2 ** 31 - 1;

/**
 * Asks one host one question. The response may be of any version: NSClient++ answers version 4 with
 * version 2, and has run the command.
 *
 * A server that does not know the version of a query closes without a word, but so does one that
 * refuses it for other reasons. Only then, never after the first byte of a response, is the question
 * asked again in version 2, so that no command runs twice because its response got lost.
 *
 * @param exchange the question
 * @returns the response
 * @throws {RangeError} if the query does not fit the version
 * @throws {ConnectError} if there is no connection
 * @throws {ProtocolError} if the response is none
 * @throws {DOMException} `TimeoutError` if there is no response in time
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
    // A reset is how a server closes that has not read all of a query.
    const source = { read: (buffer: Uint8Array) => connection.read(buffer).catch(endIfReset) };
    return await readPacket(source, { expect: "response", ...size });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", close);
    connection.close();
  }
}

/** One write, hence one TLS record: servers up to 4.1.3 refuse a packet in two. */
async function send(connection: Connection, packet: Uint8Array): Promise<void> {
  try {
    await connection.write(packet);
  } catch (error) {
    // The peer has closed already; what it said before that is still to be read.
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

/** What does not fit would be cut by the protocol, and the cut query be run. */
function checkLength({ query, version, payloadSize }: Exchange): void {
  const most = maxTextLength(version, payloadSize);
  if (query.length <= most) return;
  throw new RangeError(
    `Cannot send a query of ${query.length} bytes: version ${version} carries ${most}`,
  );
}
