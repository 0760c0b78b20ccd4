import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { parse, stringify } from "@std/yaml";

Deno.test("parse() reads what settings are made of", { permissions: "none" }, () => {
  const rows: [string, unknown][] = [
    ["", null],
    ["# nothing but a comment", null],
    ["a: 1\nb: [x, 'y', \"z\\n\"]\nc:\n  - d: true\n    e: ~\n", {
      a: 1,
      b: ["x", "y", "z\n"],
      c: [{ d: true, e: null }],
    }],
    ["t: >-\n  one\n  two\nl: |\n  a\n  b\n", { t: "one two", l: "a\nb\n" }],
    ["a: &x { b: 1 }\nc:\n  <<: *x\n  d: 2", { a: { b: 1 }, c: { b: 1, d: 2 } }],
    ["n: 0x1f\nf: 1.5\ns: yes\nv: 5m", { n: 31, f: 1.5, s: "yes", v: "5m" }],
    ["on: 2020-01-02", { on: new Date("2020-01-02") }],
    ["---\na\n", "a"],
  ];
  for (const [text, value] of rows) assertEquals(parse(text), value, text);
});

Deno.test("parse() keeps __proto__ a key like any other", { permissions: "none" }, () => {
  const value = parse("__proto__: { admin: true }") as Record<string, unknown>;
  assertEquals([Object.keys(value), value.admin], [["__proto__"], undefined]);
});

Deno.test("parse() refuses what is no YAML, and says where", { permissions: "none" }, () => {
  for (
    const text of [
      "a: [",
      "a: 1\na: 2",
      "--- a\n--- b",
      "a: !!js/function 'x'",
      "\ta: 1",
      "*nothing",
    ]
  ) {
    const error = assertThrows(() => parse(text), SyntaxError);
    assertMatch(error.message, /\(\d+:\d+\)|single document/);
  }
});

Deno.test("parse() minds its options", { permissions: "none" }, () => {
  assertEquals(parse("a: 1\na: 2", { allowDuplicateKeys: true }), { a: 2 });
  assertEquals(parse("a: 1", { schema: "failsafe" }), { a: "1" });
  assertEquals(parse("a: 2020-01-02", { schema: "core" }), { a: "2020-01-02" });
  const warnings: string[] = [];
  parse("%FOO bar\n--- a", { onWarning: (warning) => warnings.push(warning.message) });
  assertEquals(warnings.length, 1);
});

Deno.test("stringify() writes what parse() reads", { permissions: "none" }, () => {
  const value = { a: [1, { b: "x: y" }], d: null, e: "yes", f: "1", g: "a\nb\n", h: "" };
  assertEquals(parse(stringify(value)), value);
  assertEquals(stringify({ b: [1, "2"], a: "x" }), "b:\n  - 1\n  - '2'\na: x\n");
  assertEquals(
    stringify({ b: [1], a: "x" }, { arrayIndent: false, sortKeys: true }),
    "a: x\nb:\n- 1\n",
  );
  const twice = { x: 1 };
  assertEquals(
    stringify([twice, twice], { useAnchors: false, flowLevel: 1 }),
    "- {x: 1}\n- {x: 1}\n",
  );
  assertThrows(() => stringify({ a() {} }), TypeError);
  assertEquals(stringify({ a() {}, b: 1 }, { skipInvalid: true }), "b: 1\n");
});
