/**
 * Host names to listen on. They are resolved once, at the start, before permissions are granted.
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { sendQuery } from "../../src/client/mod.ts";
import { run, serve, started } from "../serving.ts";
import { isMissing } from "../tools.ts";
import { statusOf } from "../waiting.ts";
import { compile } from "./deploying.ts";

const agentOf = (listen: string) => `
import { defineAgent, ok } from "${new URL("../../src/mod.ts", import.meta.url)}";
export default defineAgent({
  tls: false,
  listen: ${JSON.stringify(listen)},
  commands: { fine: () => ok("fine") },
});
`;

async function agentFile(listen: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "checkwright listen " });
  await Deno.writeTextFile(`${folder}/agent.ts`, agentOf(listen));
  return `${folder}/agent.ts`;
}

async function answerAt(port: number): Promise<string> {
  return (await sendQuery({ host: "127.0.0.1", port, tls: false, command: "fine" })).text;
}

Deno.test("The launcher resolves a name to listen on, and grants its address only", async () => {
  await using deployed = await compile(await agentFile("localhost:0"));
  const settings = `${deployed.folder}/settings.yaml`;
  for (const args of [[], ["--settings", settings]]) {
    await Deno.writeTextFile(settings, "listen: [localhost:0]\n");
    assertEquals((await deployed.run("check", ...args)).code, 0);
    await using daemon = await deployed.start(...args);
    assertMatch(daemon.line, /listening on 127\.0\.0\.1:\d+/);
    assertEquals(await answerAt(daemon.port), "fine");
    const line = (await Deno.readTextFile(`/proc/${daemon.process.pid}/cmdline`)).split("\0");
    const net = line.filter((word) => word.startsWith("--allow-net="));
    assertStringIncludes(net.join(), "127.0.0.1:0");
    assertEquals(net.join().includes("localhost"), false, net.join());

    daemon.process.kill("SIGHUP");
    await daemon.logged("info reload ");
    if (args.length === 0) continue;
    await Deno.writeTextFile(settings, "listen: other.invalid:0\n");
    daemon.process.kill("SIGHUP");
    await daemon.logged("reload refused");
    assertStringIncludes(
      daemon.log(),
      `${settings}:1: listen: Cannot resolve host name "other.invalid": names are resolved at the ` +
        "start only: restart the daemon",
    );
    assertEquals(await answerAt(daemon.port), "fine");
  }
});

Deno.test("If a name in listen cannot be resolved, one error with file and line is reported", async () => {
  const agent = await agentFile("127.0.0.1:0");
  await using deployed = await compile(agent);
  const settings = `${deployed.folder}/settings.yaml`;
  const rows: [yaml: string, error: RegExp, deployedCode: number][] = [
    // A later start may succeed, so systemd must restart the daemon.
    ["listen: nrpe.invalid:0\n", /:1: listen: Cannot resolve host name "nrpe\.invalid": /, 2],
    ["listen: 127.0.0.1:99999\n", /:1: listen: Invalid port in "127\.0\.0\.1:99999": /, 3],
    [
      "listen: 127.0.0.1,0.0.0.0:1\n",
      /:1: listen: Invalid value "127\.0\.0\.1,0\.0\.0\.0:1": /,
      3,
    ],
    [
      "listen:\n  - '[::1]:1'\n  - '[0:0::1]:1'\n",
      /:3: listen\[1\]: Duplicate address \[0:0::1\]:1: first set as listen\[0\]/,
      3,
    ],
  ];
  for (const [yaml, expected, deployedCode] of rows) {
    await Deno.writeTextFile(settings, yaml);
    const runs = [
      await deployed.run("check", "--settings", settings),
      await deployed.run("--settings", settings),
      await run("validate", agent, "--settings", settings),
      await run("serve", agent, "--settings", settings),
    ];
    for (const [at, { code, stderr }] of runs.entries()) {
      assertEquals(code, at < 2 ? deployedCode : 3, stderr);
      const errors = stderr.split("\n").filter((line) => line.includes("error: "));
      assertEquals(errors.length, 1, stderr);
      assertMatch(errors[0]!, expected);
    }
  }
});

Deno.test({
  name: "A name that does not resolve yet does not prevent the other addresses from serving",
  ignore: Deno.uid() !== 0 || isMissing("/usr/bin/unshare"),
  async fn() {
    await using deployed = await compile(await agentFile("127.0.0.1:0"));
    const settings = `${deployed.folder}/settings.yaml`;
    await Deno.writeTextFile(settings, "listen:\n  - 127.0.0.1:0\n  - late.invalid:0\n");
    const late = ':3: listen[1]: Cannot resolve host name "late.invalid": ';
    for (
      const ended of [
        await deployed.run("check", "--settings", settings),
        await run("validate", await agentFile("127.0.0.1:0"), "--settings", settings),
      ]
    ) {
      assertEquals(ended.code, 0, ended.stderr);
      assertStringIncludes(ended.stderr, `warning: ${settings}${late}`);
    }
    const served = await run("serve", await agentFile("127.0.0.1:0"), "--settings", settings);
    assertEquals(served.code, 3, served.stderr);
    assertStringIncludes(served.stderr, `error: ${settings}${late}`);

    // The daemon has a file /etc/hosts of its own.
    const hosts = `${deployed.folder}/hosts`;
    await Deno.writeTextFile(hosts, "127.0.0.1 localhost\n");
    const script = 'mount --bind "$1" /etc/hosts && shift && exec "$@"';
    const start = () =>
      started(
        new Deno.Command("/usr/bin/unshare", {
          args: ["--mount", "/bin/sh", "-c", script, "sh", hosts].concat(
            [`${deployed.folder}/checkwright`, "--settings", settings],
          ),
          env: { CHECKWRIGHT_DENO: Deno.execPath(), STATE_DIRECTORY: deployed.state },
          stdin: "null",
          stdout: "piped",
          stderr: "piped",
        }),
      );
    await using first = await start();
    assertMatch(first.line, /listening on 127\.0\.0\.1:\d+ \(/);
    assertStringIncludes(first.log(), `warning: ${settings}${late}`);
    assertEquals(await answerAt(first.port), "fine");
    first.process.kill("SIGHUP");
    await first.logged("info reload ");

    await Deno.writeTextFile(hosts, "127.0.0.1 localhost\n127.0.0.2 late.invalid\n");
    await first.logged('info stop reason="the host name late.invalid resolves now" restart=true');
    assertEquals((await statusOf(first.process, "the daemon")).code, 75);
    await using second = await start();
    assertStringIncludes(second.line, "127.0.0.2:");
  },
});

Deno.test("serve listens on the addresses of a name", async () => {
  await using daemon = await serve(await agentFile("127.0.0.1:0"), "--listen", "localhost:0");
  assertMatch(daemon.line, /listening on 127\.0\.0\.1:\d+/);
  assertEquals(await answerAt(daemon.port), "fine");
});
