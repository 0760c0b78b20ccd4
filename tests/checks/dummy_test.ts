import { assertThrows } from "@std/assert";
import { presentDummy } from "../../checks/dummy.ts";
import { assertSays } from "./recorded.ts";

const cases: [state: string, text: string | undefined, code: number, says: string][] = [
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
];

for (const [state, text, code, says] of cases) {
  Deno.test(
    `presentDummy() says what check_dummy ${state} ${text} says`,
    { permissions: "none" },
    () => {
      assertSays(presentDummy(state, text), { code, text: says });
    },
  );
}

Deno.test("presentDummy() refuses a name that is no state", { permissions: "none" }, () => {
  assertThrows(() => presentDummy("fine"), SyntaxError, "expected OK, WARNING, CRITICAL, UNKNOWN");
});
