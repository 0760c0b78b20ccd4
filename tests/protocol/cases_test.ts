import { assert, assertEquals, assertThrows, fail } from "@std/assert";
import { decodePacket } from "../../src/protocol/decode_packet.ts";
import { encodePacket } from "../../src/protocol/encode_packet.ts";
import {
  MAX_BUFFER_LENGTH,
  MIN_QUERY_LENGTH,
  type PacketVersion,
  TYPE_CODES,
  V2_PAYLOAD_SIZE,
  v2Length,
} from "../../src/protocol/packet.ts";
import { ProtocolError, type ProtocolFault } from "../../src/protocol/protocol_error.ts";
import {
  findMetachar,
  MAX_ARGUMENTS,
  parseQuery,
  VERSION_COMMAND,
} from "../../src/protocol/parse_query.ts";
import { readPacket } from "../../src/protocol/read_packet.ts";
import { casesIgnored, readCases } from "../cases.ts";
import { concat, deal, decode, encode } from "./bytes.ts";

interface Row {
  name: string;
  kind: string;
  source: string;
  request?: string;
  packet_base64?: string;
  request_base64?: string;
  input?: string | { version: PacketVersion; type: "query"; command: string };
  expected: Record<string, unknown>;
}

interface MacroRow {
  system: string;
  request?: string;
  args?: string[];
  rejected?: boolean;
  results_by_version?: Record<string, { rejected?: boolean }>;
}

/** Kinds of rows about programs and not about packets. The tests of those programs read them. */
const elsewhere = ["check_nrpe-cli", "server-cli"];

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

function answer(bytes: Uint8Array) {
  const packet = decodePacket(bytes, { expect: "query" });
  return { ...packet, ...parseQuery(decode(packet.text)) };
}

const checks: Record<string, (row: Row) => void | Promise<void>> = {
  "encode-request"({ name, input, packet_base64 }) {
    assert(typeof input === "object");
    const expected = bytesOf(packet_base64!);
    const bufferLength = encode(input.command).length + 1;
    const packet = { version: input.version, type: input.type, text: input.command, bufferLength };
    assertEquals(encodePacket(packet), expected, name);
    assertEquals(decode(decodePacket(expected).text), input.command, name);
  },
  "decode-request"({ name, packet_base64, expected }) {
    const { version, type, command, args } = answer(bytesOf(packet_base64!));
    assertEquals([version, type, command, args], [
      ...[expected.version, "query", expected.command, expected.args],
    ], name);
  },
  async "server-wire"({ name, request_base64, expected }) {
    if (request_base64 === undefined) return;
    const bytes = bytesOf(request_base64);
    const query = readPacket(deal(bytes, [1]), { expect: "query" })
      .then(({ text }) => parseQuery(decode(text)));
    const outcome = await query.catch((error: Error) => error);
    assertEquals(outcome instanceof ProtocolError, expected.reply === false, name);
  },
  command({ name, request, expected }) {
    const undefinedName = /^NRPE: Command '(.*)' not defined$/.exec(String(expected.text))?.[1];
    assertEquals(parseQuery(request!), { command: undefinedName ?? request!, args: [] }, name);
  },
  "nasty-metachar"({ name, request, expected }) {
    const nasty = findMetachar(request!);
    assertEquals(nasty !== undefined, expected.passes_filter !== true, name);
    if (nasty !== undefined) assertEquals(parseQuery(request!).args[0], `a${nasty}b`, name);
  },
  constant({ expected }) {
    const n = (bytes: Uint8Array) => bytes.length - decodePacket(bytes).bufferLength!;
    const length = (version: 3 | 4) => n(encodePacket({ version, type: "response", text: "OK" }));
    assertEquals(TYPE_CODES, {
      query: expected.query_type as number,
      response: expected.response_type as number,
    });
    assertEquals([
      ...[V2_PAYLOAD_SIZE, v2Length(V2_PAYLOAD_SIZE), MIN_QUERY_LENGTH, MAX_BUFFER_LENGTH],
      ...[MAX_ARGUMENTS, VERSION_COMMAND],
      ...[`${length(3)} + buffer_length`, `${length(4)} + buffer_length`],
    ], [
      ...[expected.max_v2_buffer, expected.v2_packet_length, expected.v2_packet_length],
      ...[expected.max_buffer_length, expected.max_command_arguments, expected.hello_command],
      ...[expected.v3_packet_length, expected.v4_packet_length],
    ]);
  },
  async "library-behaviour"({ name }) {
    const check = behaviours[name] ?? fail(`Missing test for the behaviour "${name}"`);
    await check();
  },
};

const v2 = (text: string, type: "query" | "response" = "response", resultCode = 0) =>
  encodePacket({ version: 2, type, text, resultCode });

