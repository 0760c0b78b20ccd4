import { assertEquals, assertThrows } from "@std/assert";
import fc from "../fast_check.ts";
import {
  parseBytesRange,
  parseDurationRange,
  parsePercentRange,
} from "../../src/nagios/quantity_range.ts";
import { formatRange, parseRange, type Range } from "../../src/nagios/range.ts";
import { range } from "./arbitrary.ts";

const pure = { permissions: "none" } as const;

Deno.test("Ranges of durations, sizes and percentages have units at either end", pure, () => {
  const table: [parse: (text: string) => Range, rows: [text: string, plain: string][]][] = [
    [parseDurationRange, [
      ["10m", "600"],
      ["1h30m:", "5400:"],
      ["~:2h", "~:7200"],
      ["30m:26w", "1800:15724800"],
      ["@250ms:1s", "@0.25:1"],
      ["90:5m", "90:300"],
      ["-5m:5m", "-300:300"],
      [":1d", "86400"],
    ]],
    [parseBytesRange, [
      ["1G:2G", "1000000000:2000000000"],
      ["500M:", "500000000:"],
      ["~:512MiB", "~:536870912"],
      ["@1.5kB", "@1500"],
      ["101:", "101:"],
      ["0:99", "99"],
      ["1 GB:2 GB", "1000000000:2000000000"],
    ]],
    [parsePercentRange, [
      ["80%", "80"],
      ["80%:", "80:"],
      ["10:20%", "10:20"],
      ["10%:20%", "10:20"],
      ["@99.5 %:", "@99.5:"],
      ["~:20", "~:20"],
    ]],
  ];
  for (const [parse, rows] of table) {
    for (const [text, plain] of rows) assertEquals(parse(text), parseRange(plain), text);
  }
});

Deno.test("Ranges of durations, sizes and percentages name the malformed end", pure, () => {
  const rows: [parse: (text: string) => Range, text: string, reason: string][] = [
    [parseDurationRange, "10x", 'end "10x" is not a duration such as "1h30m"'],
    [parseDurationRange, "5 m:1h:2h", 'end "1h:2h" is not a duration'],
    [parseDurationRange, "1h:30m", "start is above end"],
    [parseDurationRange, "", "it contains no number"],
    [parseBytesRange, "80%:", 'start "80%" is not a size such as "512MiB"'],
    [parseBytesRange, "2G:1G", "start is above end"],
    [parsePercentRange, "120%", 'end "120%" is not a percentage from 0% to 100%'],
    [parsePercentRange, "-5:", 'start "-5" is not a percentage'],
    [parsePercentRange, "80%%", 'end "80%%" is not a percentage'],
    [parsePercentRange, "@", "it contains no number"],
  ];
  for (const [parse, text, reason] of rows) {
    assertThrows(() => parse(text), SyntaxError, `Cannot parse range "${text}": ${reason}`);
  }
});

Deno.test("Each range of numbers is also a range of durations and of sizes", pure, () => {
  fc.assert(fc.property(range, (range) => {
    const text = formatRange(range);
    assertEquals([parseDurationRange(text), parseBytesRange(text)], [range, range]);
  }));
});
