/** A server in this process that sends given answers or misbehaves. */
import { encodePacket } from "../../src/protocol/encode_packet.ts";
import type { Packet, PacketInput } from "../../src/protocol/packet.ts";
import { readPacket } from "../../src/protocol/read_packet.ts";

/**
 * Handles one connection after its query was read. The server sends the result and then closes the
 * connection.
 */
export type Answer = (
  query: Packet,
  conn: Deno.TcpConn,
) => Uint8Array | undefined | Promise<Uint8Array | undefined>;

export interface FakeServer extends AsyncDisposable {
  port: number;
  /** The received queries. */
  queries: Packet[];
}

/** Starts a server on loopback. Each connection gets the next answer; the last answer repeats. */
export function fakeServer(...answers: Answer[]): FakeServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const queries: Packet[] = [];
  const open = new Set<Deno.TcpConn>();

  async function serve(conn: Deno.TcpConn): Promise<void> {
    open.add(conn);
    try {
      const query = await readPacket(conn, { expect: "query" });
      const answer = answers[Math.min(queries.push(query), answers.length) - 1]!;
      const bytes = await answer(query, conn);
      if (bytes !== undefined) await sendAll(conn, bytes);
    } finally {
      if (open.delete(conn)) conn.close();
    }
  }

  const served = (async () => {
    for await (const conn of listener) serve(conn).catch(() => {});
  })();
  return {
    port: (listener.addr as Deno.NetAddr).port,
    queries,
    async [Symbol.asyncDispose]() {
      listener.close();
      await served;
      for (const conn of open) {
        open.delete(conn);
        conn.close();
      }
    },
  };
}

/** Writes all bytes. */
export async function sendAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
}

/** Encodes a response; default: version 4. */
export function response(packet: Partial<PacketInput> = {}): Uint8Array {
  return encodePacket({ version: 4, type: "response", text: "OK - fine", ...packet });
}

/** Sends a response in the version of the query. */
export const sameVersion = (packet: Partial<PacketInput> = {}): Answer => (query) =>
  response({ version: query.version, ...packet });

/** Closes the connection without an answer. */
export const closes: Answer = () => undefined;

/** Sends nothing until the client closes the connection. */
export const silent: Answer = async (_query, conn) => {
  await conn.read(new Uint8Array(1));
  return undefined;
};

/** Returns a copy with other values at one index. */
export function patched(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
}
