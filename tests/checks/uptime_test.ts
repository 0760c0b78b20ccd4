import { assertEquals, assertThrows } from "@std/assert";
import { presentUptime, uptime } from "../../checks/uptime.ts";
import { parseRange, testCheck } from "../../src/mod.ts";
import { assertOutput, optionsOf } from "./recorded.ts";

const cases: [args: string, seconds: number, code: number, text: string][] = [
  [
    "-w 5:1000000 -c 2:2000000 -f",
    3164,
    0,
    "OK: Uptime is 3164 seconds. Running for 52 minutes and 44 seconds. |uptime=3164s;1000000;2000000;0",
  ],
  [
    "-w 3000 -c 4000",
    3164,
    1,
    "WARNING: Uptime is 3164 seconds. Exceeds upper warn threshold. |uptime=3164s;3000;4000;0",
  ],
  [
    "-w 10:3000 -c 10:3100",
    3164,
    2,
    "CRITICAL: Uptime is 3164 seconds. Exceeds upper crit threshold. |uptime=3164s;3000;3100;0",
  ],
  [
    "-w 1h:2w -c 5m:3w",
    3164,
    1,
    "WARNING: Uptime is 3164 seconds. Exceeds lower warn threshold. |uptime=3164s;1209600;1814400;0",
  ],
  [
    "-w 2h:2w -c 1h:3w",
    3164,
    2,
    "CRITICAL: Uptime is 3164 seconds. Exceeds lower crit threshold. |uptime=3164s;1209600;1814400;0",
  ],
  [
    "-w 1h30m: -c 5m:",
    3164,
    1,
    "WARNING: Uptime is 3164 seconds. Exceeds lower warn threshold. |uptime=3164s;5400:;300:;0",
  ],
  ["-w 30m: -c 5m:", 3164, 0, "OK: Uptime is 3164 seconds. |uptime=3164s;1800:;300:;0"],
  ["-d", 200_000, 0, "OK: Uptime is 2 days. |uptime=200000s;;;0"],
  ["", 3164.9, 0, "OK: Uptime is 3164 seconds. |uptime=3164s;;;0"],
  [
    "-w @0:1h",
    3164,
    1,
    "WARNING: Uptime is 3164 seconds. Exceeds warn threshold. |uptime=3164s;@3600;;0",
  ],
];

for (const [args, seconds, code, text] of cases) {
  Deno.test(
    `presentUptime() returns the output of check_uptime ${args} for ${seconds} s`,
    { permissions: "none" },
    () => {
      const { since: _, ...settings } = optionsOf(uptime, args);
      assertOutput(presentUptime(seconds, settings), { code, text });
    },
  );
}

Deno.test(
  "presentUptime() changes to larger units like the plugin",
  { permissions: "none" },
  () => {
    const minute = 60, hour = 3600, day = 86400, week = 604800;
    const durations: [seconds: number, words: string][] = [
      [0, "0 seconds"],
      [1, "1 second"],
      [100, "100 seconds"],
      [101, "1 minute and 41 seconds"],
      [100 * minute, "100 minutes and 0 seconds"],
      [101 * minute + 1, "1 hour, 41 minutes and 1 second"],
      [48 * hour, "48 hours and 0 seconds"],
      [49 * hour, "2 days, 1 hour and 0 seconds"],
      [14 * day, "14 days and 0 seconds"],
      [15 * day, "2 weeks, 1 day and 0 seconds"],
      [
        3 * week + 2 * day + 5 * hour + 7 * minute + 9,
        "3 weeks, 2 days, 5 hours, 7 minutes and 9 seconds",
      ],
    ];
    for (const [seconds, words] of durations) {
      const { output } = presentUptime(seconds, { for: true });
      assertEquals(output, `OK: Uptime is ${seconds} seconds. Running for ${words}.`);
    }
  },
);

Deno.test("presentUptime() shows the start in local time", { permissions: "none" }, () => {
  const now = new Date(2026, 1, 3, 4, 5, 16, 789);
  assertEquals(
    presentUptime(10, { since: now }).output,
    "OK: Uptime is 10 seconds. Running since 2026-02-03 04:05:06.",
  );
});

Deno.test(
  "presentUptime() refuses inverted thresholds and NaN",
  { permissions: "none" },
  () => {
    const inverted = { warning: parseRange("86400"), critical: parseRange("3600") };
    assertThrows(
      () => presentUptime(10, inverted),
      RangeError,
      "3600 s; a lower bound is written 30m:",
    );
    assertThrows(() => presentUptime(NaN, {}), RangeError, "Invalid uptime NaN");
  },
);

Deno.test("uptime refuses empty and malformed thresholds", { permissions: "none" }, async () => {
  const rows: [text: string, reason: string][] = [
    ["", "it contains no number"],
    [":", "it contains no number"],
    ["@", "it contains no number"],
    ["5x", 'end "5x" is not a duration such as "1h30m"'],
    ["h:", 'start "h" is not a duration such as "1h30m"'],
    ["-5", "start is above end"],
  ];
  for (const [text, reason] of rows) {
    assertEquals(await testCheck(uptime, { args: [`--warning=${text}`] }), {
      state: "UNKNOWN",
      text: `Option "warning": Cannot parse range "${text}": ${reason}`,
    });
  }
});
