import { assertEquals, assertThrows } from "@std/assert";
import { canonicalOptions } from "../../src/check/canonical_options.ts";
import { formatState, isStateJson, MAX_STATE, openState } from "../../src/check/check_state.ts";
import type { JsonValue } from "../../src/check/check_state.ts";
import { option } from "../../src/check/option.ts";
import { parseOptions } from "../../src/check/parse_option.ts";

const permissions = { permissions: "none" } as const;

Deno.test("openState() returns copies, and passes on the last value", permissions, () => {
  const changes: (string | null)[] = [];
  const { state, commit } = openState('{"list":[1]}', (json) => changes.push(json));
  commit();
  assertEquals(changes, []);
  const copy = state.get<{ list: number[] }>()!;
  copy.list.push(2);
  assertEquals(state.get(), { list: [1] });
  state.set(copy);
  copy.list.push(3);
  assertEquals(state.get(), { list: [1, 2] });
  assertEquals(changes, []);
  commit();
  state.set(undefined);
  assertEquals(state.get(), undefined);
  commit();
  assertEquals(changes, ['{"list":[1,2]}', null]);
  assertEquals(openState(null, () => {}).state.get(), undefined);
});

Deno.test("openState() keeps the value if a new one is refused", permissions, () => {
  const { state } = openState("1", () => {});
  assertThrows(() => state.set(NaN), TypeError);
  assertEquals(state.get(), 1);
});

Deno.test(
  "formatState() formats values of JSON, and omits undefined properties",
  permissions,
  () => {
    const bare = Object.assign(Object.create(null), { a: 1 });
    const rows: [value: JsonValue, json: string][] = [
      [null, "null"],
      [true, "true"],
      [-1.5e300, "-1.5e+300"],
      [-0, "0"],
      ["\ud800 ü\n", '"\\ud800 ü\\n"'],
      [[], "[]"],
      [[1, [null]], "[1,[null]]"],
      [{ a: { b: "c" }, d: undefined }, '{"a":{"b":"c"}}'],
      [bare, '{"a":1}'],
      [JSON.parse('{"__proto__":1}'), '{"__proto__":1}'],
    ];
    for (const [value, json] of rows) {
      assertEquals(formatState(value), json);
      assertEquals(isStateJson(json), true, json);
    }
  },
);

Deno.test(
  "formatState() refuses values that JSON would change, with their place",
  permissions,
  () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    class Sample {}
    const deep = JSON.parse("[".repeat(101) + "]".repeat(101));
    const rows: [value: unknown, message: string][] = [
      [undefined, "Cannot store state of type undefined: expected null, a boolean, a finite"],
      [NaN, "Cannot store state of type NaN"],
      [{ at: [Infinity] }, "Cannot store state.at[0] of type Infinity"],
      [1n, "Cannot store state of type bigint"],
      [Symbol("s"), "Cannot store state of type symbol"],
      [() => {}, "Cannot store state of type function"],
      [[undefined], "Cannot store state[0] of type undefined"],
      [new Array(1), "Cannot store state[0] of type undefined"],
      [{ when: new Date(0) }, "Cannot store state.when of type Date"],
      [new Map([[1, 2]]), "Cannot store state of type Map"],
      [new Uint8Array(1), "Cannot store state of type Uint8Array"],
      [new Sample(), "Cannot store state of type Sample"],
      [{ toJSON: () => 1 }, "Cannot store state.toJSON of type function"],
      [cycle, "Cannot store a state with more than 100 levels, or with a cycle"],
      [deep, "Cannot store a state with more than 100 levels, or with a cycle"],
    ];
    for (const [value, message] of rows) {
      assertThrows(() => formatState(value), TypeError, message);
    }
  },
);

Deno.test("formatState() accepts 64 KiB of JSON, and refuses more", permissions, () => {
  assertEquals(formatState("x".repeat(MAX_STATE - 2)).length, MAX_STATE);
  // Each level doubles the number of values, but the time stays short.
  let wide: JsonValue = 1;
  for (let level = 0; level < 90; level++) wide = [wide, wide];
  const rows: JsonValue[] = [
    "x".repeat(MAX_STATE - 1),
    "ü".repeat(MAX_STATE / 2),
    "\u0001".repeat(MAX_STATE / 5),
    Array(MAX_STATE).fill(1),
    { ["x".repeat(MAX_STATE)]: 1 },
    wide,
  ];
  for (const value of rows) {
    assertThrows(() => formatState(value), RangeError, "Cannot store a state");
  }
  assertThrows(
    () => formatState("ü".repeat(MAX_STATE / 2)),
    RangeError,
    "Cannot store a state of 65538 bytes: expected at most 65536",
  );
});

Deno.test("isStateJson() refuses values that are not JSON of a valid size", permissions, () => {
  const rows: unknown[] = [
    ...[undefined, null, 1, {}, [], "", "{", "undefined", "NaN", '{"a":1}x'],
    JSON.stringify("x".repeat(MAX_STATE)),
    JSON.stringify("ü".repeat(MAX_STATE / 2)),
    '"\ud800"',
    { length: 1, isWellFormed: () => true },
  ];
  for (const value of rows) assertEquals(isStateJson(value), false);
  assertEquals(isStateJson("[".repeat(32_000) + "]".repeat(32_000)), true);
});

Deno.test("canonicalOptions() returns one text for equal values", permissions, () => {
  const specs = {
    warning: option.range({ description: "Warn" }),
    size: option.bytes({ description: "Size", default: "1KiB" }),
    path: option.list({ description: "Folders", default: [] }),
    free: option.per("path", option.percent({ description: "Minimum" })),
    all: option.flag({ description: "All" }),
  };
  const textOf = (values: Record<string, unknown>) => {
    const parsed = parseOptions(specs, values);
    assertEquals(parsed.errors, []);
    return canonicalOptions(parsed.values);
  };
  const same: [Record<string, unknown>, Record<string, unknown>][] = [
    [{}, { all: "no", size: 1024 }],
    [{ warning: "5" }, { warning: "0:5.0" }],
    [{ warning: { start: -Infinity, end: 5, inside: false } }, { warning: "~:5" }],
    [{ path: "a,b", all: true }, { all: "yes", path: ["a", "b"] }],
    [{ path: "a,b", free: { a: "5%", b: 6 } }, { path: "a,b", free: { b: "6%", a: "5" } }],
  ];
  for (const [one, other] of same) assertEquals(textOf(one), textOf(other));
  const different = [
    ...[{}, { warning: "5" }, { warning: "5:" }, { warning: "~:5" }, { warning: "@5" }],
    ...[{ path: "a" }, { path: "a,b" }, { path: "b,a" }, { path: ["a"], free: 5 }],
    ...[{ path: "a", free: { a: 5 } }, { all: true }, { size: 1025 }],
  ];
  assertEquals(new Set(different.map(textOf)).size, different.length);
});
