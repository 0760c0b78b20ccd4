import fc from "../fast_check.ts";
import type { Perfdata } from "../../src/nagios/perfdata.ts";
import type { Range } from "../../src/nagios/range.ts";

/** Any character except surrogates. A third of the characters are Latin-1. */
export const character: fc.Arbitrary<string> = fc.oneof(
  fc.integer({ min: 0, max: 0xff }),
  fc.integer({ min: 0, max: 0xd7ff }),
  fc.integer({ min: 0xe000, max: 0x10ffff }),
).map((code) => String.fromCodePoint(code));

/** A finite number as a parser returns it: 0 instead of -0. */
export const number: fc.Arbitrary<number> = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -1000, max: 1000 }),
  fc.integer({ min: -100000, max: 100000 }).map((value) => value / 1000),
).map((value) => value + 0);

/** Any range that can be written. */
export const range: fc.Arbitrary<Range> = fc.record({
  ends: fc.tuple(number, number),
  open: fc.constantFrom("none", "start", "end", "both"),
  zero: fc.boolean(),
  inside: fc.boolean(),
}).map(({ ends, open, zero, inside }) => {
  const [start, end] = ends.toSorted((one, other) => one - other) as [number, number];
  return {
    start: open === "start" || open === "both" ? -Infinity : zero ? Math.min(end, 0) : start,
    end: open === "end" || open === "both" ? Infinity : end,
    inside,
  };
});

const label = fc.oneof(
  fc.string({ minLength: 1, unit: character }),
  fc.string({ minLength: 1, unit: fc.constantFrom("'", '"', "=", ";", "|", " ", "\t", "a", "\\") }),
).map((text) => text.replace(/[\n\r\0]/g, "/"));

const uom = fc.constantFrom("s", "ms", "%", "B", "KiB", "c", "°C", "req/s", "E", "e", "€", "m²");

/** Any single value that can be written. */
export const perfdata: fc.Arbitrary<Perfdata> = fc.oneof(
  fc.record({
    label,
    value: number,
    uom,
    warning: range,
    critical: range,
    min: number,
    max: number,
  }, {
    requiredKeys: ["label", "value"],
  }),
  fc.record({ label, value: fc.constant("U" as const), warning: range, max: number }, {
    requiredKeys: ["label", "value"],
  }),
).map((value) => ({ ...value }));
