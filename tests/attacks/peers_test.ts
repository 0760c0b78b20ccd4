/** Hostile clients: values that take long to read, and arguments that could mix up answers. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { createHandler } from "../../src/daemon/handler.ts";
import { describeAgent } from "../../src/agent/describe_agent.ts";
import { readResponse } from "../../src/protocol/read_response.ts";
import { encodePacket } from "../../src/protocol/encode_packet.ts";
import { ProtocolError } from "../../src/protocol/protocol_error.ts";
import { ok } from "../../src/mod.ts";
import { askOnce } from "../asking.ts";
import { serve, type Served } from "../serving.ts";

const agent = fileURLToPath(new URL("../fixtures/peers_agent.ts", import.meta.url));

/** The length of a value that fits into one query. */
const long = 60_000;

const repeat = (text: string) => text.repeat(long / text.length);

/** Values that a parser could read in many ways. */
const values: Record<string, string> = {
  "digits and a letter": `${repeat("1")}x`,
  "digits": repeat("1"),
  "digits and a dot": `${repeat("1")}.`,
  "digits around a dot, and a letter": `${repeat("1").slice(1)}.${"1".repeat(5_000)}x`.slice(-long),
  "zeros and a sign": `${repeat("0")}-`,
  "dots": repeat("."),
  "signs": repeat("+-"),
  "blanks and a digit": `${repeat(" ")}1`,
  "a digit, blanks and a letter": `1${repeat(" ")}x`,
  "digits of an exponent": `1e${repeat("9")}x`,
  "exponents": repeat("1e"),
  "colons": repeat(":"),
  "ranges": repeat("@1:2,"),
  "commas": repeat(","),
  "percents": repeat("%"),
  "units": repeat("1h1m1s"),
  "units without numbers": repeat("ms"),
  "letters": repeat("a"),
  "words and a digit": `${repeat("a-")}1`,
  "quotes": repeat("'\""),
  "backslashes": repeat("\\"),
  "equals signs": repeat("="),
  "dashes": repeat("-"),
  "digits of another alphabet": repeat("\u0661").slice(0, long / 2),
  "byte order marks": repeat("\ufeff").slice(0, long / 3),
  "line breaks": repeat("\n"),
  "control characters": repeat("\x01"),
};

const kinds = [
  ...["number", "integer", "percent", "bytes", "duration", "range", "ranges", "text", "pattern"],
  ...["choice", "flag", "list", "path", "limit"],
];

/** Whole lines of arguments, and the beginning of the answer. */
const lines: [attempt: string, words: string[], answer: string | RegExp][] = [
  ["32,000 arguments of a shell line", ["count", ...repeat("x").slice(0, 29_000)], "OK 29000 x x"],
  ["20,000 unknown options", ["kinds", ...Array(20_000).fill("-x")], 'UNKNOWN Unknown option "x"'],
  ["unknown long options", ["kinds", ...Array(12_000).fill("--no")], "UNKNOWN Unknown option"],
  ["flags in one word", ["kinds", `-${repeat("fv")}`], /^OK .*"flag":true,"verbose":true/],
  ["flags in many words", ["kinds", ...Array(20_000).fill("-f")], /^OK .*"flag":true/],
  ["the same option", ["kinds", ...Array(10_000).fill("-l5")], /^(?:OK|UNKNOWN) /],
  ["items with values", ["kinds", ...Array(5_000).fill(["-l5", "-pa"]).flat()], /^UNKNOWN .*256/],
  ["different items", ["kinds", ...Array.from(Array(5_000), (_, at) => `-p${at}`)], /256/],
  ["a long value for each item", [
    "kinds",
    `--limit=${"1".repeat(40_000)}`,
    ...Array.from(Array(256), (_, at) => `-p${at}`),
  ], "UNKNOWN "],
  ["positional words", ["kinds", ...Array(20_000).fill("1")], "UNKNOWN "],
  ["words after two dashes", ["kinds", "--", ...Array(20_000).fill("-w")], "UNKNOWN "],
  ["words in one argument", ["kinds", `-f ${repeat("-f ")}`], /^OK .*"flag":true/],
  ["quoted words in one argument", ["kinds", `-f ${repeat("'' ")}`], "UNKNOWN "],
  ["arguments of the self check", ["check_agent", ...Array(20_000).fill("-x")], "UNKNOWN "],
  ["words of the self check", ["check_agent", `-w ${repeat("1 ")}`], "UNKNOWN "],
  ["a long range of the self check", ["check_agent", "-w", repeat("1")], "UNKNOWN "],
  ["words of a macro that is split", ["first", repeat("a ").slice(0, 40_000)], "OK a;a;"],
  ["quotes of a macro that is split", ["first", repeat("'a' ")], "OK a;a;"],
  ["open quotes of a macro that is split", ["first", `${repeat("'a' ")}'`], "is not closed"],
  ["a macro that is whole", ["whole", repeat("' ")], "OK ' ' "],
  ["17 arguments of a plugin", ["first", ..."abcdefghijklmnopq"], "OK a;b;p;"],
];

