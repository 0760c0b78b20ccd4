/** Hostile queries: arguments that try to be code, undefined names, and too much data. */
import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { decodePacket } from "../../src/protocol/decode_packet.ts";
import { encodePacket } from "../../src/protocol/encode_packet.ts";
import { besiege, ignore, type Siege } from "./attacking.ts";
import { childrenOf, residentMemory } from "../processes.ts";
import { PATIENCE, within } from "../waiting.ts";

/** Sends a raw query. `check_nrpe` cannot send malformed ones. */
async function send(
  port: number,
  query: string | Uint8Array,
): Promise<{ code: number; text: string }> {
  const text = typeof query === "string" ? new TextEncoder().encode(query) : query;
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const packet = encodePacket({ version: 4, type: "query", text });
  for (let at = 0; at < packet.length;) at += await connection.write(packet.subarray(at));
  const chunks: number[] = [];
  const buffer = new Uint8Array(65_536);
  const read = () => within(PATIENCE, `an answer to ${text.length} bytes`, connection.read(buffer));
  for (let count; (count = await read()) !== null;) {
    chunks.push(...buffer.subarray(0, count));
  }
  const answer = decodePacket(Uint8Array.from(chunks));
  return { code: answer.resultCode, text: new TextDecoder().decode(answer.text) };
}

/** A file that exists if any of the commands was run. */
const mark = `/tmp/checkwright-attack-${crypto.randomUUID()}`;

const many = Array.from({ length: 40 }, (_, index) => `a${index + 1}`);

/** A query as sent, and the expected answer. */
const table: [attempt: string, query: string, code: number, answer: string | RegExp][] = [
  ["substitute a command", `words!$(touch ${mark})`, 0, `<$(touch><${mark})>`],
  ["substitute with backticks", "word!`id`", 0, "<`id` >"],
  ["expand a variable", "word!$HOME ${PATH} ~", 0, "<$HOME ${PATH} ~ >"],
  ["expand a glob", "words!/etc/* ?", 0, "</etc/*><?>"],
  ["chain commands", `word!x; id | id & id > ${mark}`, 0, `<x; id | id & id > ${mark} >`],
  ["break out of quotes", `word!x" 'y`, 0, `<x" 'y >`],
  ["break out by a newline", "word!x\nid", 0, "<x\nid >"],
  ["leave a quote open", "words!'open", 3, "quote ' is not closed"],
  ["hide text after a NUL", "word!a\0; id", 0, "<a >"],
  ["pass options to a plugin that takes arguments", "words!--version!-x", 0, "<--version><-x>"],
  ["name a macro in an argument", "word!$ARG2$!secret", 0, "<$ARG2$ >"],
  ["pass an argument many times", `words!${many.join("!")}`, 0, "<a1><a2>"],
  ["omit arguments", "words!!x", 0, "<x>"],
  ["send only exclamation marks", "words!!!!!!!!", 0, "<-->"],
  ["substitute a command in a shell", "lines!$(id)!`id`!; id", 0, "<$(id)><`id`><; id>"],
  ["break out of quotes in a shell", `lines!"; id; "!'; id; '`, 0, `<"; id; "><'; id; '>`],
  ["break out by a newline in a shell", "lines!x\nid", 0, "<x\nid>"],
  ["pass options to a shell", "lines!-c!id!--", 0, "<-c><id><-->"],
  [
    "pass arguments to a command that accepts none",
    "closed!$(id)",
    3,
    "Arguments are not accepted",
  ],
  [
    "widen a permission by an option",
    "reader!--path=/etc/passwd",
    3,
    'Permission refused: read "/etc/passwd" is not among',
  ],
  [
    "widen a permission by a positional argument",
    "reader!/etc/passwd",
    3,
    'Permission refused: read "/etc/passwd" is not among',
  ],
  [
    "widen a permission by a list",
    "reader!/etc/passwd,/etc",
    3,
    'Permission refused: read "/etc/passwd,/etc" is not among',
  ],
  ["declare a permission", "reader!--permissions=read", 3, 'Unknown option "permissions"'],
  ["pollute by an option", "reader!--__proto__=x", 3, 'Unknown option "__proto__"'],
  ["pollute by another option", "reader!constructor=x!--prototype.path=x", 3, "Unknown option"],
  ["ask for __proto__", "__proto__", 3, "NRPE: Command '__proto__' not defined"],
  ["ask for constructor", "constructor", 3, "NRPE: Command 'constructor' not defined"],
  ["ask for toString", "toString!x", 3, "NRPE: Command 'toString' not defined"],
  ["ask for a path", "../../bin/sh", 3, "NRPE: Command '../../bin/sh' not defined"],
  ["ask with escape sequences", "\x1b[2J\nFORGED\x07", 3, "not defined"],
  ["ask with marks that reverse the text direction", "\u202eko\u2066", 3, "not defined"],
];

