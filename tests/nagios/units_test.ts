import { assertEquals, assertThrows } from "@std/assert";
import fc from "../fast_check.ts";
import { formatDuration, parseBytes, parseDuration, parsePercent } from "../../src/nagios/units.ts";
import { casesIgnored, readCases } from "../cases.ts";
import { assertConforms } from "./conform.ts";

Deno.test("parseDuration() reads numbers with units, and seconds without a unit", {
  permissions: "none",
}, () => {
  const table: [string, number][] = [
    ["0", 0],
    ["90", 90],
    ["1.5", 1.5],
    ["-0", 0],
    ["30s", 30],
    ["5m", 300],
    ["2h", 7200],
    ["3d", 259200],
    ["1w", 604800],
    ["1y", 31536000],
    ["20ms", 0.02],
    ["250us", 0.00025],
    ["1h30m", 5400],
    ["1d2h3m4s5ms", 93784.005],
    ["1h 30m", 5400],
    ["10 s", 10],
    ["1.1h", 3960],
    [".5m", 30],
    ["-1h30m", -5400],
    ["+5m", 300],
  ];
  for (const [text, seconds] of table) assertEquals(parseDuration(text), seconds, text);
});

Deno.test("parseDuration() refuses texts that are not durations", { permissions: "none" }, () => {
  const texts = ["", "-", "m", "5 minutes", "5M", "1h30", "30m1h", "1m1m", "--5", "1e3", "5m-1s"];
  for (const text of [...texts, " 5m", "5m ", "Infinity", "0x5", "1.2.3s", "5m\n", "1,5h"]) {
    assertThrows(() => parseDuration(text), SyntaxError, "Cannot parse duration");
  }
  assertThrows(
    () => parseDuration("9".repeat(400)),
    SyntaxError,
    "it is too long, expected less than 1.8e308 s",
  );
  assertThrows(
    () => parseDuration("9".repeat(307) + "y"),
    SyntaxError,
    "it is too long, expected less than 1.8e308 s",
  );
});

Deno.test("formatDuration() writes a short form", { permissions: "none" }, () => {
  const table: [number, string][] = [
    [0, "0s"],
    [-0, "0s"],
    [5, "5s"],
    [1.5, "1.5s"],
    [90, "1m30s"],
    [5400, "1h30m"],
    [183600, "2d3h"],
    [604800, "7d"],
    [0.5, "500ms"],
    [0.00025, "0.25ms"],
    [1e-9, "0s"],
    [0.9999999, "1s"],
    [59.9996, "1m"],
    [-90.25, "-1m30.25s"],
  ];
  for (const [seconds, text] of table) assertEquals(formatDuration(seconds), text);
});

Deno.test("formatDuration() refuses NaN and infinity", { permissions: "none" }, () => {
  for (const seconds of [NaN, Infinity, -Infinity]) {
    assertThrows(
      () => formatDuration(seconds),
      RangeError,
      `Cannot format duration ${seconds}: expected a finite number of seconds`,
    );
  }
});

Deno.test(
  "parseDuration() reads back the output of formatDuration()",
  { permissions: "none" },
  () => {
    const milliseconds = fc.oneof(
      fc.integer({ min: -1e5, max: 1e5 }),
      fc.integer({ min: -1e13, max: 1e13 }),
    );
    fc.assert(fc.property(milliseconds, (milliseconds) => {
      const seconds = milliseconds / 1000 + 0;
      assertEquals(parseDuration(formatDuration(seconds)), seconds);
    }));
  },
);

Deno.test("parseBytes() reads decimal and binary units", { permissions: "none" }, () => {
  const table: [string, number][] = [
    ["0", 0],
    ["1024", 1024],
    ["5B", 5],
    ["1kB", 1e3],
    ["1K", 1e3],
    ["1KiB", 1024],
    ["2.5M", 2.5e6],
    ["2.5Mi", 2.5 * 1024 ** 2],
    ["10GB", 1e10],
    ["512MiB", 536870912],
    ["1.1T", 1.1e12],
    ["3PiB", 3 * 1024 ** 5],
    ["1EB", 1e18],
    ["80 GB", 8e10],
    ["1gib", 1024 ** 3],
  ];
  for (const [text, bytes] of table) assertEquals(parseBytes(text), bytes, text);
});

Deno.test("parseBytes() refuses texts that are not sizes", { permissions: "none" }, () => {
  const texts = ["", "GB", "-5GB", "5XB", "5iB", "5GBs", "5 G B", "1e3", "1,5GB", "0x5", " 5B"];
  for (const text of [...texts, "5B\n", "10Gbps", "1B/s", "Infinity"]) {
    assertThrows(() => parseBytes(text), SyntaxError, "Cannot parse size");
  }
  assertThrows(
    () => parseBytes("9".repeat(308) + "E"),
    SyntaxError,
    "it is too large, expected less than 1.8e308 bytes",
  );
});

Deno.test(
  "parsePercent() reads 0 to 100, with or without the sign",
  { permissions: "none" },
  () => {
    const table: [string, number][] = [
      ["20%", 20],
      ["20", 20],
      ["99.5 %", 99.5],
      ["0%", 0],
      ["100%", 100],
    ];
    for (const [text, percent] of table) assertEquals(parsePercent(text), percent, text);
    for (const text of ["", "%", "101%", "100.1", "-1%", "20%%", "1e1%", " 20%", "20GB", "NaN"]) {
      assertThrows(() => parsePercent(text), SyntaxError, "Cannot parse percentage");
    }
  },
);

interface Row {
  kind: string;
  input: string | number;
  output?: number | string | boolean;
  invalid?: true;
}

/** The kinds of rows that this file tests, each with the function that reads it. */
const PARSERS: Record<string, (text: string) => number> = {
  "duration-to-seconds": parseDuration,
  "parse-bytes": parseBytes,
};

/** The kinds of rows that this file does not test, each with the reason. */
const NOT_OURS: Record<string, string> = {
  "parse-bytes-per-sec": "no check option is a rate; a rate in perfdata has a unit",
  "parse-bool": "an option that is true or false is a flag",
  "parse-float": "a number option has the grammar of ranges, which the range tables test",
  "format-float-3": "perfdata keeps all digits; only the output of a check is rounded",
  "bytes-to-text-si": "snclient rounds to whole units in its own way",
  "bytes-to-text-iec": "snclient rounds to whole units in its own way",
  "bytes-to-text-iec-3": "snclient pads to three decimals; we write at most two, without padding",
  "seconds-to-text":
    "snclient writes a clock form such as 1d 00:00h, which parseDuration() refuses",
};

Deno.test("Units conform to the shared table", {
  ignore: casesIgnored,
  permissions: { read: true },
}, () => {
  const rows = readCases<Row>("units");
  const ours = rows.filter(({ kind }) => Object.hasOwn(PARSERS, kind));
  const others = rows.filter(({ kind }) => Object.hasOwn(NOT_OURS, kind));
  assertEquals(ours.length + others.length, rows.length);
  assertConforms(ours, [], ({ kind, input, output, invalid }) => {
    const parse = PARSERS[kind]!;
    if (invalid) assertThrows(() => parse(String(input)), SyntaxError);
    else assertEquals(parse(String(input)), output);
  });
});
