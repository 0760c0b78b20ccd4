import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileAge, presentFile } from "../../checks/file_age.ts";
import { formatPerfdata, testCheck } from "../../src/mod.ts";
import { assertOutput, optionsOf, type Recorded } from "./recorded.ts";

/** Outputs for a file that was modified 999 seconds ago; the reading is its size. */
const recorded: Recorded<number>[] = [
  {
    args: "-f /tmp/f",
    reading: 100,
    code: 2,
    text:
      "FILE_AGE CRITICAL: /tmp/f is 999 seconds old and 100 bytes | age=999s;240;600 size=100B;0;0;0",
  },
  {
    args: "-f /tmp/f -w 2000 -c 3000",
    reading: 100,
    code: 0,
    text:
      "FILE_AGE OK: /tmp/f is 999 seconds old and 100 bytes | age=999s;2000;3000 size=100B;0;0;0",
  },
  {
    args: "-f /tmp/f -w 998 -c 999",
    reading: 100,
    code: 1,
    text:
      "FILE_AGE WARNING: /tmp/f is 999 seconds old and 100 bytes | age=999s;998;999 size=100B;0;0;0",
  },
  {
    args: "-f /tmp/f -w 2000 -c 3000 -W 200",
    reading: 100,
    code: 1,
    text:
      "FILE_AGE WARNING: /tmp/f is 999 seconds old and 100 bytes | age=999s;2000;3000 size=100B;200;0;0",
  },
  {
    args: "-f /tmp/f -w 2000 -c 3000 -W 200 -C 150",
    reading: 100,
    code: 2,
    text:
      "FILE_AGE CRITICAL: /tmp/f is 999 seconds old and 100 bytes | age=999s;2000;3000 size=100B;200;150;0",
  },
  {
    args: "-f /tmp/f -w 2000 -c 3000 -W 100 -C 100",
    reading: 100,
    code: 0,
    text:
      "FILE_AGE OK: /tmp/f is 999 seconds old and 100 bytes | age=999s;2000;3000 size=100B;100;100;0",
  },
  {
    args: "/tmp/f 2000 3000",
    reading: 0,
    code: 0,
    text: "FILE_AGE OK: /tmp/f is 999 seconds old and 0 bytes | age=999s;2000;3000 size=0B;0;0;0",
  },
];

const now = new Date("2026-03-01T12:00:00.250Z");
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);

for (const row of recorded) {
  Deno.test(
    `presentFile() returns the output of check_file_age ${row.args} for ${row.reading} bytes`,
    { permissions: "none" },
    () => {
      const reading = { modified: ago(999), size: row.reading };
      assertOutput(presentFile(reading, optionsOf(fileAge, row.args), now), row);
    },
  );
}

Deno.test("presentFile() reports a missing file", { permissions: "none" }, () => {
  assertOutput(presentFile(undefined, optionsOf(fileAge, "-f /nonexist"), now), {
    code: 2,
    text: "FILE_AGE CRITICAL: File not found - /nonexist",
  });
  assertOutput(presentFile(undefined, optionsOf(fileAge, "-i -f /nonexist"), now), {
    code: 0,
    text: "FILE_AGE OK: /nonexist doesn't exist, but ignore-missing was set",
  });
});

Deno.test("presentFile() compares the age with ranges", { permissions: "none" }, () => {
  const cases: [args: string, age: number, state: string][] = [
    ["-w 100:2000 -c 50:3000", 999, "OK"],
    ["-w 100:2000 -c 50:3000", 99, "WARNING"],
    ["-w 100:2000 -c 50:3000", 49, "CRITICAL"],
    ["-w @0:10 -c 5000", 5, "WARNING"],
    // The file was modified 30 seconds in the future, by the clock of this host.
    ["-w 240 -c 600", -30, "OK"],
    ["-w 1:240 -c 600", -30, "WARNING"],
    ["-w 10m -c 1h", 599, "OK"],
    ["-w 10m -c 1h", 601, "WARNING"],
    ["-w 1h30m:2d -c 1h:", 5000, "WARNING"],
  ];
  for (const [args, age, state] of cases) {
    const reading = { modified: ago(age), size: 1 };
    const result = presentFile(reading, optionsOf(fileAge, `-f /tmp/f ${args}`), now);
    assertEquals(result.state, state, `${args} at ${age}`);
  }
});

