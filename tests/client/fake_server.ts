/** A server in this process that answers as it is told, or misbehaves. */
import { encodePacket } from "../../src/protocol/encode_packet.ts";
import type { Packet, PacketInput } from "../../src/protocol/packet.ts";
import { readPacket } from "../../src/protocol/read_packet.ts";

/** What to do with one connection, its query read; what is returned is sent, and then it closes. */
export type Answer = (
  query: Packet,
  conn: Deno.TcpConn,
) => Uint8Array | undefined | Promise<Uint8Array | undefined>;

export interface FakeServer extends AsyncDisposable {
  port: number;
  /** The queries so far. */
  queries: Packet[];
}

/** Serves on loopback: the first connection gets the first answer, and the last answer repeats. */
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

/** Writes all of it. */
export async function sendAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
}

/** A response, of version 4 unless told otherwise. */
export function response(packet: Partial<PacketInput> = {}): Uint8Array {
  return encodePacket({ version: 4, type: "response", text: "OK - fine", ...packet });
}

/** Answers in the version of the query. */
export const sameVersion = (packet: Partial<PacketInput> = {}): Answer => (query) =>
  response({ version: query.version, ...packet });

/** Closes without a word. */
export const closes: Answer = () => undefined;

/** Says nothing until the other side has gone. */
export const silent: Answer = async (_query, conn) => {
  await conn.read(new Uint8Array(1));
  return undefined;
};

/** The same bytes with others in one place. */
export function patched(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
}
