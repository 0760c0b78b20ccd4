import { assertEquals } from "@std/assert";
import fc from "../fast_check.ts";
import { decodeText, encodeText, escapeText, quoteText } from "../../src/nagios/text.ts";
import { character } from "./arbitrary.ts";

/** Bytes and their text, for both directions. */
const TABLE: [number[], string][] = [
  [[], ""],
  [[0x4f, 0x4b], "OK"],
  [[0x00, 0x0a], "\0\n"],
  [[0xc3, 0xbc], "ü"],
  [[0xe2, 0x82, 0xac], "€"],
  [[0xf0, 0x9f, 0x92, 0xa1], "💡"],
  [[0xef, 0xbb, 0xbf, 0x61], "\ufeffa"],
  [[0xef, 0xbf, 0xbd], "\ufffd"],
  [[0xfc], "\udcfc"],
  [[0x61, 0xfc, 0x62], "a\udcfcb"],
  [[0x80, 0xc3, 0xbc, 0xff], "\udc80ü\udcff"],
  [[0xe2, 0x82], "\udce2\udc82"],
  [[0xe2, 0x82, 0x41], "\udce2\udc82A"],
  [[0xc0, 0xaf], "\udcc0\udcaf"],
  [[0xe0, 0x9f, 0xbf], "\udce0\udc9f\udcbf"],
  [[0xed, 0xa0, 0x80], "\udced\udca0\udc80"],
  [[0xf0, 0x8f, 0xbf, 0xbf], "\udcf0\udc8f\udcbf\udcbf"],
  [[0xf4, 0x90, 0x80, 0x80], "\udcf4\udc90\udc80\udc80"],
  [[0xf5, 0x80, 0x80, 0x80], "\udcf5\udc80\udc80\udc80"],
  [[0xef, 0xbb, 0xbf, 0xff, 0xef, 0xbb, 0xbf], "\ufeff\udcff\ufeff"],
  [[0xf0, 0x9f, 0x92, 0xa1, 0xff], "💡\udcff"],
];

Deno.test("decodeText() keeps each byte that is not UTF-8", { permissions: "none" }, () => {
  for (const [bytes, text] of TABLE) assertEquals(decodeText(Uint8Array.from(bytes)), text);
});

Deno.test("encodeText() returns the original bytes", { permissions: "none" }, () => {
  for (const [bytes, text] of TABLE) assertEquals(encodeText(text), Uint8Array.from(bytes));
});

Deno.test(
  "encodeText() replaces lone surrogates that do not stand for bytes",
  { permissions: "none" },
  () => {
    for (const text of ["\ud800", "\udc7f", "\udd00", "\udfff"]) {
      assertEquals(encodeText(`a${text}`), Uint8Array.from([0x61, 0xef, 0xbf, 0xbd]));
    }
    assertEquals(encodeText("\ud83d\udc80"), Uint8Array.from([0xf0, 0x9f, 0x92, 0x80]));
    assertEquals(encodeText("\ud83d\udc80\udc80").length, 5);
  },
);

Deno.test("encodeText() reverses decodeText() for any bytes", { permissions: "none" }, () => {
  const byte = fc.oneof(fc.nat(255), fc.constantFrom(0xe2, 0x82, 0xac, 0xf0, 0x9f, 0xed, 0xc3));
  fc.assert(fc.property(fc.array(byte, { maxLength: 50 }), (list) => {
    const bytes = Uint8Array.from(list);
    assertEquals(encodeText(decodeText(bytes)), bytes);
  }));
});

Deno.test("decodeText() reverses encodeText() for any well-formed text", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(fc.string({ unit: character }), (text) => {
    assertEquals(decodeText(encodeText(text)), text);
  }));
});

Deno.test("escapeText() escapes control characters and invisible characters", {
  permissions: "none",
}, () => {
  const table: [string, string][] = [
    ["plain ü € 💡 text", "plain ü € 💡 text"],
    ["a\nb\r\tc", "a\\nb\\r\\tc"],
    ["\0\x07\x1b[31m\x7f", "\\x00\\x07\\x1b[31m\\x7f"],
    ["\x85\x9b", "\\x85\\x9b"],
    ["\u202ecod.exe\u2066\u200e", "\\u202ecod.exe\\u2066\\u200e"],
    ["a\u2028b\u2029c", "a\\u2028b\\u2029c"],
    ["\ufeff\u200b", "\\ufeff\\u200b"],
    ["\udcff\ud800", "\\udcff\\ud800"],
    ["\u{e0041}", "\\u{e0041}"],
    ["C:\\new", "C:\\\\new"],
  ];
  for (const [text, escaped] of table) assertEquals(escapeText(text), escaped);
});

Deno.test(
  "escapeText() returns different results for different texts",
  { permissions: "none" },
  () => {
    const text = fc.string({ unit: fc.constantFrom("\\", "n", "\n", "x", "0", "\0", "a") });
    fc.assert(fc.property(text, text, (one, other) => {
      assertEquals(escapeText(one) === escapeText(other), one === other);
    }));
  },
);

Deno.test("quoteText() escapes the text and cuts it", { permissions: "none" }, () => {
  assertEquals(quoteText("10:5"), '"10:5"');
  assertEquals(quoteText("a\nb"), '"a\\nb"');
  assertEquals(quoteText("x".repeat(80)), `"${"x".repeat(80)}"`);
  assertEquals(quoteText("x".repeat(5000)), `"${"x".repeat(80)}…"`);
});
