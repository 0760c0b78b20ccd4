import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { decodePacket } from "../../src/protocol/decode_packet.ts";
import { encodePacket } from "../../src/protocol/encode_packet.ts";
import type { Packet, PacketInput } from "../../src/protocol/packet.ts";
import { ProtocolError, type ProtocolFault } from "../../src/protocol/protocol_error.ts";
import { parseQuery, type Query } from "../../src/protocol/parse_query.ts";
import { readPacket } from "../../src/protocol/read_packet.ts";
import { deal, decode, encode, withCrc } from "./bytes.ts";
import { type Vector, vector, vectors } from "./vectors.ts";

const written = vectors.filter(({ bytes }) => bytes.length > 0);
const benign = written.filter(({ name }) => !name.startsWith("hostile"));
const hostile = written.filter(({ name, direction }) =>
  name.startsWith("hostile") && direction === "query"
);

function refusedAs(query: () => unknown): ProtocolFault {
  return assertThrows(query, ProtocolError).fault;
}

function answer(bytes: Uint8Array): Query {
  return parseQuery(decode(decodePacket(bytes, { expect: "query" }).text));
}

Deno.test("The file contains all recorded packets", { permissions: "none" }, () => {
  const counts = [vectors.length, written.length, benign.length, hostile.length];
  assertEquals(counts, [205, 193, 162, 26]);
  const silent = vectors.filter(({ bytes }) => bytes.length === 0);
  for (const { note } of silent) assertStringIncludes(note, "SERVER SENT NOTHING");
});

Deno.test("decodePacket() reads the packets of NRPE's programs", { permissions: "none" }, () => {
  for (const { name, version, direction, bytes } of benign) {
    const packet = decodePacket(bytes, { expect: direction });
    assertEquals([packet.version, packet.type], [version, direction], name);
  }
});

Deno.test("decodePacket() reads the text of a response that check_nrpe printed", {
  permissions: "none",
}, () => {
  const printed = benign.filter(({ stdout }) => stdout !== undefined);
  assertEquals(printed.length, 54);
  for (const { name, bytes, exit, stdout } of printed) {
    const packet = decodePacket(bytes);
    // For an empty text in version 2, check_nrpe prints its own message.
    const text = decode(packet.text) ||
      (packet.version === 2 ? "CHECK_NRPE: No output returned from daemon." : "");
    assertEquals([packet.resultCode, text + "\n"], [exit, stdout], name);
  }
});

Deno.test("parseQuery() reads the command and arguments that check_nrpe sent", {
  permissions: "none",
}, () => {
  const xs = "x".repeat(1500);
  const cases: [name: string, query: Query][] = [
    ["v4_simple", { command: "ok", args: [] }],
    ["v2_nrpe_check", { command: "_NRPE_CHECK", args: [] }],
    ["v4_args_a_b_c", { command: "args", args: ["a", "b", "c"] }],
    ["v3_s3.2.1_args_a_b_c", { command: "args", args: ["a", "b", "c"] }],
    ["v2_args_empty_collapsed", { command: "args", args: ["x"] }],
    ["v4_long_query", { command: "args", args: [xs] }],
    ["v2_long_query", { command: "args", args: [xs.slice(0, 1018)] }],
    ["v3_s3.2.1_long_query", { command: "args", args: [xs] }],
    ["v4_metachar_refused#1", { command: "ok;id", args: [] }],
    ["v4_bash_subst_refused#1", { command: "args", args: ["$(id)"] }],
  ];
  for (const [name, query] of cases) assertEquals(answer(vector(name, "query").bytes), query, name);
});

/** Replaces the last two bytes of a version 2 packet, which are random, by zeros. */
function withoutRandomBytes(bytes: Uint8Array): Uint8Array {
  return withCrc(Uint8Array.from(bytes).fill(0, 1034));
}

Deno.test("encodePacket() writes every recorded packet again, byte for byte", {
  permissions: "none",
}, () => {
  for (const { name, version, bytes } of benign) {
    const expected = version === 2 ? withoutRandomBytes(bytes) : bytes;
    assertEquals(encodePacket(decodePacket(bytes)), expected, name);
  }
});

Deno.test("encodePacket() uses the buffer length of NRPE's programs", {
  permissions: "none",
}, () => {
  const different: string[] = [];
  for (const { name, version, bytes } of benign) {
    if (version === 2) continue;
    const { bufferLength: _, ...packet }: Packet = decodePacket(bytes);
    const again = encodePacket(packet satisfies PacketInput);
    if (decode(again) !== decode(bytes)) different.push(name);
  }
  assertEquals(
    different,
    ["v3_s3.2.1_only_newline#1"],
    "only the empty buffer of NRPE 3, which is a bug, differs",
  );
});

/** The error of each hostile query that is refused. The others are answered. */
const refusals: Record<string, ProtocolFault> = {
  hostile_v2_bad_crc: "crc",
  hostile_v4_bad_crc: "crc",
  hostile_v2_type_0: "type",
  hostile_v4_type_0: "type",
  hostile_v2_type_2: "type",
  hostile_v4_type_2: "type",
  hostile_v2_type_3: "type",
  hostile_v4_type_3: "type",
  hostile_version_0: "version",
  hostile_version_1: "version",
  hostile_version_5: "version",
  hostile_v4_alignment_nonzero_crc_includes_it: "crc",
  hostile_v4_buffer_length_0: "empty",
  hostile_v4_buffer_length_65537_claimed: "length",
  hostile_v4_buffer_length_max: "length",
  hostile_v4_buffer_length_minus1: "length",
  hostile_v4_empty_query: "empty",
  hostile_v2_empty_query: "empty",
  hostile_v2_truncated_1034_then_FIN: "truncated",
  hostile_v4_truncated_17_then_FIN: "truncated",
};

Deno.test("decodePacket() refuses each hostile query with the expected error", {
  permissions: "none",
}, async () => {
  for (const [name, fault] of Object.entries(refusals)) {
    const { bytes } = vector(name, "query");
    assertEquals(refusedAs(() => answer(bytes)), fault, name);
    if (fault === "empty") continue;
    const error = await readPacket(deal(bytes, [7]), { expect: "query" }).catch((error) => error);
    assert(error instanceof ProtocolError, name);
    assertEquals(error.fault, fault, name);
  }
});

Deno.test("Unusual queries that NRPE answers are answered, also in version 3", {
  permissions: "none",
}, () => {
  const answered = hostile.filter(({ name }) => !(name in refusals));
  assertEquals(answered.length + Object.keys(refusals).length, hostile.length);
  const byNrpe = ({ name }: Vector) => vectors.filter((one) => one.name === name).length === 2;
  assertEquals(answered.filter((one) => !byNrpe(one)).map(({ name }) => name), [
    "hostile_v3_wellformed",
  ]);
  for (const { name, bytes } of answered) {
    assertEquals(answer(bytes), { command: "ok", args: [] }, name);
  }
});

Deno.test("Bytes that are not UTF-8 are kept", { permissions: "none" }, () => {
  for (const name of ["v2_latin1_bytes", "v4_latin1_bytes"]) {
    const { text } = decodePacket(vector(name, "response").bytes);
    assertEquals(text, Uint8Array.of(...encode("caf"), 0xe9, 0x20, 0xff, 0xfe), name);
  }
});
