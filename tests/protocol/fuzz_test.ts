import { assert, assertEquals } from "@std/assert";
import { decodePacket } from "../../src/protocol/decode_packet.ts";
import { encodePacket } from "../../src/protocol/encode_packet.ts";
import { crc32 } from "../../src/protocol/crc32.ts";
import type { Packet } from "../../src/protocol/packet.ts";
import { ProtocolError } from "../../src/protocol/protocol_error.ts";
import { parseQuery } from "../../src/protocol/parse_query.ts";
import { readPacket } from "../../src/protocol/read_packet.ts";
import { deal, decode } from "./bytes.ts";
import { vectors } from "./vectors.ts";

const CASES = 200_000;

/** Returns a generator of random numbers below 2^32; a seed repeats its sequence (SplitMix32). */
function generator(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % below;
  };
}

type Random = ReturnType<typeof generator>;

const small = vectors.map(({ bytes }) => bytes).filter(({ length }) => length > 0);
const large = ([2, 3, 4] as const).map((version) =>
  encodePacket({ version, type: "response", text: "ö".repeat(40_000) })
);

function pick(random: Random): Uint8Array {
  return random(200) === 0 ? large[random(large.length)]! : small[random(small.length)]!;
}

/**
 * Returns a random index. Half of the indexes are in the header, because most errors are found in
 * the header.
 */
function place(bytes: Uint8Array, random: Random): number {
  return random(random(2) === 0 ? Math.min(16, bytes.length) : bytes.length);
}

function splice(bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array {
  const end = Math.min(at + removed, bytes.length);
  const result = new Uint8Array(bytes.length - (end - at) + added.length);
  result.set(bytes.subarray(0, at));
  result.set(added, at);
  result.set(bytes.subarray(end), at + added.length);
  return result;
}

const lengths = [0, 1, 2, 3, 1017, 1020, 65535, 65536, 65537, 0x7fffffff, 0x80000000, 0xffffffff];

/** Ways to damage a packet; each may change `bytes` in place. */
const mutations: ((bytes: Uint8Array, random: Random) => Uint8Array)[] = [
  (bytes) => bytes,
  function flip(bytes, random) {
    bytes[place(bytes, random)]! ^= 1 << random(8);
    return bytes;
  },
  function overwrite(bytes, random) {
    bytes[place(bytes, random)] = random(256);
    return bytes;
  },
  (bytes, random) => bytes.subarray(0, random(bytes.length + 1)),
  function insert(bytes, random) {
    const noise = Uint8Array.from({ length: random(20) }, () => random(256));
    return splice(bytes, place(bytes, random), 0, noise);
  },
  (bytes, random) => splice(bytes, place(bytes, random), random(20), new Uint8Array()),
  function editLength(bytes, random) {
    if (bytes.length < 16) return bytes;
    const near = bytes.length - 16 + random(7) - 3;
    const length = random(2) === 0 ? near : lengths[random(lengths.length)]!;
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(12, length);
    return bytes;
  },
  function join(bytes, random) {
    const other = pick(random);
    return splice(bytes, place(bytes, random), bytes.length, other.subarray(random(other.length)));
  },
  function relabel(bytes, random) {
    bytes[1] = random(6);
    bytes[3] = random(4);
    return bytes;
  },
];

/** Corrects the CRC, so that the damage is not found by the CRC alone. */
function repair(bytes: Uint8Array, random: Random): void {
  if (bytes.length < 16) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(4, 0);
  if (bytes[1] !== 2) view.setUint16(10, 0);
  const length = bytes[1] === 2 ? 1036 : 16 + view.getUint32(12);
  const tail = new Uint8Array(bytes[1] === 3 || random(10) === 0 ? 3 : 0);
  if (length <= bytes.length) view.setUint32(4, crc32(tail, crc32(bytes, 0, 0, length)));
}

function mutate(random: Random): Uint8Array {
  let bytes: Uint8Array = pick(random).slice();
  for (let rounds = random(4); rounds > 0 && bytes.length > 0; rounds--) {
    bytes = mutations[random(mutations.length)]!(bytes, random);
  }
  if (random(3) > 0) repair(bytes, random);
  return bytes;
}

/** Returns the packet or the ProtocolError; other errors are thrown. */
function settle(outcome: () => Packet): Packet | ProtocolError {
  try {
    return outcome();
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
}

function compare(one: Packet | ProtocolError, other: Packet | ProtocolError): void {
  if (one instanceof ProtocolError || other instanceof ProtocolError) {
    assertEquals((one as ProtocolError).fault, (other as ProtocolError).fault);
    return;
  }
  assertEquals([one.version, one.type, one.resultCode, one.bufferLength], [
    ...[other.version, other.type, other.resultCode, other.bufferLength],
  ]);
  assertEquals(crc32(one.text), crc32(other.text));
}

async function examine(bytes: Uint8Array, random: Random): Promise<string> {
  const outcome = settle(() => decodePacket(bytes));
  const sizes = Array.from({ length: 1 + random(4) }, () => 1 + random(random(2) ? 2000 : 40));
  let reads = 0;
  const source = deal(bytes, sizes);
  const counted = { read: (buffer: Uint8Array) => (reads++, source.read(buffer)) };
  const read = await readPacket(counted).catch((error) =>
    settle(() => {
      throw error;
    })
  );
  assert(reads <= bytes.length + 1, `${reads} reads of ${bytes.length} bytes`);
  compare(outcome, read);
  if (outcome instanceof ProtocolError) return outcome.fault;
  compare(decodePacket(encodePacket(outcome)), outcome);
  try {
    parseQuery(decode(outcome.text));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return error.fault;
  }
  return "none";
}

// If a run fails, it reports a seed. FUZZ_SEED=n repeats that run, starting at the failed case.
Deno.test(
  `decodePacket() and readPacket() decode or refuse ${CASES} damaged packets in the same way`,
  {
    permissions: { env: ["FUZZ_SEED"] },
  },
  async () => {
    const first = Number(Deno.env.get("FUZZ_SEED") ?? Math.floor(Math.random() * 2 ** 31));
    const outcomes = new Map<string, number>();
    for (let seed = first; seed < first + CASES; seed++) {
      try {
        const random = generator(seed);
        const outcome = await examine(mutate(random), random);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      } catch (error) {
        throw new Error(`Replay with FUZZ_SEED=${seed}`, { cause: error });
      }
    }
    const expected = ["crc", "empty", "length", "none", "truncated", "type", "version"];
    assertEquals([...outcomes.keys()].sort(), expected, "each kind of result occurs");
    for (const [outcome, count] of outcomes) assert(count > CASES / 1000, `${outcome}: ${count}`);
  },
);
