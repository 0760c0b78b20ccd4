/** Hostile packets: wrong lengths, types and versions, parts of packets, half-closed connections. */
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { crc32 } from "../../src/protocol/crc32.ts";
import { encodePacket } from "../../src/protocol/encode_packet.ts";
import { readPacket } from "../../src/protocol/read_packet.ts";
import { askOnce } from "../asking.ts";
import { serve } from "../serving.ts";
import { within } from "../waiting.ts";

const agent = fileURLToPath(new URL("../fixtures/hostile_plugins_agent.ts", import.meta.url));
const version = "_NRPE_CHECK";
const answer = "NRPE v4.1.0";

const encode = (text: string) => new TextEncoder().encode(text);
const query = (packetVersion: 2 | 3 | 4, text = version) =>
  encodePacket({ version: packetVersion, type: "query", text: encode(text) });

/** Changes the header of a packet of version 4, and makes its CRC right again. */
function changed(change: (header: DataView) => void, text = version): Uint8Array {
  const bytes = query(4, text);
  const header = new DataView(bytes.buffer);
  change(header);
  header.setUint32(4, 0);
  header.setUint32(4, crc32(bytes));
  return bytes;
}

const type = (code: number) => changed((header) => header.setInt16(2, code));
const versioned = (code: number) => changed((header) => header.setInt16(0, code));
const length = (bytes: number) => changed((header) => header.setInt32(12, bytes));
const v4 = query(4);

interface Attempt {
  parts: Uint8Array[];
  /** Whether the client closes its direction after the last part. */
  half?: true;
  /** The beginning of the answer; without it, the connection is closed without an answer. */
  answer?: string;
}

const attempts: Record<string, Attempt> = {
  "close its direction after the query": { parts: [v4], half: true, answer },
  "close its direction in the header": { parts: [v4.subarray(0, 9)], half: true },
  "close its direction in the text": { parts: [query(2).subarray(0, 500)], half: true },
  "close its direction at once": { parts: [], half: true },
  "split the header": {
    parts: [v4.subarray(0, 1), v4.subarray(1, 2), v4.subarray(2, 16), v4.subarray(16)],
    answer,
  },
  "send two queries": { parts: [Uint8Array.of(...v4, ...v4)], answer },
  "send a second query of another version": { parts: [Uint8Array.of(...v4, ...query(2))], answer },
  "send a second query later": { parts: [v4, v4], answer },
  "send text after a NUL": { parts: [query(4, `${version}\0!x`)], answer },
  "send 60,000 bytes after a NUL": {
    parts: [query(4, `${version}\0${"x".repeat(60_000)}`)],
    answer,
  },
  "send a length of 0": { parts: [length(0)], half: true },
  "send a negative length": { parts: [length(-1)] },
  "send the smallest length": { parts: [length(-(2 ** 31))] },
  "send the largest length": { parts: [length(2 ** 31 - 1)] },
  "send a length above the limit": { parts: [length(65_537)] },
  "send a length above the data": { parts: [length(5_000)], half: true },
  "send a response": { parts: [type(2)] },
  "send a response that continues": { parts: [type(3)] },
  "send a type of 0": { parts: [type(0)] },
  "send a negative type": { parts: [type(-1)] },
  "send version 0": { parts: [versioned(0)] },
  "send version 1": { parts: [versioned(1)] },
  "send version 5": { parts: [versioned(5)] },
  "send a negative version": { parts: [versioned(-1)] },
  "send a version in the wrong order of bytes": { parts: [versioned(0x0400)] },
  "send a wrong CRC": { parts: [v4.with(4, v4[4]! ^ 1)] },
  "send a wrong CRC of version 3": { parts: [query(3).with(5, query(3)[5]! ^ 1)] },
  "send HTTP": { parts: [encode("GET / HTTP/1.1\r\nHost: a\r\n\r\n")] },
  "send a handshake of TLS": { parts: [Uint8Array.of(0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0)] },
  "send an alert of TLS": { parts: [Uint8Array.of(0x15, 3, 3, 0, 2, 2, 40)] },
  "send only an exclamation mark": { parts: [query(4, "!")] },
  "send an empty command": { parts: [query(4, "")] },
};

Deno.test("A hostile packet gets the right answer or none, and does not disturb others", async (t) => {
  await using served = await serve(agent, "--no-tls");
  for (const [attempt, { parts, half, answer }] of Object.entries(attempts)) {
    await t.step(`A client can ${attempt}`, async () => {
      const got = await send(served.port, parts, half);
      assertEquals(got?.slice(0, answer?.length), answer);
      assertEquals(
        (await askOnce(served, [version])).slice(0, 14),
        `OK ${answer ?? "NRPE v4.1.0"}`,
      );
    });
  }
  await t.step("500 resets after queries of plugins do not disturb others", async () => {
    for (let count = 0; count < 500; count++) {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: served.port });
      await connection.write(query(4, "plugin!a!b"));
      connection.close();
    }
    assertEquals(await askOnce(served, ["plugin", "a", "2"]), "OK a;2;");
  });
  await t.step("The log has one event a line", () => {
    const lines = served.log().trimEnd().split("\n");
    assertEquals(
      lines.filter((line) => !/^(?:\d{4}-\S+Z |checkwright: warning: )[\x20-\x7e…]*$/.test(line)),
      [],
    );
  });
});

async function send(
  port: number,
  parts: readonly Uint8Array[],
  half = false,
): Promise<string | undefined> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  for (const [at, part] of parts.entries()) {
    if (at > 0) await new Promise((go) => setTimeout(go, 20));
    // The daemon may have closed the connection after the first error.
    await connection.write(part).catch(() => {});
  }
  if (half) await connection.closeWrite();
  let received = 0;
  const source = {
    async read(buffer: Uint8Array) {
      const count = await connection.read(buffer).catch(() => null);
      received += count ?? 0;
      return count;
    },
  };
  const packet = await within(
    20_000,
    "the end of the connection",
    readPacket(source, { expect: "response" }).catch(() => undefined),
  );
  assertEquals(packet === undefined, received === 0);
  return packet && new TextDecoder().decode(packet.text);
}
