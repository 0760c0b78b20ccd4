/** Compares our client with the real check_nrpe; both query the real nrpe. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { fileURLToPath } from "node:url";
import { checkNrpe } from "../../src/client/check_nrpe.ts";
import { ConnectError, encodeText, sendQuery } from "../../src/client/mod.ts";
import { type CheckNrpeOptions, parseOptions } from "../../src/client/options.ts";
import { fakeServer, sameVersion } from "../client/fake_server.ts";
import { nrpe, type NrpeOptions, startNrpe } from "../nrpe_daemon.ts";
import { AUTHORITY, certificateFolder, type Issued, openssl, SERVER } from "../openssl.ts";
import { checkwright } from "../serving.ts";
import { isMissing, pluginFolder } from "../tools.ts";
import { outputOf, runToEnd } from "../waiting.ts";

const program = `${pluginFolder}/check_nrpe`;
const ignore = [program, nrpe, openssl].some(isMissing);
const HOST = "127.0.0.1";

interface Outcome {
  code: number;
  stdout: Uint8Array;
  stderr: string;
}

async function real(args: string[]): Promise<Outcome> {
  return outcome(await runToEnd(program, { args }));
}

async function cli(args: string[]): Promise<Outcome> {
  return outcome(await outputOf(checkwright("query", ...args).spawn(), "checkwright query"));
}

function outcome({ code, stdout, stderr }: Deno.CommandOutput): Outcome {
  return { code, stdout: stdout.slice(), stderr: new TextDecoder().decode(stderr) };
}

/** Runs a command line of `checkwright query` in this process. */
async function ours(args: string[]): Promise<Outcome> {
  const options = parseOptions(args, Deno.readTextFileSync) as CheckNrpeOptions;
  const { code, stdout, stderr } = await checkNrpe(options, Deno.readTextFile);
  return { code, stdout: encodeText(stdout), stderr };
}

function firstLine({ stdout }: Outcome): string {
  return new TextDecoder().decode(stdout).split("\n")[0]!;
}

/** Exit code and output of each plugin, by the name of its command. */
const OUTPUTS: Record<string, [code: number, output: string | Uint8Array]> = {
  ok: [0, "OK - fine|load=0.5;1;2\n"],
  warning: [1, "WARNING - hm\n"],
  critical: [2, "CRITICAL - oh\n"],
  unknown: [3, "UNKNOWN - what\n"],
  odd: [4, "a code that no state has\n"],
  lines: [0, "first|a=1\n\nthird|b=2\nfourth\n\n"],
  utf8: [0, "größe ✓ – 日本\n"],
  latin1: [1, Uint8Array.of(0x67, 0x72, 0xfc, 0x6e, 0x0a)],
  "3000": [0, "x".repeat(2999) + "\n"],
  "64k": [2, "0123456789abcdef".repeat(4094)],
  empty: [0, ""],
};

async function plugins(folder: string): Promise<Record<string, string>> {
  const say = `${folder}/say.sh`;
  await Deno.writeTextFile(say, '#!/bin/sh\ncat "$2"\nexit "$1"\n');
  await Deno.chmod(say, 0o755);
  const commands: Record<string, string> = { slow: "/bin/sleep 3" };
  for (const [name, [code, output]] of Object.entries(OUTPUTS)) {
    const bytes = typeof output === "string" ? encodeText(output) : output;
    await Deno.writeFile(`${folder}/${name}.out`, bytes);
    commands[name] = `${say} ${code} ${folder}/${name}.out`;
  }
  return commands;
}

