import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { query } from "../../src/cli/query.ts";
import { readSettings } from "../../src/client/query_settings.ts";
import { run } from "../serving.ts";

Deno.test("query prints help, version and license and exits as check_nrpe does", async () => {
  const cases: [string[], RegExp][] = [
    [["--help"], /^Usage: checkwright query -H HOST [^]*-c, --command NAME /],
    [["-h"], /^Usage: checkwright query /],
    [["-V"], /^NRPE Plugin for Nagios\nVersion: 4\.1\.0 \(Checkwright \d+\.\d+\.\d+\)\n$/],
    [["-H", "127.0.0.1", "-l"], /MIT License\n$/],
  ];
  for (const [args, expected] of cases) {
    const { code, stdout, stderr } = await run("query", ...args);
    assertEquals([code, stderr], [3, ""], args.join(" "));
    assertMatch(stdout, expected);
  }
});

Deno.test("query reports an invalid command line in one line on standard output", async () => {
  const cases: [string[], string][] = [
    [[], "Missing option -H: expected the host of the server"],
    [["-H", "127.0.0.1", "--nope"], 'Unknown option "--nope"'],
    [["-H", "127.0.0.1", "-c", ""], "Cannot send an empty command: expected its name"],
    [
      ["-H", "127.0.0.1", "-S", "TLSv1"],
      "Cannot use -S TLSv1: it is obsolete (RFC 8996), this client supports TLS 1.2 and 1.3",
    ],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await run("query", ...args);
    assertEquals([code, stderr], [3, ""], args.join(" "));
    assertEquals(stdout, `${message}\nTry "checkwright query --help"\n`);
  }
});

Deno.test(
  "The help of query lists the options of check_nrpe",
  { permissions: "none" },
  () => {
    for (const [name, { short, value }] of Object.entries(query.line!.options)) {
      const bare = [[`--${name}`], [`-${short}`]];
      if (value === undefined) bare.forEach(readSettings);
      else {
        bare.forEach((words) => readSettings([...words, "1"]));
        bare.forEach((words) =>
          assertThrows(() => readSettings(words), SyntaxError, "requires a value")
        );
      }
    }
  },
);
