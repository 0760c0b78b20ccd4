/**
 * Sends queries to a daemon. `askOnce()` sends a query exactly once, so that a missing or second
 * answer is noticed. Our client would send the query again as version 2 if the server closes the
 * connection without an answer.
 */
import { sendQuery } from "../src/client/mod.ts";
import { connect } from "../src/net/connect.ts";
import { decodeText } from "../src/nagios/text.ts";
import { stateOf } from "../src/nagios/state.ts";
import { encodePacket } from "../src/protocol/encode_packet.ts";
import { readPacket } from "../src/protocol/read_packet.ts";
import type { Served } from "./serving.ts";
import { within } from "./waiting.ts";

/**
 * Sends a query in plain text with our client.
 *
 * @param served the daemon
 * @param command the command
 * @returns state and text, separated by a blank
 */
export async function ask({ port }: Pick<Served, "port">, command: string): Promise<string> {
  const host = "127.0.0.1";
  const { state, text } = await sendQuery({ host, port, command, tls: false, timeout: 40 });
  return `${state} ${text}`;
}

/** Options of {@linkcode askOnce}. */
export interface Asking {
  tls?: boolean;
  version?: 2 | 3 | 4;
  /** Timeout for the answer, in seconds. */
  timeout?: number;
  /** Returns the seconds since the query that do not count, for example a standstill of the host. */
  excused?: () => number;
}

/**
 * Sends one query.
 *
 * @param served the daemon
 * @param words the command and its arguments
 * @returns state and text, separated by a blank
 * @throws if the answer is missing or late, or if a second answer arrives
 */
export async function askOnce(
  { port }: Pick<Served, "port">,
  words: readonly string[],
  { tls = false, version = 4, timeout = 30, excused = () => 0 }: Asking = {},
): Promise<string> {
  const connection = await within(
    (timeout + 30) * 1000,
    `a connection for the query ${words.join(" ")}`,
    connect({ hostname: "127.0.0.1", port, tls: tls ? {} : false }),
  );
  let late = false;
  let granted = 0;
  const giveUp = () => {
    const more = excused() - granted;
    granted += more;
    if (more > 0) timer = setTimeout(giveUp, more * 1000);
    else {
      late = true;
      connection.close();
    }
  };
  let timer = setTimeout(giveUp, timeout * 1000);
  try {
    const text = new TextEncoder().encode(words.join("!"));
    await connection.write(encodePacket({ version, type: "query", text }));
    const packet = await readPacket(connection, { expect: "response" });
    // After a packet of version 3 or 4, three more bytes may follow.
    const rest = new Uint8Array(64);
    let more = 0;
    for (let count; (count = await connection.read(rest)) !== null;) more += count;
    if (more > 3) throw new Error(`Unexpected ${more} bytes after the answer`);
    return `${stateOf(packet.resultCode)} ${decodeText(packet.text)}`;
  } catch (error) {
    if (late) throw new Error(`No answer to ${words.join(" ")} within ${timeout} s`);
    throw error;
  } finally {
    clearTimeout(timer);
    connection.close();
  }
}
