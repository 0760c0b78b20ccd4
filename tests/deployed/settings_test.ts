/** A host's settings in a compiled daemon: their limits, and reloads. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { sendQuery } from "../../src/client/mod.ts";
import { sha256 } from "../../src/agent/deployment.ts";
import { askOnce } from "../asking.ts";
import { isMissing } from "../tools.ts";
import { compile } from "./deploying.ts";

const agent = fileURLToPath(new URL("../fixtures/deployed_agent.ts", import.meta.url));
const dummy = "/usr/lib/nagios/plugins/check_dummy";

Deno.test("Host settings add permissions at the start; a reload cannot add any", {
  ignore: isMissing(dummy),
}, async () => {
  await using deployed = await compile(agent);
  const settings = `${deployed.folder}/settings.yaml`;
  const write = (...lines: string[]) => Deno.writeTextFile(settings, `${lines.join("\n")}\n`);
  const extra = `commands: { check_extra: { plugin: [${dummy}, "2"] } }`;
  await write("tls: false", "listen: 127.0.0.2:0", "allowedHosts: [127.0.0.0/8]", extra);
  await using daemon = await deployed.start("--settings", settings);
  assertMatch(daemon.line, /listening on 127\.0\.0\.2:\d+ \(plain text, /);
  const line = (await Deno.readTextFile(`/proc/${daemon.process.pid}/cmdline`)).split("\0");
  assertEquals(line.includes(`--allow-net=127.0.0.2:0`), true);

  const ask = async (command: string, ...args: string[]) => {
    const at = { host: "127.0.0.2", port: daemon.port, tls: false } as const;
    const { state, text } = await sendQuery({ ...at, command, args });
    return `${state} ${text}`;
  };
  assertMatch(await ask("check_extra"), /^CRITICAL CRITICAL/);

  await write("tls: false", "listen: 127.0.0.2:0", "commands: { ok: { disabled: true } }");
  daemon.process.kill("SIGHUP");
  await daemon.logged("info reload ");
  assertStringIncludes(await ask("ok"), "Command 'ok' not defined");

  const refused = async (part: string, ...lines: string[]) => {
    const times = daemon.log().split("reload refused").length;
    await write("tls: false", ...lines);
    daemon.process.kill("SIGHUP");
    await daemon.logged("reload refused", times);
    assertStringIncludes(daemon.log(), part);
    assertMatch(await ask("check_dummy", "0"), /^OK OK/);
  };
  await refused(
    "daemon: Missing permission net 127.0.0.3:0: restart the daemon, because a running one cannot",
    "listen: 127.0.0.3:0",
  );
  await refused("settings.yaml:2", "lisen: 127.0.0.2:0");
  await refused(
    "run /usr/bin/false",
    "listen: 127.0.0.2:0",
    "commands: { check_more: { plugin: [/usr/bin/false] } }",
  );
});

Deno.test("A deployable whose files were changed after compilation is not served", async () => {
  await using deployed = await compile(agent);
  const { folder } = deployed;
  assertEquals((await deployed.run("check")).code, 0);
  for (
    const [name, part] of [["agent.js", "Digest mismatch"], ["manifest.json", "Digest mismatch"]]
  ) {
    const path = `${folder}/${name}`;
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, text.replace("fine", "fake").replace("loadavg", "hostname"));
    const { code, stderr } = await deployed.run();
    assertEquals(code, 3);
    assertStringIncludes(stderr, path);
    assertStringIncludes(stderr, part!);
    await Deno.writeTextFile(path, text);
  }
  for (const name of ["daemon.js", "first_start.js", "imports.json", "process_imports.json"]) {
    const path = `${folder}/${name}`;
    const text = await Deno.readTextFile(path);
    for (const change of [() => Deno.writeTextFile(path, "{}"), () => Deno.remove(path)]) {
      await change();
      const { code, stdout, stderr } = await deployed.run();
      const message = `Digest mismatch in "${folder}": changed or missing since it was compiled`;
      assertEquals([code, stdout, stderr], [3, "", `checkwright: ${message}: ${name}\n`]);
    }
    await Deno.writeTextFile(path, text);
  }
  await Deno.remove(`${folder}/sandbox.js`);
  const { code, stderr } = await deployed.run();
  assertEquals(code, 3);
  assertMatch(stderr, /^checkwright: error: .*sandbox\.js: No such file/);
});

Deno.test("The launcher reports invalid arguments, and what it expects", async () => {
  await using deployed = await compile(agent);
  const help = await deployed.run("--help");
  assertEquals([help.code, help.stderr], [0, ""]);
  assertStringIncludes(help.stdout, "--settings FILE");
  for (
    const [args, expected] of [
      [["--hue"], 'checkwright: Unexpected argument "--hue": expected '],
      [["--settings"], 'checkwright: Missing value of option "--settings": expected FILE'],
      [["--settings", "/nowhere/at/all.yaml"], "/nowhere/at/all.yaml"],
    ] as const
  ) {
    const { code, stdout, stderr } = await deployed.run(...args);
    assertEquals([code, stdout], [3, ""]);
    assertStringIncludes(stderr, expected);
    assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
  }
});

Deno.test("A path in the settings cannot add a permission flag", async () => {
  await using deployed = await compile(agent);
  const settings = `${deployed.folder}/settings.yaml`;
  for (
    const line of [
      String.raw`tls: { cert: "/x\n--allow-all", key: /y }`,
      String.raw`state: "/tmp/x\n--allow-all"`,
      String.raw`commands: { more: { plugin: ["/x\n--allow-run"] } }`,
    ]
  ) {
    await Deno.writeTextFile(settings, `${line}\n`);
    const { code, stdout, stderr } = await deployed.run("--settings", settings);
    assertEquals([code, stdout], [3, ""], line);
    assertMatch(
      stderr,
      /^checkwright: error: .*settings\.yaml:1: .*: expected .*control characters$/m,
    );
  }
});

Deno.test("Invalid settings are all reported with file and line, by the check and by the start, and never with a stack", async () => {
  await using deployed = await compile(agent);
  const settings = `${deployed.folder}/settings.yaml`;
  const path = "expected an absolute path without commas or control characters";
  const table: [lines: string[], errors: string[]][] = [
    [['commands: { m: { plugin: "/usr/bin/uptime -w 1,2,3 -c 4,5,6" } }'], [
      '1: commands.m.plugin: Invalid value "/usr/bin/uptime -w 1,2,3 -c 4,5,6": expected a list',
    ]],
    [['commands: { m: { plugin: ["/bin/echo,/bin/sh"] } }'], [
      `1: commands.m.plugin[0]: Invalid value "/bin/echo,/bin/sh": ${path}`,
    ]],
    [["commands: { m: { plugin: [] } }"], [
      '1: commands.m.plugin: Missing executable: expected a list such as ["/path/of/the/plugin", ' +
      '"-w", "5"]',
    ]],
    [
      ['state: "/a,b"', 'pluginPrefix: ["/a,b"]', "procfs: /", "listen: 127.0.0.1,0.0.0.0:5666"],
      [
        `1: state: Invalid value "/a,b": ${path}`,
        `2: pluginPrefix[0]: Invalid value "/a,b": ${path}`,
        '3: procfs: Invalid value "/": expected the path at which procfs is mounted',
        '4: listen: Invalid value "127.0.0.1,0.0.0.0:5666": expected HOST:PORT such as ' +
        '"127.0.0.1:5666"',
      ],
    ],
    [["tls:", "  cert: /nowhere.pem", "  key: /nowhere.key", "timeout: 5"], [
      '2: tls.cert: Cannot read "/nowhere.pem": No such file',
      '3: tls.key: Cannot read "/nowhere.key": No such file',
      '4: timeout: Invalid value 5: expected a duration such as "5s" or "2m"',
    ]],
    [['include: "/dev/*/*.yaml"'], [
      '1: include: Cannot read "/dev/*/*.yaml": the runtime cannot read files below /dev, /proc ' +
      "and /sys, and a pattern must not search these folders",
    ]],
    [["commands: { m: { plugin: [/bin/true], user: no-such-user } }"], [
      '1: commands.m.user: Unknown user "no-such-user" on this host',
    ]],
    [["listen: no-such-host.invalid", "timeout: 5"], [
      '2: timeout: Invalid value 5: expected a duration such as "5s" or "2m"',
      '1: listen: Cannot resolve host name "no-such-host.invalid": Name or service not known',
    ]],
  ];
  for (const [lines, errors] of table) {
    await Deno.writeTextFile(settings, `${lines.join("\n")}\n`);
    const expected = errors.map((error) => `checkwright: error: ${settings}:${error}`);
    for (const mode of ["check", "serve"]) {
      const { code, stdout, stderr } = await deployed.run(mode, "--settings", settings);
      const found = stderr.trimEnd().split("\n").filter((line) => !line.includes(" warning: "));
      assertEquals([code, stdout, ...found], [3, "", ...expected]);
    }
  }
});

