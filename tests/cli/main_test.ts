import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { run } from "../serving.ts";
import { runToEnd } from "../waiting.ts";

const agent = fileURLToPath(new URL("../fixtures/interop_agent.ts", import.meta.url));

Deno.test("The command line prints help, and reports an invalid line in one line", async () => {
  const help = await run("--help");
  assertEquals(help.code, 0);
  for (const name of ["serve", "run", "query", "validate", "list"]) {
    assertStringIncludes(help.stdout, `  ${name}`);
    if (name !== "query") {
      assertMatch((await run(name, "--help")).stdout, /^Usage: checkwright \w+ /);
    }
  }
  const table: [args: string[], line: string][] = [
    [["frobnicate"], 'checkwright: Unknown subcommand "frobnicate": expected one of init, serve, '],
    [["vaildate"], 'checkwright: Unknown subcommand "vaildate": did you mean "validate"?'],
    [["help", "lisst"], 'checkwright: Unknown subcommand "lisst": did you mean "list"?'],
    [["help", "list", "x"], 'checkwright: Unexpected argument "x": list has no subcommands'],
    [["serve", "--colour"], 'checkwright: Unknown option "--colour": expected one of --settings, '],
    [["serve", "--wacth"], 'checkwright: Unknown option "--wacth": did you mean "--watch"?'],
    [["serve", "--listen"], 'checkwright: Missing value for option "--listen": expected HOST:PORT'],
    [["serve", agent, agent], `checkwright: Unexpected argument "${agent}": expected [AGENT]`],
    [["run"], "checkwright: Missing COMMAND: expected [AGENT] COMMAND [ARG…]"],
    [["run", agent], "checkwright: Missing COMMAND: expected [AGENT] COMMAND [ARG…]"],
  ];
  for (const [args, line] of table) {
    const { code, stdout, stderr } = await run(...args);
    assertEquals([code, stdout], [3, ""], args.join(" "));
    assertEquals(stderr.slice(0, line.length), line);
    assertEquals(stderr.trim().split("\n").length, 1);
  }
  for (const words of [["list", "--help"], ["list", "-h"], ["list", agent, "-h"]]) {
    assertEquals((await run(...words)).stdout, (await run("help", "list")).stdout);
  }
  assertEquals((await run("cert", "ca", "-h")).stdout, (await run("help", "cert", "ca")).stdout);
  assertMatch((await run("--version")).stdout, /^checkwright \d+\.\d+\.\d+\n$/);
});

Deno.test("list shows commands, options and permissions, for people and for programs", async () => {
  const { stdout } = await run("list", agent);
  assertStringIncludes(stdout, "echo  Returns its text (timeout 60 s, takes arguments)");
  assertStringIncludes(stdout, '-w, --warning  Warn outside (range: "10")');
  assertStringIncludes(
    stdout,
    "permissions: run /bin/true (permissions do not restrict a running plugin)".replace(
      "/bin/",
      "/usr/bin/",
    ),
  );
  const names = (await run("list", agent, "--names")).stdout.split("\n");
  assertEquals(names.includes("echo") && names.every((name) => /^\w*$/.test(name)), true);
  const manifest = JSON.parse((await run("list", agent, "--json")).stdout);
  assertEquals(manifest.commands.echo.options.warning.kind, "range");
  assertEquals(manifest.settings.listen, [{ hostname: "127.0.0.1", port: 5666 }]);
});

Deno.test("version prints the versions of Checkwright and Deno", async () => {
  assertMatch(
    (await run("version")).stdout,
    /^checkwright \d+\.\d+\.\d+ \(Deno \d+\.\d+\.\d+\)\n$/,
  );
  const versions = JSON.parse((await run("version", "--json")).stdout);
  assertEquals(versions.deno, Deno.version.deno);
});

Deno.test("bin/checkwright runs through links, from any folder, with the Deno in PATH", async () => {
  const folder = await Deno.makeTempDir({ prefix: "checkwright-test-a b-" });
  try {
    await Deno.symlink(Deno.execPath(), `${folder}/deno`);
    await Deno.symlink(
      fileURLToPath(new URL("../../bin/checkwright", import.meta.url)),
      `${folder}/first`,
    );
    await Deno.symlink("first", `${folder}/checkwright`);
    const { stdout, stderr } = await runToEnd(`${folder}/checkwright`, {
      args: ["version"],
      cwd: "/",
      env: { PATH: `${folder}:/usr/bin:/bin` },
    });
    const decoder = new TextDecoder();
    assertEquals(decoder.decode(stderr), "");
    assertMatch(decoder.decode(stdout), /^checkwright \d+\.\d+\.\d+ /);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("run shows the options of a check, if --help is behind its name", async () => {
  for (const word of ["--help", "-h"]) {
    const { stdout, code } = await run("run", agent, "echo", word);
    assertStringIncludes(stdout, '-w, --warning  Warn outside (range: "10")');
    assertEquals(code, 0);
  }
});

Deno.test("run --json prints the parts of the output; ranges are strings", async () => {
  const { stdout, code } = await run("run", "--json", agent, "echo", "-w", "3:", "-t", "four|x=1");
  assertEquals([JSON.parse(stdout), code], [
    {
      state: "OK",
      output: "four x=1",
      longOutput: "",
      perfdata: [{ label: "length", value: 8, warning: "3:" }],
      returnCode: 0,
      outcome: "done",
    },
    0,
  ]);
  const unknown = await run("run", "--json", agent, "nothing");
  assertEquals([JSON.parse(unknown.stdout).outcome, unknown.code], ["undefined", 3]);
});

Deno.test("serve reports an address that is in use", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { code, stderr } = await run("serve", agent, "--listen", `127.0.0.1:${taken.addr.port}`);
  assertEquals(code, 2);
  assertStringIncludes(stderr, `Cannot listen on 127.0.0.1:${taken.addr.port}`);
});

Deno.test("A file that cannot be written is reported in one line with exit code 2", async () => {
  const { code, stdout, stderr } = await run("compile", agent, "--out", "/proc/checkwright");
  assertEquals([code, stdout], [2, ""]);
  assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
});

Deno.test("serve refuses invalid host settings and names each setting", async () => {
  const path = await Deno.makeTempFile({ suffix: ".yaml" });
  await Deno.writeTextFile(path, "timeout: soon\nlimits: { speed: 9 }\n");
  const { code, stderr } = await run("serve", agent, "--settings", path);
  assertEquals(code, 3);
  assertStringIncludes(stderr, 'timeout: Invalid value "soon": expected a duration');
  assertStringIncludes(stderr, 'limits.speed: Unknown setting "speed"');
  await Deno.remove(path);
});
