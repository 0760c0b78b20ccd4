/** `checkwright cert` as users run it; the real programs use its files. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { startNrpe } from "../nrpe_daemon.ts";
import { run, serve } from "../serving.ts";
import { tools } from "../tools.ts";
import { runToEnd } from "../waiting.ts";

const agent = fileURLToPath(new URL("../fixtures/interop_agent.ts", import.meta.url));

/** Creates a temporary folder. */
async function folder() {
  const path = await Deno.makeTempDir({ prefix: "checkwright-test-" });
  // The nrpe under test runs as another user, which must be able to read it.
  await Deno.chmod(path, 0o755);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

async function cert(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run("cert", ...args);
  assertEquals([code, stderr], [0, ""], args.join(" "));
  return stdout;
}

/** Returns the line below a heading. */
function lineBelow(stdout: string, heading: string): string {
  const lines = stdout.split("\n");
  return lines[lines.indexOf(`${heading}:`) + 1]!.trim();
}

async function list(path: string): Promise<[name: string, mode: string][]> {
  const names = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name).sort();
  return await Promise.all(names.map(async (name): Promise<[string, string]> => {
    const { mode } = await Deno.stat(`${path}/${name}`);
    return [name, (mode! & 0o777).toString(8)];
  }));
}

Deno.test({
  name: "check_nrpe with a client certificate works with the files and lines that cert writes",
  ignore: !tools.checkNrpe || !tools.nrpe,
  async fn() {
    await using own = await folder();
    const pki = `${own.path}/new/pki`;
    const made = await cert("ca", "--out", pki);
    const [, ca] = /--ca (\S+)/.exec(lineBelow(made, "For each host"))!;
    const host = await cert("server", "localhost", "127.0.0.1", "--ca", ca!, "--out", pki);
    const monitor = await cert("client", "monitor-1", "--ca", pki, "--out", pki);
    const stranger = await cert("client", "stranger", "--ca", pki, "--out", pki);
    assertEquals(await list(pki), [
      ["ca.key", "600"],
      ["ca.pem", "644"],
      ["localhost.key", "600"],
      ["localhost.pem", "644"],
      ["monitor-1.key", "600"],
      ["monitor-1.pem", "644"],
      ["stranger.key", "600"],
      ["stranger.pem", "644"],
    ]);
    assertEquals((await list(own.path)).concat(await list(`${own.path}/new`)), [
      ["new", "700"],
      ["pki", "700"],
    ]);

    // The printed lines are used unchanged, except for the commands of the client.
    const tls = lineBelow(host, "The same, with client certificates required");
    const clients = lineBelow(monitor, "In the settings of each host, in addition to tls with ca");
    const settings = `${own.path}/settings.yaml`;
    await Deno.writeTextFile(settings, `${tls}\n${clients.replace('"*"', '"ok"')}\n`);
    await using served = await serve(agent, "--settings", settings);

    const ask = async (line: string, command: string) => {
      const args = line.replace("HOST", "127.0.0.1").replace("COMMAND", command).split(" ");
      const { code, stdout } = await runToEnd(tools.checkNrpe!, {
        args: [...args.slice(1), "-p", `${served.port}`],
      });
      return { code, text: new TextDecoder().decode(stdout) };
    };
    const heading = "On the monitoring server";
    const good = await ask(lineBelow(monitor, heading), "ok");
    assertEquals([good.code, good.text.startsWith("all fine")], [0, true], good.text);
    for (const [line, command] of [[monitor, "warning"], [stranger, "ok"]] as const) {
      const { code, text } = await ask(lineBelow(line, heading), command);
      assertEquals(code, 3);
      assertStringIncludes(text, `Command '${command}' is not allowed for this client`);
    }
    const anonymous = await ask(lineBelow(host, heading).replace("localhost", "127.0.0.1"), "");
    assert(!anonymous.text.includes("NRPE v"), anonymous.text);
    await served.logged("it sent no certificate");

    const shown = await run("cert", "show", `localhost:${served.port}`, "--ca", ca!);
    assertEquals(shown.code, 0, shown.stdout + shown.stderr);
    assertMatch(shown.stdout, /\n {2}TLS +TLS 1\.3, TLS_AES_256_GCM_SHA384\n/);
    assertMatch(shown.stdout, /\n {2}clients +certificate required\n/);
    assertMatch(shown.stdout, /\n {2}trusted +yes, by .*ca\.pem\nNo errors\n$/);

    // The C daemon can use the same files.
    const nrpe = (name: string) => ({
      certFile: `${pki}/${name}.pem`,
      keyFile: `${pki}/${name}.key`,
    });
    await Deno.chmod(`${own.path}/new`, 0o755);
    await Deno.chmod(pki, 0o755);
    await using daemon = await startNrpe(own.path, {
      commands: {},
      tls: { ...nrpe("localhost"), cert: "", key: "" },
      lines: ["ssl_client_certs=2", `ssl_cacert_file=${ca}`],
    });
    const line = ["-H", "127.0.0.1", "-p", `${daemon.port}`, "-A", ca!];
    for (
      const [flags, answered] of [[[
        "-C",
        nrpe("monitor-1").certFile,
        "-K",
        nrpe("monitor-1").keyFile,
      ], true], [[], false]] as const
    ) {
      const { stdout } = await runToEnd(tools.checkNrpe!, { args: [...line, ...flags] });
      assertEquals(new TextDecoder().decode(stdout).startsWith("NRPE v"), answered);
    }
  },
});