async function expectPrompt(served: Served, words: readonly string[]): Promise<string> {
  const answer = await askOnce(served, words, { timeout: 60 });
  assertEquals(/timed out|quarantined|blocked|sandbox/.test(answer), false, answer);
  return answer;
}

Deno.test("A client cannot block a command by a value that takes long to read", {
  timeout: 600_000,
}, async (t) => {
  await using served = await serve(agent, "--no-tls");
  for (const kind of kinds) {
    for (const [name, value] of Object.entries(values)) {
      await t.step(`${kind}: ${name}`, async () => {
        assertMatch(
          await expectPrompt(served, ["kinds", `--${kind}=${value}`]),
          /^(?:OK|UNKNOWN) /,
        );
      });
    }
  }
  for (const [attempt, words, answer] of lines) {
    await t.step(attempt, async () => {
      const got = await expectPrompt(served, words);
      if (typeof answer === "string") assertStringIncludes(got, answer);
      else assertMatch(got, answer);
    });
  }
  await t.step("No command is suspected", async () => {
    assertEquals(await askOnce(served, ["ok"]), "OK all fine");
    assertEquals(/ (?:restart|abandoned|separated|quarantined) /.test(served.log()), false);
  });
});

/** Two lists of arguments that must not share an answer in the cache. */
const pairs: [one: string[], other: string[]][] = [
  [["a", "b"], ["a b"]],
  [["a", "b"], ["ab"]],
  [["a", "b"], ["b", "a"]],
  [["a", "b"], ["a", "b", "c"]],
  [['a","b'], ["a", "b"]],
  [["a;b"], ["a", "b"]],
  [["a\\"], ["a\\\\"]],
  [["\u00e9"], ["e\u0301"]],
  [["K"], ["k"]],
  [["1"], ["01"]],
  [["1"], ["1 "]],
  [["\t"], ["\\t"]],
  [["\n"], ["\r"]],
  [["\ufeffa"], ["a"]],
  [["null"], ["undefined"]],
  [["[]"], ["{}"]],
  [["\u{1f600}"], ["\u{1f601}"]],
];

Deno.test("The cache keeps the answers of different arguments apart", async (t) => {
  await using served = await serve(agent, "--no-tls");
  for (const [one, other] of pairs) {
    await t.step(`${JSON.stringify(one)} and ${JSON.stringify(other)}`, async () => {
      for (const args of [one, other, one, other]) {
        const shown = args.map((arg) => `${arg};`).join("");
        assertEquals(await askOnce(served, ["cached", ...args]), `OK ${shown}`);
      }
    });
  }
  await t.step("320 other arguments do not mix up the answers", async () => {
    for (let at = 0; at < 40; at++) {
      await Promise.all(
        Array.from(Array(8), (_, by) => askOnce(served, ["cached", `${at} ${by}`])),
      );
    }
    assertEquals(await askOnce(served, ["cached", "a", "b"]), "OK a;b;");
  });
});