Deno.test("The check warns about allowed hosts that do not resolve, and the daemon logs them", async () => {
  await using deployed = await compile(agent);
  const settings = `${deployed.folder}/settings.yaml`;
  await Deno.writeTextFile(settings, "allowedHosts:\n  - 127.0.0.1\n  - no-such-host.invalid\n");
  const reason = (quote: string) =>
    `Cannot resolve host name ${quote}no-such-host.invalid${quote}: Name or service not known`;
  const { code, stderr } = await deployed.run("check", "--settings", settings);
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, `warning: ${settings}:3: allowedHosts[1]: ${reason('"')}; a host`);
  await using daemon = await deployed.start("--settings", settings);
  await daemon.logged(`warning allowed host reason="${reason('\\"')}"`);
});

Deno.test("A damaged certificate of the daemon itself is reported by the check and by the start", async () => {
  await using deployed = await compile(agent);
  await Deno.mkdir(deployed.state, { mode: 0o700 });
  const path = `${deployed.state}/self-signed.pem`;
  await Deno.writeTextFile(path, "junk", { mode: 0o600 });
  for (const mode of ["check", "serve"]) {
    const { code, stdout, stderr } = await deployed.run(mode, "--no-settings");
    assertEquals([code, stdout], [3, ""]);
    assertStringIncludes(stderr, `Cannot use "${path}": expected a certificate in PEM format`);
  }
});

