import { assertEquals, assertThrows } from "@std/assert";
import {
  type CheckResult,
  critical,
  ok,
  presentResult,
  unknown,
  warning,
} from "../../src/check/result.ts";

Deno.test("ok() and its siblings put the state into a result", { permissions: "none" }, () => {
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

Deno.test("presentResult() gives state and text as a plugin does", { permissions: "none" }, () => {
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

Deno.test("presentResult() refuses what is no result", { permissions: "none" }, () => {
  const rows: [unknown, string][] = [
    [undefined, "Cannot present a result of type undefined: expected text or { output,"],
    [null, "Cannot present a result of type null"],
    [5, "Cannot present a result of type number"],
    [["fine"], "Cannot present a result of type array"],
    [{}, "Cannot present a result of type object"],
    [{ output: 5 }, "Cannot present a result of type object"],
    [
      { output: "x", state: "ok" },
      'Cannot present state "ok": expected "OK", "WARNING", "CRITICAL" or "UNKNOWN"',
    ],
    [{ output: "x", state: 2 }, "Cannot present state 2"],
    [{ output: "x", state: "constructor" }, 'Cannot present state "constructor"'],
  ];
  for (const [result, message] of rows) {
    assertThrows(() => presentResult(result as CheckResult), TypeError, message);
  }
});
