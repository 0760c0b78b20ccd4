/**
 * Asks a daemon once, and never again: unlike our client, which asks anew in version 2 where a
 * server closes without a word, this shows every answer that is lost or given twice.
 */
import { connect } from "../src/net/connect.ts";
import { decodeText } from "../src/nagios/text.ts";
import { stateOf } from "../src/nagios/state.ts";
import { encodePacket } from "../src/protocol/encode_packet.ts";
import { readPacket } from "../src/protocol/read_packet.ts";
import type { Served } from "./serving.ts";
import { within } from "./waiting.ts";

/** How to ask. */
export interface Asking {
  tls?: boolean;
  version?: 2 | 3 | 4;
  /** Seconds to wait for the answer. */
  timeout?: number;
  /** Seconds that do not count, of those that have passed since it was asked. */
  excused?: () => number;
}

/**
 * Asks one question.
 *
 * @param served whom
 * @param words the command and its arguments
 * @returns state and text, a blank between them
 * @throws where there is no answer in time, or more than one
 */
export async function askOnce(
  { port }: Pick<Served, "port">,
  words: readonly string[],
  { tls = false, version = 4, timeout = 30, excused = () => 0 }: Asking = {},
): Promise<string> {
  const connection = await within(
    (timeout + 30) * 1000,
    `a connection to ask for ${words.join(" ")}`,
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
    // Versions 3 and 4 may be followed by three bytes that are no part of the packet.
    const rest = new Uint8Array(64);
    let more = 0;
    for (let count; (count = await connection.read(rest)) !== null;) more += count;
    if (more > 3) throw new Error(`${more} bytes behind the answer`);
    return `${stateOf(packet.resultCode)} ${decodeText(packet.text)}`;
  } catch (error) {
    if (late) throw new Error(`No answer to ${words.join(" ")} within ${timeout} s`);
    throw error;
  } finally {
    clearTimeout(timer);
    connection.close();
  }
}