Deno.test("A state directory that cannot be created is trouble with the environment, exit code 2", async () => {
  await using deployed = await compile(agent);
  const settings = `${deployed.folder}/settings.yaml`;
  const state = `${deployed.folder}/manifest.json/state`;
  await Deno.writeTextFile(settings, `state: ${JSON.stringify(state)}\n`);
  const { code, stdout, stderr } = await deployed.run("--settings", settings);
  assertEquals([code, stdout], [2, ""]);
  assertStringIncludes(stderr, `Cannot create state directory "${state}": set STATE_DIR`);
});

Deno.test("An address in use is reported in one line with exit code 2, so that systemd restarts the daemon", async () => {
  await using deployed = await compile(agent);
  await using daemon = await deployed.start();
  const settings = `${deployed.folder}/settings.yaml`;
  await Deno.writeTextFile(
    settings,
    `listen: 127.0.0.1:${daemon.port}\nstate: ${JSON.stringify(`${deployed.state} 2`)}\n`,
  );
  const { code, stdout, stderr } = await deployed.run("--settings", settings);
  assertEquals([code, stdout], [2, ""]);
  assertMatch(
    stderr,
    new RegExp(`^checkwright: .*127\\.0\\.0\\.1.*${daemon.port}.*in use.*$`, "m"),
  );
});

Deno.test("A reload refuses another version of Checkwright, and a manifest of a newer format", async () => {
  await using deployed = await compile(agent);
  await using daemon = await deployed.start();
  const path = `${deployed.folder}/manifest.json`;
  const { digest: _, ...manifest } = JSON.parse(await Deno.readTextFile(path));
  const refused = async (change: object, reason: string) => {
    const content = { ...manifest, ...change };
    const digest = await sha256(JSON.stringify(content));
    await Deno.writeTextFile(path, JSON.stringify({ ...content, digest }));
    daemon.process.kill("SIGHUP");
    await daemon.logged(reason);
  };
  await refused({ format: 2 }, "Unknown format 2: expected 1; a newer Checkwright compiled it");
  await refused(
    { files: { ...manifest.files, "daemon.js": "0".repeat(64) } },
    "the deployable contains another version of Checkwright: restart the daemon to use it",
  );
  await refused({}, "info reload ");
  assertEquals(await askOnce(daemon, ["ok"], { tls: true }), "OK fine");
});
