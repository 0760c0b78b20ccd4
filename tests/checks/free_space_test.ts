import { assertEquals, assertThrows } from "@std/assert";
import { type FreeSpace, freeSpacePattern, parseFreeSpace } from "../../checks/_free_space.ts";
import { disk } from "../../checks/disk/disk.ts";
import { swap } from "../../checks/swap.ts";
import { executeCheck } from "../../src/check/execute.ts";

const whole = new RegExp(`^(?:${freeSpacePattern.source})$`, "u");

Deno.test(
  "parseFreeSpace() parses percentages, sizes and numbers of units",
  { permissions: "none" },
  () => {
    const cases: [items: string[], unit: number, threshold: FreeSpace][] = [
      [["20%"], 1, { percent: 20 }],
      [["0.5%"], 1, { percent: 0.5 }],
      [["100000"], 1, { bytes: 100_000 }],
      [["1000"], 2 ** 20, { bytes: 1000 * 2 ** 20 }],
      [["10GB"], 2 ** 20, { bytes: 1e10 }],
      [["512MiB"], 1, { bytes: 2 ** 29 }],
      [["1.5k"], 2 ** 20, { bytes: 1500 }],
      [["20%", "10GB"], 1, { percent: 20, bytes: 1e10 }],
    ];
    for (const [items, unit, threshold] of cases) {
      assertEquals(parseFreeSpace(items, unit), threshold);
      for (const item of items) assertEquals(whole.test(item), true, item);
    }
    assertEquals(parseFreeSpace(undefined, 1), undefined);
  },
);

Deno.test("parseFreeSpace() refuses a percentage above 100", { permissions: "none" }, () => {
  assertThrows(
    () => parseFreeSpace(["120%"], 1),
    SyntaxError,
    "expected a percentage from 0% to 100%",
  );
});

Deno.test("freeSpacePattern refuses all other strings", { permissions: "none" }, () => {
  for (const item of ["", "%", "abc", "-5", "20%:", "@5", "5 5", "1.2.3", "10XB", "20%%", "NaN"]) {
    assertEquals(whole.test(item), false, item);
  }
});

Deno.test("disk and swap refuse a malformed threshold and name the expected format", {
  permissions: "none",
}, async () => {
  const context = {
    signal: new AbortController().signal,
    hostname: "localhost",
    procfs: "/proc",
    log: () => {},
  };
  for (const check of [disk({ path: "/" }), swap()]) {
    const { output } = await executeCheck(check, ["-w", "plenty"], context);
    assertEquals(output, {
      state: "UNKNOWN",
      text: 'Option "warning": Invalid value "plenty": ' +
        "expected a percentage such as 20%, a size such as 10GB, or both: 20%,10GB",
    });
  }
});