Deno.test("A client that fills all places delays neither the version nor the self check", async () => {
  await using served = await serve(agent, "--no-tls");
  const slow = Array.from(Array(24), () => askOnce(served, ["slow"]));
  const more = Array.from(Array(12), () => askOnce(served, ["slow"]));
  assertMatch(await askOnce(served, ["_NRPE_CHECK"], { timeout: 5 }), /^OK NRPE v/);
  const answers = await Promise.all([...slow, ...more]);
  assertEquals(answers.filter((answer) => answer === "OK slow").length, 24, answers.join("\n"));
  assertEquals(answers.filter((answer) => answer.includes("Too busy")).length, 12);
  assertEquals(await askOnce(served, ["ok"]), "OK all fine");
});

Deno.test("Clients that leave while their command waits do not occupy a place for ever", async () => {
  await using served = await serve(agent, "--no-tls");
  const query = encodePacket({ version: 4, type: "query", text: "single" });
  for (let count = 0; count < 16; count++) {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: served.port });
    await connection.write(query);
    connection.close();
  }
  assertEquals(await askOnce(served, ["ok"], { timeout: 5 }), "OK all fine");
  await new Promise((go) => setTimeout(go, 11_000));
  assertEquals(await askOnce(served, ["single"], { timeout: 20 }), "OK single");
});

/** Patterns of a rule in `clients`, and names of commands that match only after many attempts. */
const patterns: [pattern: string, name: string, allowed: boolean][] = [
  ["*a*a*a*b", repeat("a"), false],
  ["*_*_*_x", repeat("_"), false],
  ["check_*_db_*_prod", `check_${repeat("_db_")}`, false],
  ["*aa*aa*ab", repeat("a"), false],
  ["a*a", "a", false],
  ["ab*ba", "aba", false],
  ["*", repeat("a"), true],
  ["**a**", repeat("a"), true],
  ["*a*b*c", `${repeat("a")}bc`, true],
  ["a*b*", `a${repeat("b")}`, true],
  ["a.c", "abc", false],
  ["a?c", "abc", false],
  ["[a]", "a", false],
  ["", "", true],
  ["a", "A", false],
  ["a*", "a\nb", true],
];

Deno.test("A client cannot block the daemon by a name that matches a rule slowly", {
  permissions: "none",
}, async (t) => {
  for (const [pattern, name, allowed] of patterns) {
    await t.step(`${pattern} and ${name.slice(0, 20)}`, async () => {
      const { manifest } = describeAgent({ commands: { ok: () => ok("fine") } });
      const clients = [{ subject: "CN=a", commands: [pattern] }];
      const settings = { ...manifest.settings, clients };
      const handle = createHandler({ ...manifest, settings }, undefined as never);
      const start = performance.now();
      const query = { command: name, args: [] };
      const { outcome } = await handle(query, { address: "127.0.0.1", subject: "CN=a" });
      assertEquals(outcome, allowed ? "undefined" : "refused");
      assert(performance.now() - start < 1_000);
    });
  }
});

Deno.test("A server cannot fill the memory of a client by packets without an end", {
  permissions: "none",
}, async (t) => {
  for (const text of ["", "x", "x".repeat(1_023)]) {
    await t.step(`with ${text.length} bytes each`, async () => {
      const packet = encodePacket({ version: 2, type: "response", text, more: true });
      let sent = 0;
      const source = {
        read(buffer: Uint8Array) {
          const at = sent % packet.length;
          const part = packet.subarray(at, at + buffer.length);
          buffer.set(part);
          sent += part.length;
          return Promise.resolve(sent < 200_000_000 ? part.length : null);
        },
      };
      const error = await readResponse(source).then(() => undefined, (error) => error);
      assert(error instanceof ProtocolError && error.fault === "size", String(error));
    });
  }
});