function refused(bytes: Uint8Array, fault: ProtocolFault, expect?: "query" | "response"): void {
  const options = expect === undefined ? {} : { expect };
  assertEquals(assertThrows(() => decodePacket(bytes, options), ProtocolError).fault, fault);
}

function madeRequest(version: PacketVersion, command: string): void {
  const packet = decodePacket(encodePacket({ version, type: "query", text: command }));
  assertEquals([packet.type, packet.version, decode(packet.text)], ["query", version, command]);
}

/** Tests of other implementations, as far as they are about packets. */
const behaviours: Record<string, () => void | Promise<void>> = {
  // The original test uses sockets and timers. This one tests only the empty text.
  "TestClientServer (exporter)": () => assertEquals(decodePacket(v2("")).text.length, 0),
  "TestClientServerTimeoutServer": () => {},
  "TestClientServer": () => {
    const { command, args } = parseQuery("check_something!1!2");
    assertEquals(`CMD=${command} ARGS=${args.join(",")}`, "CMD=check_something ARGS=1,2");
  },
  "TestClientVerifyTypeError": () => refused(v2("x", "query"), "type", "response"),
  "TestPacketTruncation": () => {
    const { text } = decodePacket(v2("x".repeat(2048)));
    assertEquals(decode(text), "x".repeat(1023));
  },
  // NSClient++ throws. NRPE cuts the text, and so do we.
  "V2PayloadTooLargeThrows": () => {
    const bytes = encodePacket({
      version: 2,
      type: "query",
      text: "x".repeat(15),
      payloadSize: 10,
    });
    assertEquals(decode(decodePacket(bytes, { payloadSize: 10 }).text), "x".repeat(9));
  },
  "MakeRequestV2": () => madeRequest(2, "check_cpu"),
  "MakeRequestV4": () => madeRequest(4, "check_mem"),
  "DigestPartialThenRest": async () => {
    refused(v2("split").subarray(0, 518), "truncated");
    assertEquals(decode((await readPacket(deal(v2("split"), [518]))).text), "split");
  },
  "DigestRejectsNegativeBufferLength": () => {
    refused(Uint8Array.of(0, 3, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255), "length");
  },
  "DigestConsumesExactBuffer": async () => {
    const source = deal(v2("all"));
    await readPacket(source);
    assertEquals(await source.read(new Uint8Array(1)), null);
  },
  "ParseMultipleSequentialPackets": async () => {
    const source = deal(concat(v2("first"), v2("second")), [1036]);
    const texts = [await readPacket(source), await readPacket(source)].map(({ text }) => text);
    assertEquals(texts.map(decode), ["first", "second"]);
  },
  // The reader keeps no state between packets, so a broken packet cannot affect the next one.
  "ResetClearsState": async () => {
    await readPacket(deal(v2("first").subarray(0, 100))).catch(() => {});
    const packet = await readPacket(deal(v2("second", "response", 1)));
    assertEquals([decode(packet.text), packet.resultCode], ["second", 1]);
  },
  "V2EmptyPayload": () => assertEquals(decode(decodePacket(v2("")).text), ""),
  "V2WrongLengthThrows": () => refused(v2("OK").subarray(0, -10), "truncated"),
  "V2SerializeDeserialize": () => {
    assertEquals(v2("OK").length, 1036);
    assertEquals(decode(decodePacket(v2("OK")).text), "OK");
  },
  "V2CorruptCrcThrows": () => {
    const bytes = v2("OK");
    bytes[4]! ^= 0xff;
    refused(bytes, "crc");
  },
  "UnknownResponse": () => {
    const packet = decodePacket(v2("something broke", "response", 3));
    assertEquals([packet.type, packet.version, packet.resultCode], ["response", 2, 3]);
  },
};

const options = { permissions: { read: true }, ignore: casesIgnored } as const;

Deno.test("Packets conform to every row of nrpe_protocol.json", options, async () => {
  const rows = readCases<Row>("nrpe_protocol");
  let seen = 0;
  for (const row of rows) {
    if (!elsewhere.includes(row.kind)) {
      const check = checks[row.kind] ?? fail(`Missing test for rows of kind "${row.kind}"`);
      await check(row);
    }
    seen++;
  }
  assert(rows.length >= 64);
  assertEquals(seen, rows.length);
});

Deno.test("Every request of macros.json is split or refused as in NRPE", options, () => {
  const rows = readCases<MacroRow>("macros").filter(({ request }) => request !== undefined);
  assert(rows.length > 0);
  for (const { request, args, rejected, results_by_version } of rows) {
    const refusing = rejected ?? results_by_version?.["4.1.0/v4"]?.rejected ?? false;
    assertEquals(findMetachar(request!) !== undefined, refusing, request);
    if (args !== undefined) assertEquals(parseQuery(request!).args, args, request);
  }
});
