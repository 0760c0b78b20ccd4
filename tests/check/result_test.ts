import { assertEquals, assertThrows } from "@std/assert";
import {
  type CheckResult,
  critical,
  ok,
  presentResult,
  unknown,
  warning,
} from "../../src/check/result.ts";

Deno.test("ok(), warning(), critical() and unknown() return a result with their state", {
  permissions: "none",
}, () => {
  const details = { longOutput: "more", perfdata: [{ label: "a", value: 1 }] };
  assertEquals(ok("fine"), { output: "fine", state: "OK" });
  assertEquals(warning("so so", details), { output: "so so", state: "WARNING", ...details });
  assertEquals(critical("bad"), { output: "bad", state: "CRITICAL" });
  assertEquals(unknown("lost", { longOutput: "x" }), {
    output: "lost",
    state: "UNKNOWN",
    longOutput: "x",
  });
});

Deno.test("presentResult() returns state and text like a plugin", { permissions: "none" }, () => {
  const high = { label: "a", value: 9, warning: "5", critical: "8" };
  const rows: [CheckResult | string, string, string][] = [
    ["fine", "OK", "fine"],
    ["", "OK", ""],
    [{ output: "fine" }, "OK", "fine"],
    [{ output: "first\nsecond" }, "OK", "first\nsecond"],
    [
      { output: "fine", longOutput: "more\nand more" },
      "OK",
      "fine\nmore\nand more",
    ],
    [
      { output: "high", perfdata: [{ label: "a", value: 6, warning: "5" }] },
      "WARNING",
      "high|a=6;5",
    ],
    [
      { output: "high", perfdata: [{ label: "b", value: 1 }, high] },
      "CRITICAL",
      "high|b=1 a=9;5;8",
    ],
    [
      { output: "lost", perfdata: [{ label: "a", value: "U", warning: "5" }] },
      "UNKNOWN",
      "lost|a=U;5",
    ],
    [{ output: "said", state: "OK", perfdata: [high] }, "OK", "said|a=9;5;8"],
    [
      { output: "said", state: undefined, longOutput: undefined, perfdata: undefined },
      "OK",
      "said",
    ],
  ];
  for (const [result, state, text] of rows) assertEquals(presentResult(result), { state, text });
});

Deno.test("presentResult() refuses a malformed result", { permissions: "none" }, () => {
  const rows: [unknown, string][] = [
    [undefined, "Invalid result of type undefined: expected a string or { output,"],
    [null, "Invalid result of type null"],
    [5, "Invalid result of type number"],
    [["fine"], "Invalid result of type array"],
    [{}, "Invalid result of type object"],
    [{ output: 5 }, "Invalid output of type number in the result: expected a value of type string"],
    [{ output: "a", longOutput: null }, "Invalid longOutput of type null in the result"],
    [{ output: "a", perfdata: {} }, "Invalid perfdata of type object in the result"],
    [
      { output: "x", state: "ok" },
      'Invalid state "ok": expected "OK", "WARNING", "CRITICAL" or "UNKNOWN"',
    ],
    [{ output: "x", state: 2 }, "Invalid state 2"],
    [{ output: "x", state: "constructor" }, 'Invalid state "constructor"'],
  ];
  for (const [result, message] of rows) {
    assertThrows(() => presentResult(result as CheckResult), TypeError, message);
  }
});