Deno.test("cert replaces files only with --force, and then both or neither", async () => {
  await using own = await folder();
  const { path } = own;
  await cert("ca", "--out", path);
  await cert("client", "m", "--ca", path, "--out", path);
  const read = async (names: string[]) =>
    (await Promise.all(names.map((name) => Deno.readTextFile(`${path}/${name}`)))).join();
  const [ca, client] = [["ca.key", "ca.pem"], ["m.key", "m.pem"]];
  const before = await read([...ca, ...client]);

  const refused: [args: string[], line: string][] = [
    [
      ["ca"],
      `Cannot create "${path}/ca.pem" and "${path}/ca.key": file already exists; ` +
      "use --force to replace it",
    ],
    [["client", "m", "--ca", path], `Cannot create "${path}/m.pem" and "${path}/m.key": file al`],
    [
      ["client", "ca", "--ca", path, "--force"],
      `Cannot replace "${path}/ca.pem": it belongs to the CA; use another --out`,
    ],
  ];
  for (const [args, line] of refused) {
    const { code, stdout, stderr } = await run("cert", ...args, "--out", path);
    assertEquals([code, stdout], [3, ""]);
    assertStringIncludes(stderr, `checkwright: ${line}`);
    assertEquals(stderr.trim().split("\n").length, 1);
  }
  assertEquals(await read([...ca, ...client]), before);

  await cert("client", "m", "--ca", path, "--out", path, "--force");
  assertEquals(await read(ca), before.split(",").slice(0, 2).join());
  const renewed = await read(client);
  assert(!before.includes(renewed));

  // The certificate cannot be written: the key is unchanged.
  await Deno.remove(`${path}/m.pem`);
  await Deno.mkdir(`${path}/m.pem/full`, { recursive: true });
  const half = await run("cert", "client", "m", "--ca", path, "--out", path, "--force");
  assertEquals(half.code, 2);
  assertMatch(half.stderr, /^checkwright: Cannot create "[^"]*m\.pem": .*\n$/);
  assertStringIncludes(renewed, await read(["m.key"]));
  assertEquals((await list(path)).map(([name]) => name), ["ca.key", "ca.pem", "m.key", "m.pem"]);
});

