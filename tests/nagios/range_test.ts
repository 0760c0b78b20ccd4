import { assertEquals, assertThrows } from "@std/assert";
import fc from "../fast_check.ts";
import { alerts, formatRange, parseRange } from "../../src/nagios/range.ts";
import { casesIgnored, readCases } from "../cases.ts";
import { range } from "./arbitrary.ts";
import { assertConforms } from "./conform.ts";

/** Text, start, end, whether values inside alert, the shortest text. */
const RANGES: [string, number, number, boolean, string][] = [
  ["7", 0, 7, false, "7"],
  ["0:7", 0, 7, false, "7"],
  [":7", 0, 7, false, "7"],
  ["3:", 3, Infinity, false, "3:"],
  ["0:", 0, Infinity, false, "0:"],
  ["~:7", -Infinity, 7, false, "~:7"],
  ["~:", -Infinity, Infinity, false, "~:"],
  ["3:7", 3, 7, false, "3:7"],
  ["-7:-3", -7, -3, false, "-7:-3"],
  ["4:4", 4, 4, false, "4:4"],
  ["@3:7", 3, 7, true, "@3:7"],
  ["@7", 0, 7, true, "@7"],
  ["@~:-3", -Infinity, -3, true, "@~:-3"],
  ["@3:", 3, Infinity, true, "@3:"],
  ["0", 0, 0, false, "0"],
  ["-0", 0, 0, false, "0"],
  ["007:009", 7, 9, false, "7:9"],
  ["1e2", 0, 100, false, "100"],
  [".5:5.", 0.5, 5, false, "0.5:5"],
  ["+5:+6", 5, 6, false, "5:6"],
  ["-1e-3:2.50", -0.001, 2.5, false, "-0.001:2.5"],
];

Deno.test("parseRange() reads every form of the guidelines", { permissions: "none" }, () => {
  for (const [text, start, end, inside] of RANGES) {
    assertEquals(parseRange(text), { start, end, inside }, text);
  }
});

Deno.test("formatRange() writes the shortest form", { permissions: "none" }, () => {
  for (const [, start, end, inside, text] of RANGES) {
    assertEquals(formatRange({ start, end, inside }), text);
  }
});

Deno.test("parseRange() refuses a start above the end", { permissions: "none" }, () => {
  assertThrows(
    () => parseRange("10:5"),
    SyntaxError,
    'Cannot parse range "10:5": start is above end',
  );
  for (const text of ["-1", "@-5", "0:-1", "1e3:1e2"]) {
    assertThrows(() => parseRange(text), SyntaxError, "start is above end");
  }
});

Deno.test("parseRange() refuses texts that are not ranges", { permissions: "none" }, () => {
  const table: [string, string][] = [
    ["", "it contains no number"],
    ["@", "it contains no number"],
    [":", "it contains no number"],
    ["@:", "it contains no number"],
    ["~", 'end "~" is not a number'],
    ["5:~", 'end "~" is not a number'],
    ["foo", 'end "foo" is not a number'],
    ["foo:5", 'start "foo" is not a number'],
    ["1:2:3", 'end "2:3" is not a number'],
    ["@@5", 'end "@5" is not a number'],
    ["1-10", 'end "1-10" is not a number'],
    ["10%", 'end "10%" is not a number'],
    [" 10", 'end " 10" is not a number'],
    ["1 :2", 'start "1 " is not a number'],
    ["0x10", 'end "0x10" is not a number'],
    ["1,5", 'end "1,5" is not a number'],
    ["nan", 'end "nan" is not a number'],
    ["~:inf", 'end "inf" is not a number'],
    ["1e999", 'end "1e999" is not a number'],
    ["5\n", 'end "5\\n" is not a number'],
  ];
  for (const [text, reason] of table) assertThrows(() => parseRange(text), SyntaxError, reason);
});

Deno.test("formatRange() refuses a range that cannot be written", { permissions: "none" }, () => {
  for (const [start, end] of [[5, 1], [NaN, 1], [1, NaN], [Infinity, Infinity]] as const) {
    assertThrows(() => formatRange({ start, end, inside: false }), RangeError, "Cannot format");
  }
  assertThrows(() => formatRange({ start: -Infinity, end: -Infinity, inside: true }), RangeError);
});

Deno.test(
  "alerts() treats both ends of a range as part of the range",
  { permissions: "none" },
  () => {
    for (const text of ["3:7", "@3:7"]) {
      const inside = text.startsWith("@");
      for (const value of [3, 5, 7]) assertEquals(alerts(parseRange(text), value), inside);
      for (const value of [2.999, 7.001, -5, Infinity, -Infinity, NaN]) {
        assertEquals(alerts(parseRange(text), value), !inside);
      }
    }
    assertEquals(alerts(parseRange("~:7"), -1e9), false);
    assertEquals(alerts(parseRange("7"), -1e-9), true);
  },
);

Deno.test("parseRange() reads back the output of formatRange()", { permissions: "none" }, () => {
  fc.assert(fc.property(range, (value) => assertEquals(parseRange(formatRange(value)), value)));
});

Deno.test("formatRange() never returns a longer form", { permissions: "none" }, () => {
  fc.assert(fc.property(range, (value) => {
    const { start, end, inside } = value;
    const long = `${inside ? "@" : ""}${start === -Infinity ? "~" : start}:${
      end === Infinity ? "" : end
    }`;
    const plain = Math.abs(start) >= 1e-6 && Math.abs(end) >= 1e-6;
    if (plain) assertEquals(formatRange(value).length <= long.length, true);
  }));
});

interface JudgedRow {
  range: string;
  value?: number;
  alert?: boolean;
  invalid?: true;
}

Deno.test("Ranges conform to the shared table of alerts", {
  ignore: casesIgnored,
  permissions: { read: true },
}, () => {
  assertConforms(readCases<JudgedRow>("ranges"), [], ({ range, value, alert, invalid }) => {
    if (invalid) assertThrows(() => parseRange(range), SyntaxError);
    else assertEquals(alerts(parseRange(range), value!), alert);
  });
});

interface ParsedRow {
  range: string;
  start: number | string;
  end: number | string;
  alert_inside: boolean;
  canonical?: string;
}

Deno.test("Ranges conform to the shared table of parsed ranges", {
  ignore: casesIgnored,
  permissions: { read: true },
}, () => {
  assertConforms(readCases<ParsedRow>("range_parse"), [], (row) => {
    const range = parseRange(row.range);
    assertEquals(range, {
      start: Number(row.start),
      end: Number(row.end),
      inside: row.alert_inside,
    });
    if (row.canonical !== undefined) assertEquals(formatRange(range), row.canonical);
  });
});
