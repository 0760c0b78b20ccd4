/** Queries our daemon with the real check_nrpe. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { run, serve, type Served } from "../serving.ts";
import { isMissing, pluginFolder } from "../tools.ts";
import { later, runToEnd, until } from "../waiting.ts";
import { descendantsOf, type HostProcess, isAlive } from "../processes.ts";

const agent = fileURLToPath(new URL("../fixtures/interop_agent.ts", import.meta.url));
const builtIn = fileURLToPath(new URL("../../checks/agent.ts", import.meta.url));
const checkNrpe = `${pluginFolder}/check_nrpe`;
const ignore = isMissing(checkNrpe);

interface Asked {
  code: number;
  text: string;
  bytes: Uint8Array;
}

async function ask(port: number, ...args: string[]): Promise<Asked> {
  const { code, stdout } = await runToEnd(checkNrpe, {
    args: ["-H", "127.0.0.1", "-p", String(port), ...args],
    stdout: "piped",
    stderr: "piped",
  });
  return { code, text: new TextDecoder().decode(stdout), bytes: stdout };
}

const ways: [name: string, serve: string[], ask: string[]][] = [
  ["TLS, version 4", [], []],
  ["TLS, version 3", [], ["-3"]],
  ["TLS, version 2", [], ["-2"]],
  ["plain, version 4", ["--no-tls"], ["-n"]],
  ["plain, version 3", ["--no-tls"], ["-n", "-3"]],
  ["plain, version 2", ["--no-tls"], ["-n", "-2"]],
];

async function statesAndTexts(served: Served, flags: string[]): Promise<void> {
  const table: [command: string, code: number, text: string][] = [
    ["ok", 0, "all fine|load=0.5\n"],
    ["warning", 1, "hm\n"],
    ["critical", 2, "oh\n"],
    ["unknown", 3, "what\n"],
    ["lines", 0, "first|'a b'=1\nsecond\n\nfourth größe ✓\n"],
    ["throws", 3, "the disk is on fire\n"],
    ["silent", 3, "NRPE: Unable to read output\nPlugin exited with code 0 and printed nothing\n"],
    ["nope", 3, "NRPE: Command 'nope' not defined\n"],
    ["lines!x", 3, "Arguments are not accepted for command 'lines'\n"],
  ];
  for (const [command, code, text] of table) {
    const asked = await ask(served.port, ...flags, "-c", command);
    assertEquals([asked.code, asked.text.slice(0, text.length)], [code, text], command);
  }
  const steals = await ask(served.port, ...flags, "-c", "steals");
  assertEquals(steals.code, 3);
  assertStringIncludes(steals.text, 'Permission refused: read "/etc/passwd"');
  assertMatch(
    (await ask(served.port, ...flags)).text,
    /^NRPE v4\.1\.0 \(Checkwright \d+\.\d+\.\d+\)\n$/,
  );
}

for (const [name, serveFlags, askFlags] of ways) {
  Deno.test({
    name: `check_nrpe gets states, texts and refusals over ${name}`,
    ignore,
    async fn() {
      await using served = await serve(agent, ...serveFlags);
      await statesAndTexts(served, askFlags);
      const version2 = askFlags.includes("-2");
      const big = await ask(served.port, ...askFlags, "-c", "big");
      assertEquals(big.text.length, version2 ? 1024 : 65_536);
      const bigger = await ask(served.port, ...askFlags, "-c", "bigger");
      assertMatch(bigger.text, /^é+\n$/);
      const latin1 = await ask(served.port, ...askFlags, "-c", "latin1");
      assertEquals(
        [...latin1.bytes.slice(-5)],
        [0xfc, 0x20, 0xe9, 0x0a].length === 4 ? [0x20, 0xfc, 0x20, 0xe9, 0x0a] : [],
      );
      const empty = await ask(served.port, ...askFlags, "-c", "empty");
      assertEquals(empty.text, version2 ? "CHECK_NRPE: No output returned from daemon.\n" : "\n");
      assertEquals((await ask(served.port, ...askFlags, "-c", "newline")).code, 0);
      const binary = await ask(served.port, ...askFlags, "-c", "binary");
      assert(binary.bytes.length > 200);
    },
  });
}

Deno.test({
  name: "check_nrpe sends arguments to checks and plugins, and no shell expands them",
  ignore,
  async fn() {
    await using served = await serve(agent);
    const table: [command: string, args: string[], text: string][] = [
      ["echo", [], "nothing|length=7;10"],
      ["echo", ["-t", "hello"], "hello|length=5;10"],
      ["echo", ["-w 3 -t hello -l"], "HELLO|length=5;3"],
      ["echo", ["--warning=3", "text=hello"], "hello|length=5;3"],
      ["echo", ["3", "hello"], "hello|length=5;3"],
      // The C daemon would drop the arguments behind the 16th.
      ["echo", [..."-w 3 ".repeat(8).trim().split(" "), "-t", "hello"], "hello|length=5;3"],
      ["args", ["a", "b c", "d"], "<a><b><c><d>"],
      ["args", ["-w 5 -c 'x y'", "*", "~"], "<-w><5><-c><x y><*><~>"],
      ["args", ['"$HOME" $(id)', "`id`", "#"], "<$HOME><$(id)><`id`><#>"],
      ["whole", ["a b * $HOME ;| &"], "<--x=a b * $HOME ;| &>"],
      ["positional", ["$(id)", "`id`; rm x", "'"], "$(id);`id`; rm x;';"],
      ["dummy", ["2", "größe"], "CRITICAL: größe"],
    ];
    for (const [command, args, text] of table) {
      const asked = await ask(
        served.port,
        "-c",
        command,
        ...(args.length > 0 ? ["-a", ...args] : []),
      );
      assertEquals(asked.text, `${text}\n`, `${command} ${args}`);
    }
    const bad = await ask(served.port, "-c", "echo", "-a", "-w 10:5 --colour=red");
    assertEquals(bad.code, 3);
    assertStringIncludes(bad.text, 'Unknown option "colour": expected one of warning, text, loud');
    assertStringIncludes(
      bad.text,
      'Option "warning": Cannot parse range "10:5": start is above end',
    );
  },
});

Deno.test({
  name:
    "A command that exceeds its timeout returns the text of NRPE, and all of its processes are ended",
  ignore,
  async fn() {
    await using served = await serve(agent);
    const table: [command: string, reason: string][] = [
      ["slow", "The check was notified of its deadline and stopped"],
      ["sleeps", "The plugin and all processes that it started got TERM, and ended"],
    ];
    let sleeper: HostProcess | undefined;
    for (const [command, reason] of table) {
      const asking = ask(served.port, "-c", command);
      if (command === "sleeps") {
        sleeper = await until(
          "the plugin",
          () => descendantsOf(served.process.pid).find(({ args }) => args === "/bin/sleep 30"),
        );
      }
      const asked = await asking;
      const text = `NRPE: Command timed out after 1 seconds\n${reason}\n`;
      assertEquals([asked.code, asked.text], [3, text]);
    }
    await later(300);
    assertEquals(isAlive(sleeper!.pid), false);
  },
});

Deno.test({
  name: "The built-in agent answers check_load to check_nrpe without a flag, with -2 and with -3",
  ignore,
  async fn() {
    await using served = await serve(builtIn);
    assertMatch(
      served.line,
      /^checkwright: listening on 127\.0\.0\.1:\d+ \(TLS 1\.2\+, \d+ commands\)$/,
    );
    for (const flags of [[], ["-2"], ["-3"]]) {
      const asked = await ask(served.port, ...flags, "-c", "check_load");
      // The state depends on the load of this machine.
      assertEquals(["OK", "WARNING", "CRITICAL"].indexOf(asked.text.split(" ")[1]!), asked.code);
      assertMatch(
        asked.text,
        /^LOAD \w+ - total load average: [\d.]+, [\d.]+, [\d.]+\|load1=\S+ load5=\S+ load15=\S+\n$/,
      );
    }
    // The arguments of check_load in Debian's nrpe.cfg.
    const debian = ["-r", "-w", ".15,.10,.05", "-c", ".30,.25,.20"];
    const scaled = await ask(served.port, "-c", "check_load", "-a", ...debian);
    assertMatch(
      scaled.text,
      /^LOAD \w+ - scaled load average: .*\|load1=\S+ scaled_load1=[\d.]+;0\.15;0\.3;0 /,
    );
  },
});

Deno.test({
  name: "Every command of the built-in agent works inside its sandbox",
  ignore,
  async fn() {
    await using served = await serve(builtIn);
    const listed = JSON.parse((await run("list", builtIn, "--json")).stdout);
    for (const command of Object.keys(listed.commands)) {
      const args = command === "plugin_dummy" ? ["-a", "0"] : [];
      const { code, text } = await ask(served.port, "-t", "30", "-c", command, ...args);
      // The test only requires that the check works, because its state depends on this machine.
      const broken = /Error\b|Permission refused|Could not run|timed out|not defined/.test(text);
      assertEquals([broken, code <= 2], [false, true], `${command}: ${text}`);
    }
  },
});

Deno.test({
  name: "The daemon exits with code 0 at SIGTERM, after it has answered the running queries",
  ignore,
  async fn() {
    const served = await serve(agent);
    const asking = ask(served.port, "-c", "slow");
    await later(300);
    assertEquals(await served.stop(), 0);
    assertMatch((await asking).text, /^NRPE: Command timed out after 1 seconds\n/);
  },
});

Deno.test("checkwright run prints the daemon's answer and exits with the code of the state", async () => {
  const fine = await run("run", agent, "echo", "-t", "hello", "-w", "3");
  assertEquals([fine.code, fine.stdout], [1, "hello|length=5;3\n"]);
  const refused = await run("run", agent, "steals");
  assertEquals(refused.code, 3);
  assertStringIncludes(refused.stdout, 'read "/etc/passwd"');
});

Deno.test({
  name: "check_nrpe prints a message if its host is not allowed, and SIGPIPE does not end it",
  ignore,
  async fn() {
    const folder = await Deno.makeTempDir();
    const settings = `${folder}/settings.yaml`;
    // From a shell, SIGPIPE has its default effect: exit code 141.
    const loop = 'for i in $(seq 10); do text=$("$@"); echo "$? $text"; done';
    try {
      // Two listeners with TLS: that of the runtime, and node:tls.
      for (const tls of ["{}", '{ minVersion: "1.3" }']) {
        await Deno.writeTextFile(settings, `allowedHosts: [127.0.0.1]\ntls: ${tls}\n`);
        await using served = await serve(agent, "--settings", settings);
        for (const flags of [[], ["-2"]]) {
          const args = ["-H", "127.0.0.1", "-b", "127.0.0.9", "-p", `${served.port}`, ...flags];
          const { stdout } = await runToEnd("/bin/sh", {
            args: ["-c", loop, "sh", checkNrpe, ...args],
          });
          const lines = new TextDecoder().decode(stdout).trim().split("\n");
          assertEquals(lines.length, 10);
          for (const line of lines) assertMatch(line, /^[23] CHECK_NRPE: /, `${tls} ${flags}`);
        }
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
