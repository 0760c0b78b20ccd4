import { assert, assertEquals } from "@std/assert";
import fc from "../fast_check.ts";
import { cutText } from "../../src/protocol/cut_text.ts";
import { decode, encode } from "./bytes.ts";

Deno.test("cutText() cuts UTF-8 between two characters, and other bytes at the limit", {
  permissions: "none",
}, () => {
  const cases: [text: number[], limit: number, kept: number, why: string][] = [
    [[0x61, 0x62], 2, 2, "fits"],
    [[0x61, 0x62, 0x63], 2, 2, "ASCII"],
    [[0x61, 0x62], 0, 0, "nothing may remain"],
    [[0xc3, 0xb6], 1, 0, "two bytes, cut after the first"],
    [[0x61, 0xc3, 0xb6, 0x62], 3, 3, "between characters"],
    [[0xe2, 0x9c, 0x93], 1, 0, "three bytes, cut after the first"],
    [[0xe2, 0x9c, 0x93], 2, 0, "three bytes, cut after the second"],
    [[0x61, 0xf0, 0x9f, 0x98, 0x80], 4, 1, "four bytes, cut after the third"],
    [[0x61, 0xf0, 0x9f, 0x98, 0x80], 2, 1, "four bytes, cut after the first"],
    [[0xe9, 0x61], 1, 1, "Latin-1 letter, then ASCII"],
    [[0xe9, 0xe9, 0xe9], 2, 2, "Latin-1 letters"],
    [[0x80, 0x80, 0x80, 0x80, 0x80], 4, 4, "continuation bytes only"],
    [[0xc3, 0xb6, 0xb6], 2, 2, "one continuation byte too many"],
    [[0xe2, 0x9c, 0x61], 2, 2, "an incomplete character"],
    [[0xe2, 0x9c], 1, 1, "an incomplete character at the end"],
    [[0xff, 0xbf, 0xbf], 2, 2, "no lead byte"],
    [[0xc1, 0x81], 1, 1, "an overlong form"],
  ];
  for (const [text, limit, kept, why] of cases) {
    assertEquals([...cutText(Uint8Array.from(text), limit)], text.slice(0, kept), why);
  }
});

Deno.test("cutText() keeps UTF-8 valid and is at most three bytes below the limit", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.nat(40), (text, limit) => {
    const whole = encode(text);
    const cut = cutText(whole, limit);
    assert(cut.length <= limit || cut.length === whole.length);
    assert(cut.length >= Math.min(whole.length, limit) - 3);
    assert(text.startsWith(decode(cut)));
  }));
});