Deno.test("presentFile() compares the size with a minimum or with ranges", {
  permissions: "none",
}, () => {
  const cases: [args: string, size: number, state: string, perfdata: string][] = [
    ["-W 101:", 101, "OK", "size=101B;101:;0;0"],
    ["-W 101:", 100, "WARNING", "size=100B;101:;0;0"],
    ["-C 0:99", 100, "CRITICAL", "size=100B;0;99;0"],
    ["-W 1kB -C 100", 100, "WARNING", "size=100B;1000;100;0"],
    ["-W 1kB -C 100", 99, "CRITICAL", "size=99B;1000;100;0"],
    ["-W 0 -C 0", 0, "OK", "size=0B;0;0;0"],
    ["-W 1k:1KiB -C @1M:", 1025, "WARNING", "size=1025B;1000:1024;@1000000:;0"],
    ["-W 1k:1KiB -C @1M:", 1_000_000, "CRITICAL", "size=1000000B;1000:1024;@1000000:;0"],
  ];
  for (const [args, size, state, perfdata] of cases) {
    const question = optionsOf(fileAge, `-f /tmp/f -w 1d -c 2d ${args}`);
    const result = presentFile({ modified: ago(5), size }, question, now);
    assertEquals(result.state, state, `${args} at ${size}`);
    assertEquals(formatPerfdata(result.perfdata!.slice(1)), perfdata, args);
  }
});

Deno.test("presentFile() counts whole seconds like the plugin", { permissions: "none" }, () => {
  const reading = { modified: new Date("2026-03-01T11:59:59.900Z"), size: 1 };
  const { output } = presentFile(reading, optionsOf(fileAge, "-f /tmp/f"), now);
  assertStringIncludes(output, "is 1 seconds old");
});

Deno.test("fileAge reads the age and size of its file", { permissions: "none" }, async () => {
  const read = { "/srv/f": { content: "12345", mtime: new Date(Date.now() - 700_000) } };
  const { state, text } = await testCheck(fileAge({ file: "/srv/f", critical: 3600 }), { read });
  assertEquals(state, "WARNING");
  assertStringIncludes(text, "seconds old and 5 bytes|age=");
  const missing = await testCheck(fileAge({ file: "/srv/f/g", ignoreMissing: true }), {
    read: { "/srv/f/g": new Deno.errors.NotADirectory("Not a directory (os error 20)") },
  });
  assertEquals(missing.text, "FILE_AGE OK: /srv/f/g doesn't exist, but ignore-missing was set");
});

Deno.test("fileAge returns UNKNOWN if the file cannot be read", {
  permissions: "none",
}, async () => {
  const { state, text } = await testCheck(fileAge({ file: "/srv/f", ignoreMissing: true }), {
    read: { "/srv/f": new Deno.errors.PermissionDenied("Permission denied (os error 13)") },
  });
  assertEquals([state, text], ["UNKNOWN", "Permission denied"]);
});

const self = import.meta.filename!;

Deno.test(
  "fileAge needs read permission for its file only",
  { permissions: { read: [self] } },
  async () => {
    const bound = fileAge({ file: self, warning: "0:", critical: "0:" });
    assertEquals((await testCheck(bound)).state, "OK");
    const other = await testCheck(bound, { args: ["-f", "/etc/hostname"] });
    assertStringIncludes(other.text, 'Permission refused: read "/etc/hostname"');
  },
);

Deno.test("fileAge refuses a relative path", { permissions: "none" }, async () => {
  const { state, text } = await testCheck(fileAge({ file: "relative" }));
  assertEquals(state, "UNKNOWN");
  assertStringIncludes(text, 'Option "file": Invalid value "relative"');
});
