import { assertEquals, assertThrows } from "@std/assert";
import { memory, type MemoryReading, parseArcSize, presentMemory } from "../../checks/memory.ts";
import { assertOutput, optionsOf } from "./recorded.ts";

/** 16,000,000 kB of memory, with 4,000,000 free and 6,000,000 in caches. */
const reading: MemoryReading = {
  total: 16_000_000 * 1024,
  free: 4_000_000 * 1024,
  available: 10_000_000 * 1024,
};

/** The outputs of check_mem.pl for this memory. */
const cases: [args: string, code: number, text: string][] = [
  [
    "-u -w 80 -c 90",
    0,
    "OK - 75.0% (12000000 kB) used.|TOTAL=16000000KB;;;; USED=12000000KB;12800000;14400000;; " +
    "FREE=4000000KB;;;; CACHES=6000000KB;;;;",
  ],
  [
    "-w 75 -c 90",
    1,
    "WARNING - 75.0% (12000000 kB) used!|TOTAL=16000000KB;;;; USED=12000000KB;12000000;14400000;; " +
    "FREE=4000000KB;;;; CACHES=6000000KB;;;;",
  ],
  [
    "-u -C -w 30 -c 37.5",
    2,
    "CRITICAL - 37.5% (6000000 kB) used!|TOTAL=16000000KB;;;; USED=6000000KB;4800000;6000000;; " +
    "FREE=10000000KB;;;; CACHES=6000000KB;;;;",
  ],
  [
    "-f -w 20 -c 10",
    0,
    "OK - 25.0% (4000000 kB) free.|TOTAL=16000000KB;;;; USED=12000000KB;12800000;14400000;; " +
    "FREE=4000000KB;;;; CACHES=6000000KB;;;;",
  ],
  [
    "-f -w 25 -c 10",
    1,
    "WARNING - 25.0% (4000000 kB) free!|TOTAL=16000000KB;;;; USED=12000000KB;12000000;14400000;; " +
    "FREE=4000000KB;;;; CACHES=6000000KB;;;;",
  ],
  [
    "-f -C -w 90% -c 70%",
    2,
    "CRITICAL - 62.5% (10000000 kB) free!|TOTAL=16000000KB;;;; USED=6000000KB;1600000;4800000;; " +
    "FREE=10000000KB;;;; CACHES=6000000KB;;;;",
  ],
  [
    "",
    0,
    "OK - 75.0% (12000000 kB) used.|TOTAL=16000000KB;;;; USED=12000000KB;;;; " +
    "FREE=4000000KB;;;; CACHES=6000000KB;;;;",
  ],
];

for (const [args, code, text] of cases) {
  Deno.test(
    `presentMemory() returns the output of check_mem.pl ${args}`,
    { permissions: "none" },
    () => {
      const { used: _, ...thresholds } = optionsOf(memory, args);
      assertOutput(presentMemory(reading, thresholds), { code, text });
    },
  );
}

Deno.test("presentMemory() compares the rounded percentage", { permissions: "none" }, () => {
  const nearly = { total: 1e6 * 1024, free: 200_400 * 1024, available: 200_400 * 1024 };
  const { state, output } = presentMemory(nearly, { warning: 80 });
  assertEquals([state, output], ["WARNING", "WARNING - 80.0% (799600 kB) used!"]);
});

Deno.test("presentMemory() counts the ARC of ZFS as a cache", { permissions: "none" }, () => {
  const arc = 5_000_000 * 1024;
  const { state, perfdata } = presentMemory({ ...reading, arc }, { caches: true, warning: 10 });
  assertEquals(perfdata?.map(({ value }) => value), [16e6, 1e6, 15e6, 11e6]);
  assertEquals(state, "OK");
  // A kernel may include the ARC in the available memory: memory is not counted twice.
  const whole = presentMemory({ ...reading, arc: 9e6 * 1024 }, { caches: true });
  assertEquals(whole.perfdata?.map(({ value }) => value), [16e6, 0, 16e6, 12e6]);
});

Deno.test("parseArcSize() reads the size of the ARC", { permissions: "none" }, () => {
  assertEquals(parseArcSize("name type data\nhdr_size 4 7\nsize 4 42\nl2_size 4 9\n"), 42);
  assertEquals(parseArcSize("name type data\nc_max 4 42\n"), 0);
});

Deno.test("presentMemory() never returns negative caches", { permissions: "none" }, () => {
  const { perfdata } = presentMemory({ ...reading, available: 0 }, { caches: true });
  assertEquals(perfdata?.map(({ value }) => value), [16e6, 12e6, 4e6, 0]);
});

Deno.test("presentMemory() refuses an empty memory and inverted thresholds", {
  permissions: "none",
}, () => {
  for (const total of [0, NaN]) {
    assertThrows(() => presentMemory({ ...reading, total }, {}), RangeError, "Invalid memory size");
  }
  const inverted = [{ warning: 90, critical: 80 }, { warning: 10, critical: 20, free: true }];
  for (const thresholds of inverted) {
    assertThrows(() => presentMemory(reading, thresholds), RangeError, "the critical threshold");
  }
});
