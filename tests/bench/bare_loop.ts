/**
 * A loop over `Deno.listenTls` that reads one query and sends a fixed answer: the least that a daemon
 * on this runtime can do.
 *
 *   deno run --allow-net --allow-read tests/bench/bare_loop.ts PORT CERT KEY
 */
import { encodePacket } from "../../src/protocol/encode_packet.ts";

const [port, cert, key] = Deno.args as [string, string, string];
const answer = encodePacket({
  version: 4,
  type: "response",
  resultCode: 0,
  text: new TextEncoder().encode("OK: fine"),
});
const listener = Deno.listenTls({
  hostname: "127.0.0.1",
  port: Number(port),
  cert: await Deno.readTextFile(cert),
  key: await Deno.readTextFile(key),
});

async function serve(conn: Deno.TlsConn): Promise<void> {
  const buffer = new Uint8Array(2_048);
  await conn.read(buffer);
  await conn.write(answer);
  await conn.closeWrite();
  await conn.read(buffer);
  conn.close();
}

for await (const conn of listener) serve(conn).catch(() => conn.close());
