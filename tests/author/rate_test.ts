import { assertEquals, assertThrows } from "@std/assert";
import { rate } from "../../src/author/rate.ts";
import { openState } from "../../src/check/check_state.ts";

const permissions = { permissions: "none" } as const;

/** The time of the earlier sample, in milliseconds. */
const start = 1_700_000_000_000;

/** Calls `rate()` with a stored state; returns its result and the new state. */
function rateOf(stored: unknown, counters: Record<string, number>, now: number) {
  let json: string | null | undefined;
  const opened = openState(
    stored === undefined ? null : JSON.stringify(stored),
    (next) => json = next,
  );
  const rates = rate(opened, counters, now);
  opened.commit();
  return { ...rates, stored: typeof json === "string" ? JSON.parse(json) : json };
}

function sample(counters: Record<string, number>, time = start) {
  return { rate: { time, counters } };
}

Deno.test("rate() has no rate at the first run, and stores the counters", permissions, () => {
  assertEquals(rateOf(undefined, { rx: 5, tx: 7 }, start), {
    perSecond: { rx: undefined, tx: undefined },
    seconds: 0,
    note: "no rate yet",
    stored: sample({ rx: 5, tx: 7 }),
  });
});

Deno.test("rate() divides by the real time between two runs", permissions, () => {
  const before = sample({ rx: 100, tx: 50 });
  const rows: [seconds: number, rx: number, tx: number][] = [
    [60, 10, 0],
    [0.5, 1200, 0],
    [86_400 * 30, 600 / (86_400 * 30), 0],
  ];
  for (const [seconds, rx, tx] of rows) {
    const now = start + seconds * 1000;
    assertEquals(rateOf(before, { rx: 700, tx: 50 }, now), {
      perSecond: { rx, tx },
      seconds,
      note: "",
      stored: sample({ rx: 700, tx: 50 }, now),
    });
  }
});

Deno.test("rate() has no negative rate, and explains counters without a rate", permissions, () => {
  const before = sample({ rx: 100, tx: 50, errors: 3 });
  const rows: [
    counters: Record<string, number>,
    perSecond: Record<string, number | undefined>,
    seconds: number,
    note: string,
  ][] = [
    [{ rx: 99, tx: 60 }, { rx: undefined, tx: 1 }, 10, "no rate for rx: the counter went back"],
    [
      { rx: 0, tx: 0 },
      { rx: undefined, tx: undefined },
      0,
      "no rate for rx, tx: the counters went back",
    ],
    [{ rx: 110, new: 9 }, { rx: 1, new: undefined }, 10, "no rate yet for new"],
    [
      { new: 9, rx: 1 },
      { new: undefined, rx: undefined },
      0,
      "no rate yet for new; no rate for rx: the counter went back",
    ],
    [{ constructor: 1 }, { constructor: undefined }, 0, "no rate yet for constructor"],
    [{}, {}, 0, ""],
  ];
  for (const [counters, perSecond, seconds, note] of rows) {
    const now = start + 10_000;
    assertEquals(rateOf(before, counters, now), {
      perSecond,
      seconds,
      note,
      stored: sample(counters, now),
    });
  }
});

Deno.test("rate() has no rate if the clock went back, and starts again", permissions, () => {
  const before = sample({ rx: 100 });
  const back = rateOf(before, { rx: 200 }, start - 1);
  assertEquals(back, {
    perSecond: { rx: undefined },
    seconds: 0,
    note: "no rate yet: the clock went back",
    stored: sample({ rx: 200 }, start - 1),
  });
  assertEquals(rateOf(back.stored, { rx: 300 }, start + 999).perSecond, { rx: 100 });
});

Deno.test("rate() keeps the earlier sample if no time has passed", permissions, () => {
  assertEquals(rateOf(sample({ rx: 100 }), { rx: 200 }, start), {
    perSecond: { rx: undefined },
    seconds: 0,
    note: "no rate yet: no time has passed since the last run",
    stored: undefined,
  });
});

Deno.test("rate() keeps the other properties of a state", permissions, () => {
  const before = { own: [1], ...sample({ rx: 100 }) };
  const { stored } = rateOf(before, { rx: 200 }, start + 1000);
  assertEquals(stored, { own: [1], ...sample({ rx: 200 }, start + 1000) });
});

Deno.test("rate() ignores a malformed sample", permissions, () => {
  const rows: unknown[] = [
    {},
    { rate: null },
    { rate: [] },
    { rate: "x" },
    { rate: { time: "x", counters: { rx: 1 } } },
    { rate: { time: start } },
    { rate: { time: start, counters: null } },
  ];
  for (const stored of rows) {
    assertEquals(rateOf(stored, { rx: 2 }, start + 1000).note, "no rate yet");
  }
  const text = { rate: { time: start, counters: { rx: "1" } } };
  assertEquals(rateOf(text, { rx: 2 }, start + 1000).note, "no rate yet for rx");
});

Deno.test("rate() refuses what it cannot compare or store", permissions, () => {
  for (const value of [NaN, Infinity, "5", undefined, null, 5n, Symbol("s")]) {
    assertThrows(
      () => rateOf(undefined, { rx: value as number }, start),
      TypeError,
      'Invalid counter "rx": expected a finite number, not ',
    );
  }
  for (const stored of [1, "x", [], true]) {
    assertThrows(
      () => rateOf(stored, { rx: 1 }, start),
      TypeError,
      "the state of the check is not an object",
    );
  }
  assertThrows(
    () => rate({} as never, { rx: 1 }),
    TypeError,
    "Cannot compute a rate: the context has no state",
  );
  const opened = openState(null, () => {});
  rate(opened, { rx: 1 });
  assertThrows(() => rate(opened, { tx: 1 }), Error, "pass all counters in one call");
});
