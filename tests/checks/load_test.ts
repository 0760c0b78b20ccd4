import { assertEquals, assertThrows } from "@std/assert";
import { asKernelShows, busiestProcesses, load, presentLoad } from "../../checks/load.ts";
import { assertOutput, optionsOf, type Recorded } from "./recorded.ts";

/** Outputs on a machine with two CPUs. */
const recorded: Recorded<number[]>[] = [
  {
    args: "-w 15,10,5 -c 30,25,20",
    reading: [1.37, 1.1, 0.57],
    code: 0,
    text:
      "LOAD OK - total load average: 1.37, 1.10, 0.57|load1=1.370;15.000;30.000;0; load5=1.100;10.000;25.000;0; load15=0.570;5.000;20.000;0; ",
  },
  {
    args: "-w 15,10 -c 30,25,20",
    reading: [1.37, 1.1, 0.57],
    code: 0,
    text:
      "LOAD OK - total load average: 1.37, 1.10, 0.57|load1=1.370;15.000;30.000;0; load5=1.100;10.000;25.000;0; load15=0.570;10.000;20.000;0; ",
  },
  {
    args: "-w 15,10,5 -c 30",
    reading: [15.0, 1.1, 0.57],
    code: 0,
    text:
      "LOAD OK - total load average: 15.00, 1.10, 0.57|load1=15.000;15.000;30.000;0; load5=1.100;10.000;30.000;0; load15=0.570;5.000;30.000;0; ",
  },
  {
    args: "-w 15,10,5 -c 30",
    reading: [15.01, 1.1, 0.57],
    code: 1,
    text:
      "LOAD WARNING - total load average: 15.01, 1.10, 0.57|load1=15.010;15.000;30.000;0; load5=1.100;10.000;30.000;0; load15=0.570;5.000;30.000;0; ",
  },
  {
    args: "-r -w 15,10,5 -c 30,25,20",
    reading: [1.37, 1.1, 0.57],
    code: 0,
    text:
      "LOAD OK - scaled load average: 0.69, 0.55, 0.28 - total load average: 1.37, 1.10, 0.57|load1=1.370;;;0; scaled_load1=0.685;15.000;30.000;0; load5=1.100;;;0; scaled_load5=0.550;10.000;25.000;0; load15=0.570;;;0; scaled_load15=0.285;5.000;20.000;0; ",
  },
  {
    args: "-r -w 0.62 -c 30",
    reading: [1.25, 0.25, 0.57],
    code: 1,
    text:
      "LOAD WARNING - scaled load average: 0.62, 0.12, 0.28 - total load average: 1.25, 0.25, 0.57|load1=1.250;;;0; scaled_load1=0.625;0.620;30.000;0; load5=0.250;;;0; scaled_load5=0.125;0.620;30.000;0; load15=0.570;;;0; scaled_load15=0.285;0.620;30.000;0; ",
  },
  {
    args: "-r -w 0.624 -c 0.625",
    reading: [1.25, 0.25, 0.57],
    code: 1,
    text:
      "LOAD WARNING - scaled load average: 0.62, 0.12, 0.28 - total load average: 1.25, 0.25, 0.57|load1=1.250;;;0; scaled_load1=0.625;0.624;0.625;0; load5=0.250;;;0; scaled_load5=0.125;0.624;0.625;0; load15=0.570;;;0; scaled_load15=0.285;0.624;0.625;0; ",
  },
  {
    args: "-r -w 1 -c 2",
    reading: [0.25, 0.13, 0.05],
    code: 0,
    text:
      "LOAD OK - scaled load average: 0.12, 0.07, 0.03 - total load average: 0.25, 0.13, 0.05|load1=0.250;;;0; scaled_load1=0.125;1.000;2.000;0; load5=0.130;;;0; scaled_load5=0.065;1.000;2.000;0; load15=0.050;;;0; scaled_load15=0.025;1.000;2.000;0; ",
  },
  {
    args: "-w 5 -c 30",
    reading: [3.0, 2.0, 40.0],
    code: 2,
    text:
      "LOAD CRITICAL - total load average: 3.00, 2.00, 40.00|load1=3.000;5.000;30.000;0; load5=2.000;5.000;30.000;0; load15=40.000;5.000;30.000;0; ",
  },
  {
    args: "-w 15.125 -c 30",
    reading: [1234567.89, 1.1, 0.57],
    code: 2,
    text:
      "LOAD CRITICAL - total load average: 1234567.89, 1.10, 0.57|load1=1234567.890;15.125;30.000;0; load5=1.100;15.125;30.000;0; load15=0.570;15.125;30.000;0; ",
  },
  {
    args: "-w 0 -c 0",
    reading: [1.37, 1.1, 0.57],
    code: 2,
    text:
      "LOAD CRITICAL - total load average: 1.37, 1.10, 0.57|load1=1.370;0.000;0.000;0; load5=1.100;0.000;0.000;0; load15=0.570;0.000;0.000;0; ",
  },
];

