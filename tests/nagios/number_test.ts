import { assertEquals, assertThrows } from "@std/assert";
import fc from "../fast_check.ts";
import { formatNumber, readNumber } from "../../src/nagios/number.ts";
import { number } from "./arbitrary.ts";

Deno.test("formatNumber() writes everyday numbers without an exponent", {
  permissions: "none",
}, () => {
  const table: [number, string][] = [
    [0, "0"],
    [-0, "0"],
    [10, "10"],
    [1.10, "1.1"],
    [-1234.567, "-1234.567"],
    [0.1 + 0.2, "0.30000000000000004"],
    [123456789012345680000, "123456789012345680000"],
    [0.0001, "0.0001"],
    [1e-6, "0.000001"],
    [1e-7, "0.0000001"],
    [-1.25e-9, "-0.00000000125"],
    [0.1 + 0.2 - 0.3, "0.00000000000000005551115123125783"],
    [1e-20, "0.00000000000000000001"],
  ];
  for (const [value, text] of table) assertEquals(formatNumber(value), text);
});

Deno.test(
  "formatNumber() keeps the exponent of very large and very small numbers",
  { permissions: "none" },
  () => {
    assertEquals(formatNumber(1e21), "1e+21");
    assertEquals(formatNumber(5e-324), "5e-324");
  },
);

Deno.test("formatNumber() refuses NaN and infinity", { permissions: "none" }, () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    assertThrows(
      () => formatNumber(value),
      RangeError,
      `Cannot format number ${value}: expected a finite number`,
    );
  }
});

Deno.test("readNumber() reads every form of a number in ranges and perfdata", {
  permissions: "none",
}, () => {
  const table: [string, number][] = [
    ["5", 5],
    ["+5", 5],
    ["-0", 0],
    ["5.", 5],
    [".5", 0.5],
    ["-.5", -0.5],
    ["010", 10],
    ["1e2", 100],
    ["1.5E+3", 1500],
    ["2e-2", 0.02],
  ];
  for (const [text, value] of table) assertEquals(readNumber(text), value, text);
});

Deno.test("readNumber() returns undefined for other texts", { permissions: "none" }, () => {
  const texts = ["", ".", "-", "+-1", "1e", "e5", "0x10", "1_000", "1,5", " 1", "1 ", "nan", "inf"];
  for (const text of [...texts, "Infinity", "1e999", "1.2.3", "1n", "٣"]) {
    assertEquals(readNumber(text), undefined, text);
  }
});

Deno.test("readNumber() reads back the output of formatNumber()", { permissions: "none" }, () => {
  fc.assert(fc.property(number, (value) => {
    assertEquals(readNumber(formatNumber(value)), value);
  }));
});
