import { assertEquals } from "@std/assert";
import fc from "../fast_check.ts";
import { fixed } from "../../checks/_fixed.ts";

Deno.test("fixed() formats a number like printf", { permissions: "none" }, () => {
  const cases: [value: number, decimals: number, text: string][] = [
    [0.125, 2, "0.12"],
    [0.375, 2, "0.38"],
    [0.625, 2, "0.62"],
    [0.685, 2, "0.69"],
    [0.005, 2, "0.01"],
    [1.005, 2, "1.00"],
    [0.5, 0, "0"],
    [1.5, 0, "2"],
    [2.5, 0, "2"],
    [-0.125, 2, "-0.12"],
    [-0.375, 2, "-0.38"],
    [0, 2, "0.00"],
    [1234567.89, 2, "1234567.89"],
    [45.05, 1, "45.0"],
    [45.25, 1, "45.2"],
    [2 ** 60 + 0.5, 0, "1152921504606846976"],
  ];
  for (const [value, decimals, text] of cases) assertEquals(fixed(value, decimals), text);
});

Deno.test("fixed() differs from the value by at most half a digit", { permissions: "none" }, () => {
  const values = fc.double({ min: -1e9, max: 1e9, noNaN: true });
  fc.assert(fc.property(values, fc.integer({ min: 0, max: 6 }), (value, decimals) => {
    const off = Math.abs(Number(fixed(value, decimals)) - value);
    return off <= 0.5 * 10 ** -decimals + Math.abs(value) * Number.EPSILON;
  }));
});