for (const row of recorded) {
  Deno.test(
    `presentLoad() returns the output of check_load ${row.args} for ${row.reading.join(" ")}`,
    { permissions: "none" },
    () => {
      const { warning, critical, percpu } = optionsOf(load, row.args);
      const reading = { averages: row.reading, cpus: percpu ? 2 : undefined };
      assertOutput(presentLoad(reading, { warning, critical }), row);
    },
  );
}

Deno.test("presentLoad() works without thresholds", { permissions: "none" }, () => {
  assertEquals(presentLoad({ averages: [0, 0.01, 0.05] }, {}), {
    state: "OK",
    output: "LOAD OK - total load average: 0.00, 0.01, 0.05",
    longOutput: undefined,
    perfdata: [
      { label: "load1", value: 0, min: 0 },
      { label: "load5", value: 0.01, min: 0 },
      { label: "load15", value: 0.05, min: 0 },
    ],
  });
});

Deno.test(
  "presentLoad() compares before it rounds to three decimals",
  { permissions: "none" },
  () => {
    const reading = { averages: [1.01, 0, 0], cpus: 3 };
    const { warning } = optionsOf(load, "-w 0.3369");
    assertEquals(presentLoad(reading, { warning }).state, "OK");
  },
);

Deno.test("presentLoad() returns UNKNOWN without averages", { permissions: "none" }, () => {
  const { state, perfdata } = presentLoad({ averages: [NaN] }, {});
  assertEquals(state, "UNKNOWN");
  assertEquals(perfdata?.map(({ value }) => value), ["U", "U", "U"]);
});

Deno.test("presentLoad() refuses inverted or too many thresholds", { permissions: "none" }, () => {
  const refusals: [args: string, message: string][] = [
    [
      "-w 5,4,3 -c 10,3,2",
      'Parameter inconsistency: 5-minute "warning load" is greater than "critical load"',
    ],
    ["-w 1,2,3,4", "Invalid number of thresholds 4: expected 1 to 3, for 1, 5 and 15 minutes"],
  ];
  for (const [args, message] of refusals) {
    const { warning, critical } = optionsOf(load, args);
    const present = () => presentLoad({ averages: [1, 1, 1] }, { warning, critical });
    assertThrows(present, RangeError, message);
  }
});

Deno.test(
  "asKernelShows() returns the two decimals of /proc/loadavg",
  { permissions: "none" },
  () => {
    // Multiples of 1/2048, as sysinfo(2) returns them, and the kernel's decimals for them.
    const cases: [exact: number, shown: number][] = [
      [0, 0],
      [10 / 2048, 0],
      [11 / 2048, 0.01],
      [20 / 2048, 0.01],
      [1, 1],
      [2.72216796875, 2.72],
      [1.4462890625, 1.45],
      [0.634765625, 0.63],
      [2037 / 2048, 0.99],
      [2038 / 2048, 1],
    ];
    for (const [exact, shown] of cases) assertEquals(asKernelShows(exact), shown);
  },
);

Deno.test(
  "busiestProcesses() sorts by CPU usage, and omits its own ps",
  { permissions: "none" },
  () => {
    const listing = [
      "STAT   UID   PID  PPID    VSZ   RSS %CPU     ELAPSED COMMAND         COMMAND",
      "Ss       0     1     0  50204 18924  0.4       26:28 init            /sbin/init 99 100",
      "Sl     102   731     1  83352  6712 29.3       00:02 sorter          sorter --big",
      "R        0   944   731   8248  4432  100       00:00 ps              /bin/ps",
      "",
    ].join("\n");
    const list = (self: number) => {
      const [heading, ...names] = busiestProcesses(listing, 2, self).split("\n");
      assertEquals(heading, listing.split("\n")[0]);
      return names.map((line) => line.trim().split(/\s+/)[8]);
    };
    assertEquals(list(1), ["ps", "sorter"]);
    assertEquals(list(731), ["sorter", "init"]);
  },
);

Deno.test(
  "load declares exactly the permissions that its options need",
  { permissions: "none" },
  () => {
    const { permissions } = load.definition;
    const cases: [args: string, sys: string[], run: string[]][] = [
      ["", ["loadavg"], []],
      ["-r", ["loadavg", "cpus"], []],
      ["-n 3", ["loadavg"], ["/bin/ps"]],
    ];
    for (const [args, sys, run] of cases) {
      const declared = (acceptArguments: boolean) =>
        typeof permissions === "function"
          ? permissions(optionsOf(load, args), { acceptArguments })
          : permissions;
      assertEquals(declared(false), { sys, run });
      // Arguments may set -r.
      assertEquals(declared(true), { sys: ["loadavg", "cpus"], run });
    }
  },
);
