import { assertThrows } from "@std/assert";
import { presentDummy } from "../../checks/dummy.ts";
import { assertOutput } from "./recorded.ts";

const cases: [state: string, text: string | undefined, code: number, expected: string][] = [
  ["0", undefined, 0, "OK"],
  ["1", "foo", 1, "WARNING: foo"],
  ["2", "a b", 2, "CRITICAL: a b"],
  ["3", undefined, 3, "UNKNOWN"],
  ["0", "", 0, "OK: "],
  ["02", "x", 2, "CRITICAL: x"],
  ["4", "x", 3, "UNKNOWN: Status 4 is not a supported error state"],
  ["-1", "x", 3, "UNKNOWN: Status -1 is not a supported error state"],
  ["warning", "foo", 1, "WARNING: foo"],
  ["CRITICAL", undefined, 2, "CRITICAL"],
  // Perfdata passes through, and a bar in other text becomes a space.
  ["2", "a|b=1", 2, "CRITICAL: a|b=1"],
  ["0", "a |'b c'=1s;2;3 d=4\nlong|e=5", 0, "OK: a|'b c'=1s;2;3 d=4\nlong|e=5"],
  ["1", "a|b", 1, "WARNING: a b"],
];

for (const [state, text, code, expected] of cases) {
  Deno.test(
    `presentDummy() returns the output of check_dummy ${state} ${text}`,
    { permissions: "none" },
    () => {
      assertOutput(presentDummy(state, text), { code, text: expected });
    },
  );
}

Deno.test("presentDummy() refuses an unknown state", { permissions: "none" }, () => {
  assertThrows(() => presentDummy("fine"), SyntaxError, "expected OK, WARNING, CRITICAL, UNKNOWN");
});