/** Creates a folder with certificates and plugins, and a function that starts an nrpe with them. */
async function setUp() {
  const folder = await certificateFolder();
  const commands = await plugins(folder.path);
  const start = (tls: NrpeOptions["tls"], ...lines: string[]) =>
    startNrpe(folder.path, { commands, tls, lines });
  return {
    start,
    issue: folder.issue,
    path: folder.path,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

Deno.test("query has the same output and exit code as check_nrpe for every output of a plugin", {
  ignore,
}, async (t) => {
  await using place = await setUp();
  const ecdsa = await place.issue("ecdsa", { subject: "/CN=e", extensions: SERVER });
  const rsa = await place.issue("rsa", { subject: "/CN=r", newkey: ["rsa:2048"] });
  await using plain = await place.start(false);
  await using withEcdsa = await place.start(ecdsa);
  await using withRsa = await place.start(rsa);
  const ways: [string, number, string[]][] = [
    ["plain, version 4", plain.port, ["-n"]],
    ["plain, version 3 with fallback to version 2", plain.port, ["-n", "-3"]],
    ["plain, version 2", plain.port, ["-n", "-2"]],
    ["TLS with ECDSA, version 4", withEcdsa.port, []],
    ["TLS 1.2 with ECDSA, version 2", withEcdsa.port, ["-S", "TLSv1.2", "-2"]],
    ["TLS with RSA of X.509 version 1, version 4", withRsa.port, []],
  ];
  for (const [name, port, flags] of ways) {
    await t.step(name, async () => {
      for (const command of [...Object.keys(OUTPUTS), "nowhere", "_NRPE_CHECK"]) {
        const args = ["-H", HOST, "-p", `${port}`, ...flags, "-c", command];
        const [theirs, mine] = await Promise.all([real(args), ours(args)]);
        if (flags.includes("-3")) {
          // check_nrpe also reports the failed first attempt, on the line that the engine shows.
          const line = "CHECK_NRPE: Receive header underflow - only ";
          assertEquals(firstLine(theirs).slice(0, line.length), line);
          theirs.stdout = theirs.stdout.slice(theirs.stdout.indexOf(0x0a) + 1);
        }
        assertEquals(mine, theirs, command);
      }
    });
  }
});

Deno.test("query as a process prints the received bytes unchanged", { ignore }, async () => {
  await using place = await setUp();
  await using plain = await place.start(false);
  for (const command of ["critical", "latin1", "64k", "odd"]) {
    const args = ["-H", HOST, "-p", `${plain.port}`, "-nc", command];
    assertEquals(await cli(args), await real(args), command);
  }
  const config = `${place.path}/query.cfg`;
  await Deno.writeTextFile(config, `-n\n--port=${plain.port}\n`);
  const args = ["-f", config, "-H", HOST, "--comm", "utf8"];
  assertEquals(await cli(args), await real(args));
});

Deno.test("query reports a failure with the first line and exit code of check_nrpe", {
  ignore,
}, async () => {
  await using place = await setUp();
  const { issue } = place;
  const ca = await issue("ca", { subject: "/CN=Authority", extensions: AUTHORITY });
  const other = await issue("other", { subject: "/CN=Other", extensions: AUTHORITY });
  const leaf = await issue("leaf", { subject: "/CN=x", issuer: ca, extensions: SERVER });
  await using plain = await place.start(false);
  await using tls = await place.start(leaf);
  await using strict = await place.start(
    leaf,
    "ssl_client_certs=2",
    `ssl_cacert_file=${ca.certFile}`,
  );
  const toPlain = ["-H", HOST, "-p", `${plain.port}`];
  const toTls = ["-H", HOST, "-p", `${tls.port}`];
  const toStrict = ["-H", HOST, "-p", `${strict.port}`, "-S", "TLSv1.2"];
  const slow = [...toPlain, "-n", "-c", "slow", "-t"];
  const closed = ["-H", HOST, "-p", "1", "-n"];

  const cases: [string[], RegExp | undefined][] = [
    [[...slow, "1"], undefined],
    [[...slow, "1:OK"], undefined],
    [[...slow, "1", "-u"], undefined],
    [closed, undefined],
    [[...closed, "-E"], undefined],
    [[...closed, "-t", ":warning"], undefined],
    [[...closed, "-b", "192.0.2.1"], undefined],
    [["-H", "checkwright.invalid"], undefined],
    [["-H", "checkwright.invalid", "-u", "-E"], undefined],
    [["-H", HOST, "-6"], undefined],
    [
      [...toPlain, "-n", "-c", "ok", "-a", "refused"],
      /^CHECK_NRPE: Error - Could not connect to 127/,
    ],
    [[...toPlain], /^The server closed the connection before TLS began/],
    [[...toTls, "-A", other.certFile], /^The certificate .*CN=x.* is not signed by a trusted CA/],
    [[...toTls, "-A", `${place.path}/absent`], /^No such file or directory/],
    [[...toTls, "-A", leaf.keyFile], /^expected certificates in PEM format/],
    [toStrict, /client certificate/],
    [[...toStrict, "-C", other.certFile, "-K", other.keyFile], /client certificate/],
  ];
  await Promise.all(cases.map(async ([args, reason]) => {
    const [theirs, mine] = await Promise.all([real(args), ours(args)]);
    const label = args.join(" ");
    assertEquals([mine.code, mine.stderr], [theirs.code, theirs.stderr], label);
    if (reason === undefined) {
      assertEquals(mine.stdout, theirs.stdout, label);
    } else {
      assertEquals(firstLine(mine), firstLine(theirs), label);
      assertMatch(new TextDecoder().decode(mine.stdout).split("\n")[1]!, reason, label);
    }
  }));

  for (
    const good of [
      [...toTls, "-A", ca.certFile, "-c", "ok"],
      [...toStrict, "-C", leaf.certFile, "-K", leaf.keyFile, "-c", "ok"],
    ]
  ) {
    assertEquals(await ours(good), await real(good));
  }
});

Deno.test("query and sendQuery() report that an nrpe has no certificate", {
  ignore,
}, async () => {
  await using place = await setUp();
  await using anonymous = await place.start("anonymous");
  const { port } = anonymous;
  const args = ["-H", HOST, "-p", `${port}`, "-c", "ok"];
  assertEquals((await real(args)).code, 0, "check_nrpe gets an answer");
  const { code, stdout } = await ours(args);
  assertEquals(code, 2);
  const [first, second] = new TextDecoder().decode(stdout).split("\n");
  assertEquals(
    first,
    `CHECK_NRPE: (ssl_err != 5) Error - Could not complete SSL handshake with ${HOST}: 1`,
  );
  assertMatch(second!, /nrpe without a certificate, which offers anonymous Diffie-Hellman only/);
  const error = await assertRejects(
    () => sendQuery({ host: HOST, port, command: "ok" }),
    ConnectError,
    "anonymous Diffie-Hellman",
  );
  assertEquals(error.fault, "handshake");
});

Deno.test("sendQuery() returns the output of the plugins of nrpe", { ignore }, async () => {
  await using place = await setUp();
  const ca = await place.issue("ca", { subject: "/CN=Authority", extensions: AUTHORITY });
  const leaf: Issued = await place.issue("leaf", {
    subject: "/CN=x",
    issuer: ca,
    extensions: SERVER,
  });
  await using plain = await place.start(false);
  await using secure = await place.start(leaf);
  const verified = { ca: ca.cert, serverName: "nrpe.test" };
  const states = ["OK", "WARNING", "CRITICAL", "UNKNOWN", "UNKNOWN"] as const;
  for (const [command, [code, output]] of Object.entries(OUTPUTS)) {
    const bytes = typeof output === "string" ? encodeText(output) : output;
    const expected = bytes.at(-1) === 0x0a ? bytes.slice(0, -1) : bytes;
    for (const [port, tls] of [[plain.port, false], [secure.port, verified]] as const) {
      const { state, text } = await sendQuery({ host: HOST, port, command, tls });
      const silent = bytes.length === 0;
      assertEquals(state, silent ? "UNKNOWN" : states[code], command);
      const printed = silent ? encodeText("NRPE: Unable to read output") : expected;
      assertEquals(encodeText(text), printed, command);
    }
  }
  const version = await sendQuery({
    host: HOST,
    port: plain.port,
    tls: false,
    command: "_NRPE_CHECK",
  });
  assert(version.text.startsWith("NRPE v"));
});

Deno.test("query sends the same text as check_nrpe", { ignore: isMissing(program) }, async () => {
  await using server = fakeServer(sameVersion());
  const where = ["-H", HOST, "-p", `${server.port}`, "-n"];
  const lines = [
    ["-c", "x", "-a", ""],
    ["-c", "x", "-a", "5", ""],
    ["-c", "x", "-a", "", "5"],
    ["-c", "x", "-a", "x!"],
    ["-c", "x", "-a", "!x"],
    ["-c", "a!!x"],
    ["-c", "!x"],
    ["-c", "", "-a", "5"],
    ["-a", ""],
    ["-2c", "x", "-a", "grün", "a b", "$HOME"],
  ];
  for (const line of lines) {
    server.queries.length = 0;
    await real([...where, ...line]);
    await ours([...where, ...line]);
    const [theirs, mine] = server.queries;
    assertEquals(mine!.text, theirs!.text, line.join(" "));
  }
});

Deno.test("query as a process with all permissions sends bytes that are not UTF-8", {
  ignore: isMissing(program),
}, async () => {
  await using server = fakeServer(sameVersion());
  const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
  const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
  const tail = `-H ${HOST} -p ${server.port} -n -c x -a "$(printf 'Gr\\374n')"`;
  const script = `"$0" ${tail}; "$1" run --quiet --allow-all --config="$2" "$3" query ${tail}`;
  const args = ["-c", script, program, Deno.execPath(), config, main];
  const { stdout } = await runToEnd("/bin/sh", { args });
  assertEquals(new TextDecoder().decode(stdout), "OK - fine\nOK - fine\n");
  const expected = Uint8Array.of(0x78, 0x21, 0x47, 0x72, 0xfc, 0x6e);
  assertEquals(server.queries.map(({ text }) => text), [expected, expected]);
});
