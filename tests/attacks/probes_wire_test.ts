/** Unusual peers of a daemon with TLS: handshakes, records and packets that no usual client sends. */
import { assertEquals } from "@std/assert";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import { crc32 } from "../../src/protocol/crc32.ts";
import { decodePacket } from "../../src/protocol/decode_packet.ts";
import { encodePacket } from "../../src/protocol/encode_packet.ts";
import { askOnce } from "../asking.ts";
import { createProject } from "../project.ts";
import { serve } from "../serving.ts";
import { PATIENCE, within } from "../waiting.ts";

const encode = (text: string) => new TextEncoder().encode(text);

const packet = (text: string, version: 2 | 3 | 4 = 4) =>
  encodePacket({ version, type: "query", text: encode(text) });

/** Changes bytes of a packet and repairs its CRC. */
function changed(bytes: Uint8Array, change: (view: DataView) => void): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const view = new DataView(copy.buffer);
  change(view);
  view.setUint32(4, 0);
  view.setUint32(4, crc32(copy));
  return copy;
}

const joined = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const zeros = (count: number) => new Uint8Array(count);
const ok = packet("ok");

/** Packets that are sent through TLS, and the text of the answer; undefined for no answer. */
const packets: Record<string, [bytes: Uint8Array, answer?: string]> = {
  "end the packet early": [changed(ok.subarray(0, 1_033), () => {})],
  "count fewer bytes than it sends": [changed(ok, (view) => view.setInt32(12, 6))],
  "add padding of 2,000 bytes": [changed(joined(ok, zeros(2_000)), () => {})],
  "count one byte more than it sends": [changed(ok, (view) => view.setInt32(12, 1_021))],
  "count only the NUL": [changed(packet("", 4), (view) => view.setInt32(12, 1))],
  "hide the name behind a NUL": [packet("\0ok")],
  "mix the bytes of two versions": [changed(ok, (view) => view.setInt16(0, 0x0204))],
  "fill the padding": [changed(ok, (view) => view.setUint8(ok.length - 1, 0x41)), "fine"],
  "send a result with the query": [changed(ok, (view) => view.setInt16(8, 2)), "fine"],
  "include the alignment in the CRC": [changed(ok, (view) => view.setInt16(10, -1))],
  "send version 3": [packet("ok", 3), "fine"],
  "send version 2": [packet("ok", 2), "fine"],
  "fill the end of version 2": [
    changed(packet("ok", 2), (view) => view.setInt16(1034, -1)),
    "fine",
  ],
  "fill the text of version 2 without a NUL": [
    changed(packet("ok", 2), (view) => new Uint8Array(view.buffer).fill(0x6f, 10, 1034)),
    "NRPE: Command 'ooo",
  ],
  "send 5,000 separators": [packet(`ok${"!".repeat(5_000)}`), "fine"],
  "send separators before the name": [packet("!!!ok"), "fine"],
  "send arguments of blanks": [packet("ok! ! "), "Arguments are not accepted"],
  "ask with a blank after the name": [packet("ok "), "not defined"],
  "ask with a line break after the name": [packet("ok\n"), "not defined"],
  "ask in upper case": [packet("OK"), "not defined"],
  "ask for the version with arguments": [packet("_NRPE_CHECK!a!b"), "NRPE v"],
  "ask for the version in lower case": [packet("_nrpe_check"), "not defined"],
  "ask for hasOwnProperty": [packet("hasOwnProperty"), "not defined"],
  "ask for a name of 65,000 blanks": [packet(" ".repeat(65_000)), "not defined"],
  "add a second query": [joined(ok, packet("other")), "fine"],
  "add a handshake": [joined(ok, Uint8Array.of(0x16, 3, 3, 0, 1, 1)), "fine"],
  "send only NULs": [zeros(2_000)],
};

/** Handshakes of clients, which all are answered. */
const handshakes: Record<string, ConnectionOptions> = {
  "offer HTTP as protocol": { ALPNProtocols: ["h2", "http/1.1"] },
  "offer 50 unknown protocols": { ALPNProtocols: Array.from({ length: 50 }, (_, at) => `p${at}`) },
  "ask for another host": { servername: `${"x".repeat(60)}.example` },
  "ask for localhost": { servername: "localhost" },
  "use TLS 1.2": { maxVersion: "TLSv1.2" },
  "use TLS 1.3": { minVersion: "TLSv1.3" },
};

