import { assertEquals, assertThrows } from "@std/assert";
import { evaluate, type Perfdata } from "../../src/nagios/perfdata.ts";
import { parseRange } from "../../src/nagios/range.ts";
import type { State } from "../../src/nagios/state.ts";
import { casesIgnored, readCases } from "../cases.ts";
import { assertConforms } from "./conform.ts";

const warning = "10:20";
const critical = parseRange("~:30");

Deno.test("evaluate() judges a value by its own thresholds", { permissions: "none" }, () => {
  const table: [Perfdata["value"], State][] = [
    [15, "OK"],
    [20, "OK"],
    [21, "WARNING"],
    [9, "WARNING"],
    [30, "WARNING"],
    [31, "CRITICAL"],
    [Infinity, "CRITICAL"],
    ["U", "UNKNOWN"],
    [NaN, "UNKNOWN"],
  ];
  for (const [value, state] of table) {
    assertEquals(evaluate({ label: "a", value, warning, critical }), state, String(value));
  }
});

Deno.test("evaluate() treats an empty threshold like an absent one", {
  permissions: "none",
}, () => {
  assertEquals(evaluate({ label: "a", value: -1 }), "OK");
  assertEquals(evaluate({ label: "a", value: -1, warning: "", critical: "" }), "OK");
  assertEquals(evaluate({ label: "a", value: 5, critical: "4" }), "CRITICAL");
  assertEquals(evaluate({ label: "a", value: "U" }), "UNKNOWN");
});

Deno.test("evaluate() returns the worst state of several values", { permissions: "none" }, () => {
  const fine = { label: "a", value: 15, warning, critical };
  const unknown: Perfdata = { label: "b", value: "U", warning, critical };
  const high = { label: "c", value: 25, warning, critical };
  assertEquals(evaluate([]), "OK");
  assertEquals(evaluate([fine]), "OK");
  assertEquals(evaluate([fine, unknown]), "UNKNOWN");
  assertEquals(evaluate([high, unknown, fine]), "WARNING");
});

Deno.test("evaluate() refuses a threshold that is not a range", { permissions: "none" }, () => {
  assertThrows(() => evaluate({ label: "a", value: 1, warning: "20%" }), SyntaxError, '"20%"');
  assertThrows(() => evaluate({ label: "a", value: "U", critical: "2:1" }), SyntaxError);
});

interface Row {
  warning: string | null;
  critical: string | null;
  value?: number;
  values?: number[];
  state?: State;
  error?: true;
  dialect?: string;
  source: string;
}

Deno.test("Thresholds conform to the shared table", {
  ignore: casesIgnored,
  permissions: { read: true },
}, () => {
  assertConforms(readCases<Row>("thresholds"), [
    {
      reason:
        "a value without thresholds is UNKNOWN for Monitoring::Plugin; it is OK here, because " +
        "only a threshold can make a value worse",
      covers: ({ warning, critical, state }) =>
        warning === null && critical === null && state === "UNKNOWN",
    },
    {
      reason:
        "check_file_age reads a number without a colon as a minimum; we follow the guidelines",
      covers: ({ dialect }) => dialect?.startsWith("check_file_age") === true,
    },
  ], ({ warning, critical, value, values, state, error }) => {
    const perfdata = (values ?? [value!]).map((value) => ({
      label: "a",
      value,
      ...(warning === null ? {} : { warning }),
      ...(critical === null ? {} : { critical }),
    }));
    if (error) assertThrows(() => evaluate(perfdata), SyntaxError);
    else assertEquals(evaluate(perfdata), state);
  });
});