Deno.test("cert reports all errors together, one per line", async () => {
  await using own = await folder();
  const { path } = own;
  await cert("ca", "--out", `${path}/a`, "--days", "5");
  await cert("ca", "--out", `${path}/b`);
  await cert("client", "m", "--ca", `${path}/a`, "--out", path);
  const bad = (reason: string) => `checkwright: Cannot sign with ${reason}\n`;
  const label =
    "expected labels separated by dots; a label is 1 to 63 letters, digits and hyphens, " +
    "without a hyphen at either end";
  const cases: [args: string[], stderr: string][] = [
    [
      ["server", "../x", "a", "*", "1.2.3", "--days", "0", "--ca", `${path}/none`],
      `checkwright: Cannot create a certificate for "../x": ${label}\n` +
      'checkwright: Cannot create a certificate for "*": a wildcard must be the whole first label, ' +
      'before at least two others: "*.example.com"\n' +
      'checkwright: Cannot create a certificate for "1.2.3": not an IPv4 address\n' +
      'checkwright: --days: Invalid value "0": expected a whole number from 1 to 36500\n' +
      `checkwright: Cannot read CA certificate "${path}/none": file not found; ` +
      'create a CA with "checkwright cert ca"\n' +
      `checkwright: Cannot read private key of the CA "${path}/none.key": file not found; ` +
      'create a CA with "checkwright cert ca"\n',
    ],
    [
      ["client", "monitor *", "--days", "36501", "--ca", `${path}/a`],
      'checkwright: Cannot create a certificate for "monitor *": ' +
      "expected 1 to 64 letters, digits and . _ @ -, starting with a letter or digit\n" +
      'checkwright: --days: Invalid value "36501": expected a whole number from 1 to 36500\n',
    ],
    [
      ["ca", " ", "--days", "1.5"],
      'checkwright: Cannot create a CA named " ": ' +
      "expected 1 to 64 characters, without blanks at either end\n" +
      'checkwright: --days: Invalid value "1.5": expected a whole number from 1 to 36500\n',
    ],
    [
      ["client", "x", "--ca", `${path}/m.pem`],
      bad(
        `"${path}/m.pem" and "${path}/m.key": it is not a CA: its basic constraints do not ` +
          "contain CA:TRUE",
      ),
    ],
    [
      ["client", "x", "--ca", `${path}/a`, "--ca-key", `${path}/b/ca.key`],
      bad(
        `"${path}/a/ca.pem" and "${path}/b/ca.key": the key does not belong to the certificate`,
      ),
    ],
    [
      ["client"],
      "checkwright: Missing NAME: expected NAME\n",
    ],
    [
      ["frob"],
      'checkwright: Unknown subcommand "frob": expected one of ca, server, client, show\n',
    ],
  ];
  for (const [args, expected] of cases) {
    const out = args.length > 1 ? ["--out", `${path}/out`] : [];
    const { code, stdout, stderr } = await run("cert", ...args, ...out);
    assertEquals([stderr, code, stdout], [expected, 3, ""]);
  }
  assertEquals((await list(path)).map(([name]) => name), ["a", "b", "m.key", "m.pem"]);
  const short = await cert("client", "brief", "--ca", `${path}/a`, "--out", path);
  assertMatch(short, /\n {2}expires {2}.*, in 5 days, together with its CA\n/);
});

Deno.test("cert replaces special characters in file names", async () => {
  await using own = await folder();
  const { path } = own;
  await cert("ca", "--out", path);
  const long = `${"a".repeat(63)}.`.repeat(3) + "b".repeat(61);
  const rows: [name: string, file: string][] = [
    ["*.a.example", "_wildcard.a.example.pem"],
    ["2001:DB8::1", "2001-db8--1.pem"],
    ["007.example", "007.example.pem"],
    [long, `${long.slice(0, 200)}.pem`],
  ];
  for (const [name, file] of rows) {
    await cert("server", name, "--ca", path, "--out", path);
    assert((await Deno.stat(`${path}/${file}`)).isFile);
    const { code, stdout } = await run("cert", "show", `${path}/${file}`, "--ca", path);
    assertEquals(code, 0, stdout);
  }
  await cert("client", "007", "--ca", path, "--out", path);
  assertMatch(await cert("show", `${path}/007.pem`), /\n {2}subject +CN=007\n/);
});