Deno.test({
  name: "Data from the wire stays an argument and cannot run undefined commands",
  ignore,
  async fn(t) {
    await using siege = await besiege();
    for (const [attempt, query, code, answer] of table) {
      await t.step(`It cannot ${attempt}`, async () => {
        const asked = await send(siege.served.port, query);
        if (typeof answer === "string") assertStringIncludes(asked.text, answer);
        else assertMatch(asked.text, answer);
        assertEquals(asked.code, code, asked.text);
        await siege.stands();
      });
    }
    await t.step("Arguments from check_nrpe are handled in the same way", async () => {
      const asked = await siege.ask("lines", "-a", "$(id)", "`id`; rm x", "'", "a b");
      assertEquals(asked, { code: 0, text: "<$(id)><`id`; rm x><'><a b>\n" });
      const wide = await siege.ask("reader", "-a", "--path", "/etc/passwd");
      assertStringIncludes(wide.text, 'Permission refused: read "/etc/passwd"');
    });
    await t.step("It cannot overwhelm by length", () => lengths(siege));
    await t.step("It cannot overwhelm by bytes that are not UTF-8", () => bytes(siege));
    await t.step("It cannot overwhelm by 10,000 names", () => names(siege));
    await t.step("It forges no line of the log and creates no file", () => {
      const log = siege.served.log();
      assertEquals(log.split("\n").filter((line) => /^\W*FORGED/.test(line)), []);
      assertEquals(["\x1b", "\x07", "\u202e"].filter((one) => log.includes(one)), []);
      assertThrows(() => Deno.lstatSync(mark), Deno.errors.NotFound);
    });
  },
});

async function lengths(siege: Siege): Promise<void> {
  const { port } = siege.served;
  const before = siege.served.log().length;
  const name = await send(port, "n".repeat(65_000));
  assertEquals(name.code, 3);
  assertStringIncludes(name.text, "not defined");
  const option = await send(port, `reader!--${"o".repeat(65_000)}=x`);
  assertStringIncludes(option.text, "Unknown option");
  const value = await send(port, `reader!${"/v".repeat(32_000)}`);
  assertStringIncludes(value.text, "Invalid value of 64000 characters: expected at most 1024");
  const word = await send(port, `word!${"w".repeat(65_000)}`);
  assertEquals([word.code, word.text.length], [0, 65_003]);
  await siege.stands();
  assert(siege.served.log().length - before < 20_000, "The log grows with the data of a peer");
}

async function bytes(siege: Siege): Promise<void> {
  const { port } = siege.served;
  const encode = (text: string) => new TextEncoder().encode(text);
  const invalid = Uint8Array.of(0xff, 0xfe, 0x80, 0xc0, 0xaf, 0xed, 0xa0, 0x80);
  const name = await send(port, invalid);
  assertEquals(name.code, 3);
  assertStringIncludes(name.text, "not defined");
  const argument = await send(port, Uint8Array.of(...encode("word!"), ...invalid));
  assertEquals(argument.code, 3);
  assertStringIncludes(argument.text, "argument 2 is not UTF-8");
  const option = await send(port, Uint8Array.of(...encode("reader!--path="), ...invalid));
  assertEquals(option.code, 3);
  await siege.stands();
}

async function names(siege: Siege): Promise<void> {
  const { port } = siege.served;
  const memory = resident(siege);
  const before = siege.served.log().length;
  const names = Array.from({ length: 10_000 }, (_, index) => `name_${index}_${"x".repeat(64)}`);
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (let name; (name = names.pop()) !== undefined;) {
      assertEquals((await send(port, name)).code, 3);
    }
  }));
  await siege.stands();
  const lines = siege.served.log().slice(before);
  assert(lines.length < 10_000 * 400, `${lines.length} characters of log`);
  const grown = resident(siege) - memory;
  assert(grown < 64 * 1024, `The daemon grew by ${grown} KiB`);
}

/** Returns the resident memory of the daemon (the launcher's child) in KiB. */
function resident({ served }: Siege): number {
  return Math.max(...childrenOf(served.process.pid).map(({ pid }) => residentMemory(pid)));
}
