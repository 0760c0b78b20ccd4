import { assertEquals, assertThrows } from "@std/assert";
import fc from "../fast_check.ts";
import { ProtocolError } from "../../src/protocol/protocol_error.ts";
import {
  findMetachar,
  formatQuery,
  MAX_ARGUMENTS,
  NASTY_METACHARS,
  parseQuery,
} from "../../src/protocol/parse_query.ts";

const numbers = Array.from({ length: 20 }, (_, index) => String(index + 1));

Deno.test("parseQuery() splits the text as strtok does", { permissions: "none" }, () => {
  const cases: [text: string, command: string, args: string[]][] = [
    ["check_load", "check_load", []],
    ["check_load!5!10", "check_load", ["5", "10"]],
    ["a!!c", "a", ["c"]],
    ["!a!b", "a", ["b"]],
    ["!!!a!!!b!!!", "a", ["b"]],
    ["a!", "a", []],
    [" a b ! c d ", " a b ", [" c d "]],
    ["a!-w 5 -c 10", "a", ["-w 5 -c 10"]],
    ["a!größe!日本", "a", ["größe", "日本"]],
    ["_NRPE_CHECK!x", "_NRPE_CHECK", ["x"]],
    [`a!${numbers.join("!")}`, "a", numbers],
  ];
  for (const [text, command, args] of cases) {
    assertEquals(parseQuery(text), { command, args }, text);
  }
});

Deno.test(
  "parseQuery() refuses text without the name of a command",
  { permissions: "none" },
  () => {
    for (const text of ["", "!", "!!!!"]) {
      const error = assertThrows(() => parseQuery(text), ProtocolError, "expected the name");
      assertEquals(error.fault, "empty");
    }
  },
);

Deno.test("formatQuery() refuses words that NRPE cannot transmit", { permissions: "none" }, () => {
  const cases: [command: string, args: string[], message: string][] = [
    ["", [], 'command "" is empty'],
    ["a!b", [], 'command "a!b" contains "!"'],
    ["a", ["x", ""], 'argument 2 "" is empty'],
    ["a", ["x!"], 'argument 1 "x!" contains "!"'],
    ["a", ["x\0y"], 'argument 1 "x\\u0000y" contains a NUL'],
    ["a", numbers, `at most ${MAX_ARGUMENTS} arguments, got 20`],
  ];
  for (const [command, args, message] of cases) {
    assertThrows(() => formatQuery({ command, args }), RangeError, message);
  }
});

Deno.test("parseQuery() returns the input of formatQuery()", { permissions: "none" }, () => {
  const word = fc.string({ minLength: 1 }).filter((text) => !/[!\0]/.test(text));
  const args = fc.array(word, { maxLength: MAX_ARGUMENTS });
  const query = fc.record({ command: word, args }, { noNullPrototype: true });
  fc.assert(fc.property(query, (one) => assertEquals(parseQuery(formatQuery(one)), one)));
  assertEquals(formatQuery({ command: "check_load", args: ["5", "10"] }), "check_load!5!10");
});

Deno.test("findMetachar() finds exactly the 14 characters of NRPE", { permissions: "none" }, () => {
  const nasty: string[] = [];
  for (let code = 0; code < 0x180; code++) {
    const character = String.fromCharCode(code);
    if (findMetachar(`check!a${character}b`) === character) nasty.push(character);
  }
  assertEquals(nasty.join(""), "\n\r&';<>[\\]`{|}");
  assertEquals(NASTY_METACHARS.length, 14);
});

Deno.test("findMetachar() returns the first character, also in the command", {
  permissions: "none",
}, () => {
  const cases: [text: string, metachars: string | undefined, found: string | undefined][] = [
    ["check_load!5", undefined, undefined],
    ["a;b|c", undefined, ";"],
    ["a$(id)", undefined, undefined],
    ["a$(id)", "$", "$"],
    ["a|b", "", undefined],
    ["a\u{1f600}", "\u{1f601}", undefined],
  ];
  for (const [text, metachars, found] of cases) {
    assertEquals(findMetachar(text, metachars), found, text);
  }
});
