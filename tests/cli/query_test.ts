import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { query } from "../../src/cli/query.ts";
import { readSettings } from "../../src/client/query_settings.ts";
import { createProject } from "../project.ts";
import { run, serve } from "../serving.ts";

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
    const { json: _json, ...options } = query.line!.options;
    for (const [name, { short, value }] of Object.entries(options)) {
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

Deno.test("query --json prints the answer as data; behind -a, the word is an argument", async () => {
  await using project = await createProject(`
    import { defineAgent, plugin } from "@checkwright/checkwright";
    export default defineAgent({ commands: {
      check_echo: plugin(["/bin/echo", "$ARG1$ | a=5;10:;~:2"], { acceptArguments: true }),
    } });
  `);
  await using served = await serve(project.agent);
  const to = ["-H", "127.0.0.1", "-p", `${served.port}`];
  const ask = async (...words: string[]) => {
    const { code, stdout } = await run("query", ...words);
    return [code, JSON.parse(stdout)];
  };
  const data = {
    state: "OK",
    output: "--json",
    longOutput: "",
    perfdata: [{ label: "a", value: 5, warning: "10:", critical: "~:2" }],
    returnCode: 0,
  };
  assertEquals(await ask(...to, "-c", "check_echo", "--json", "-a", "--json"), [0, data]);
  const plain = await run("query", ...to, "-c", "check_echo", "-a", "--json");
  assertEquals(plain.stdout, "--json | a=5;10:;~:2\n");
  const [code, failed] = await ask("--json", "-H", "127.0.0.1", "-p", "1", "-t", "5:UNKNOWN");
  assertEquals([code, failed.state, failed.returnCode], [3, "UNKNOWN", 3]);
  assertMatch(failed.output, /Connection refused/);
});