const record = (type: number, ...body: number[]) =>
  Uint8Array.of(type, 3, 3, body.length >> 8, body.length & 255, ...body);

/** Bytes of a peer that never finishes its handshake. */
const records: Record<string, Uint8Array> = {
  "3,000 warnings": joined(...Array.from({ length: 3_000 }, () => record(0x15, 1, 0))),
  "3,000 empty records": joined(...Array.from({ length: 3_000 }, () => record(0x16))),
  "3,000 changes of the cipher": joined(...Array.from({ length: 3_000 }, () => record(0x14, 1))),
  "data before the handshake": record(0x17, 1, 2, 3),
  "a heartbeat": record(0x18, 1, 0x40, 0),
  "a record of an unknown type": record(0x63, 1),
  "a hello in pieces of one byte": joined(...[1, 0, 0, 4, 3, 3, 0, 0].map((b) => record(0x16, b))),
  "a hello that promises 16 MB": record(0x16, 1, 0xff, 0xff, 0xff, 3, 3),
  "a hello of the server": record(0x16, 2, 0, 0, 2, 3, 3),
  "a hello of SSL 2": Uint8Array.of(0x80, 0x2e, 1, 0, 2, 0, 21, 0, 0, 0, 16, ...zeros(40)),
  "a fatal alert": record(0x15, 2, 40),
  "a query in plain text": ok,
  "the longest record": record(0x16, ...zeros(16_384)),
  "a too long record": Uint8Array.of(0x16, 3, 3, 0xff, 0xff, ...zeros(1_000)),
};

function open(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  return within(
    PATIENCE,
    "a handshake",
    new Promise((resolve, reject) => {
      const socket = connectTls({
        host: "127.0.0.1",
        port,
        rejectUnauthorized: false,
        ...options,
      }, () => resolve(socket)).once("error", reject);
    }),
  );
}

/** Sends bytes, and returns the text of the only answer; undefined without an answer. */
async function send(socket: TLSSocket, bytes: Uint8Array): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  const ended = new Promise<void>((resolve) => {
    socket.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    socket.on("error", () => resolve());
    socket.on("close", () => resolve());
  });
  socket.write(bytes);
  await within(PATIENCE, "the end of a connection", ended);
  const received = joined(...chunks);
  return received.length === 0 ? undefined : new TextDecoder().decode(decodePacket(received).text);
}

Deno.test("A daemon with TLS answers each unusual peer once or not at all, and serves others", async (t) => {
  await using project = await createProject("");
  const { folder } = project;
  await Deno.mkdir(`${folder}/state`, { mode: 0o700 });
  const agent = await project.write(
    "agent.ts",
    `export default { state: "${folder}/state", limits: { handshake: "2s", query: "2s" },
      commands: { ok: () => "fine", other: () => "other" } };\n`,
  );
  await using served = await serve(agent);
  const stands = async () => assertEquals(await askOnce(served, ["ok"], { tls: true }), "OK fine");
  for (const [attempt, options] of Object.entries(handshakes)) {
    await t.step(`A client may ${attempt}`, async () => {
      assertEquals(await send(await open(served.port, options), ok), "fine");
    });
  }
  await t.step("A client may resume its session", async () => {
    const first = await open(served.port, { maxVersion: "TLSv1.2" });
    const session = first.getSession();
    assertEquals(await send(first, ok), "fine");
    const options = { maxVersion: "TLSv1.2", session } as const;
    assertEquals(await send(await open(served.port, options), ok), "fine");
  });
  for (const [attempt, [bytes, answer]] of Object.entries(packets)) {
    await t.step(`It cannot ${attempt}`, async () => {
      const text = await send(await open(served.port), bytes);
      const expected = text !== undefined && answer !== undefined && text.includes(answer);
      assertEquals(expected ? answer : text, answer);
      await stands();
    });
  }
  await t.step("Peers that do not finish their handshakes delay no other", async () => {
    const peers: Deno.TcpConn[] = [];
    for (const bytes of Object.values(records)) {
      const peer = await Deno.connect({ hostname: "127.0.0.1", port: served.port });
      await peer.write(bytes).catch(() => {});
      peers.push(peer);
      await stands();
    }
    for (const peer of peers) peer.close();
    await stands();
  });
  await t.step("The log has one event a line", () => {
    const lines = served.log().trimEnd().split("\n");
    assertEquals(lines.filter((line) => !/^\d{4}-\S+Z (?:info|warning|error) /.test(line)), []);
  });
});
