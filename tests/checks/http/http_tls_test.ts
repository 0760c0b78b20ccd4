/** Verification of certificates, and servers that refuse the TLS handshake. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { http } from "../../../checks/http/http.ts";
import { tcp } from "../../../checks/tcp/tcp.ts";
import { type CheckCommand, testCheck } from "../../../src/mod.ts";
import { AUTHORITY, certificateFolder, type Issued, openssl } from "../../openssl.ts";
import { isMissing } from "../../tools.ts";
import { later, statusOf } from "../../waiting.ts";
import { closedPort, listen, type Peer } from "../local_server.ts";

const ignore = isMissing(openssl);

const server = (name: string) => ["basicConstraints=CA:FALSE", `subjectAltName=${name}`];

const greeter: Peer = async ({ read, write }) => {
  await write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  while (await read() !== "");
};

async function firstLines(command: CheckCommand): Promise<[state: string, text: string]> {
  const { state, text } = await testCheck(command);
  return [state, text.split("|")[0]!];
}

Deno.test({
  name: "http and tcp verify the chain, the dates and the name of a certificate",
  ignore,
  async fn() {
    await using folder = await certificateFolder();
    const ca = await folder.issue("ca", { subject: "/CN=CA", extensions: AUTHORITY });
    const middle = await folder.issue("middle", {
      subject: "/CN=Middle",
      issuer: ca,
      extensions: AUTHORITY,
    });
    const leaf = await folder.issue("leaf", {
      subject: "/CN=shop.example",
      issuer: middle,
      extensions: server("DNS:shop.example,IP:127.0.0.1"),
    });
    const other = await folder.issue("other", { subject: "/CN=Other", extensions: AUTHORITY });
    await using whole = listen(greeter, { cert: leaf.cert + middle.cert, key: leaf.key });
    await using alone = listen(greeter, { cert: leaf.cert, key: leaf.key });

    const failed = "CRITICAL - Cannot make SSL connection.\n";
    type Case = [port: number, name: string, trusted: Issued, reason: string | undefined];
    const cases: Case[] = [
      [whole.port, "shop.example", ca, undefined],
      [whole.port, "127.0.0.1", ca, undefined],
      [whole.port, "shop.example", leaf, undefined],
      [whole.port, "wrong.example", ca, 'the certificate is not for "wrong.example"'],
      [
        whole.port,
        "shop.example",
        other,
        'the certificate "CN=Middle" is not signed by a trusted CA',
      ],
      [
        alone.port,
        "shop.example",
        ca,
        'the certificate "CN=shop.example" is not signed by a trusted CA',
      ],
    ];
    for (const [port, name, { certFile }, reason] of cases) {
      const verify = { port, verifyCert: true, caCert: certFile };
      const results = [
        await firstLines(http({ ...verify, ipAddress: "127.0.0.1", hostname: name })),
        await firstLines(tcp({ ...verify, hostname: "127.0.0.1", sni: name, expect: "200" })),
      ];
      for (const [state, text] of results) {
        if (reason === undefined) assertEquals(state, "OK", text);
        else assertEquals([state, text], ["CRITICAL", failed + reason]);
      }
    }
    // Without verification, any certificate is accepted.
    const any = http({
      port: alone.port,
      ipAddress: "127.0.0.1",
      hostname: "wrong.example",
      ssl: true,
    });
    assertEquals((await firstLines(any))[0], "OK");
    const nowhere = { ipAddress: "127.0.0.1", verifyCert: true, caCert: `${folder.path}/none` };
    assertEquals(await firstLines(http(nowhere)), [
      "UNKNOWN",
      `Missing certificate authorities ${folder.path}/none: set caCert to their file`,
    ]);
    await Deno.writeTextFile(`${folder.path}/empty`, "no certificate\n");
    assertEquals(await firstLines(http({ ...nowhere, caCert: `${folder.path}/empty` })), [
      "UNKNOWN",
      "UNKNOWN - Cannot verify certificates: expected certificates in PEM format",
    ]);
  },
});

Deno.test({
  name: "http and tcp count the days of a verified chain, without certificates outside of it",
  ignore,
  async fn() {
    await using folder = await certificateFolder();
    const ca = await folder.issue("ca", { subject: "/CN=CA", extensions: AUTHORITY, days: 400 });
    const middle = (name: string, days: number) =>
      folder.issue(name, { subject: `/CN=${name}`, issuer: ca, extensions: AUTHORITY, days });
    const [soon, late] = [await middle("soon", 3), await middle("late", 300)];
    const leaf = (name: string, issuer: Issued) =>
      folder.issue(name, {
        subject: "/CN=shop.example",
        issuer,
        extensions: server("DNS:shop.example"),
        days: 200,
      });
    const [below, above] = [await leaf("below", soon), await leaf("above", late)];
    await using ending = listen(greeter, { cert: below.cert + soon.cert, key: below.key });
    // Servers often send further certificates that a client does not need.
    await using lasting = listen(greeter, {
      cert: above.cert + late.cert + soon.cert,
      key: above.key,
    });
    const verify = { verifyCert: true, caCert: ca.certFile, certificate: "30,1" };
    const both = (port: number, settings: Partial<typeof verify>) => [
      http({ ...settings, port, ipAddress: "127.0.0.1", hostname: "shop.example" }),
      tcp({ ...settings, port, hostname: "127.0.0.1", sni: "shop.example" }),
    ];
    for (const command of both(ending.port, verify)) {
      const { state, text } = await testCheck(command);
      assertEquals(state, "WARNING", text);
      assertMatch(text, /^WARNING - Certificate 'soon' expires in [23] day\(s\) .*days=[23];/);
    }
    for (const command of both(ending.port, { certificate: "30,1" })) {
      assertMatch((await testCheck(command)).text, /^OK - Certificate 'shop.example' will expire/);
    }
    for (const command of both(lasting.port, verify)) {
      assertMatch((await testCheck(command)).text, /^OK - Certificate 'shop.example' will expire/);
    }
  },
});

/** Starts `openssl s_server` on a free port, and calls the function when it listens. */
async function withServer(args: string[], use: (port: number) => Promise<void>): Promise<void> {
  const port = closedPort();
  const process = new Deno.Command(openssl, {
    args: ["s_server", "-accept", `127.0.0.1:${port}`, "-www", "-quiet", ...args],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    for (;;) {
      try {
        (await Deno.connect({ hostname: "127.0.0.1", port })).close();
        break;
      } catch {
        await later(20);
      }
    }
    await use(port);
  } finally {
    process.kill("SIGKILL");
    await statusOf(process, "openssl s_server");
  }
}

Deno.test({
  name: "http and tcp are always CRITICAL for a server that requires a client certificate",
  ignore,
  async fn() {
    await using folder = await certificateFolder();
    const { certFile, keyFile } = await folder.issue("server", { subject: "/CN=localhost" });
    const pair = ["-cert", certFile, "-key", keyFile, "-Verify", "1"];
    await withServer([...pair, "-tls1_3"], async (port) => {
      // With TLS 1.3, the alert arrives after the handshake: before, during or after the request.
      for (let run = 0; run < 12; run++) {
        for (
          const command of [
            http({ ipAddress: "127.0.0.1", port, ssl: true }),
            tcp({ port, ssl: true, send: "GET / HTTP/1.0\r\n\r\n", expect: "200" }),
          ]
        ) {
          const { state, text } = await testCheck(command);
          assertEquals(state, "CRITICAL", text);
          const [, ...reasons] = text.split("\n");
          assert(
            text.endsWith("No data received from host") ||
              reasons.includes("the server requires a client certificate"),
            text,
          );
        }
      }
    });
  },
});

Deno.test({
  name: "http accepts a TLS version, and explains servers that Deno cannot connect to",
  ignore,
  async fn() {
    await using folder = await certificateFolder();
    const newkey = ["rsa:2048"];
    const { certFile, keyFile } = await folder.issue("server", {
      subject: "/CN=localhost",
      newkey,
    });
    const pair = ["-cert", certFile, "-key", keyFile];
    const limit = "Deno speaks TLS 1.2+ with ECDHE only";
    const versions = `the server supports none of the allowed TLS versions: ${limit}`;
    const suites = `the server refuses the handshake: ${limit}, or the server requires a client ` +
      "certificate";
    type Case = [server: string[], args: string[], reason: string | undefined];
    const cases: Case[] = [
      [["-tls1_2"], ["-S"], undefined],
      [["-tls1_2"], ["-S1.2"], undefined],
      [["-tls1_2"], ["--ssl=1.1+"], undefined],
      [["-tls1_2"], ["-S1.3"], versions],
      [["-tls1_3"], ["-S1.2+"], undefined],
      [["-tls1_3"], ["-S1.3"], undefined],
      [["-tls1_3"], ["-S1.2"], versions],
      [["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], ["-S"], versions],
      // A key exchange with RSA.
      [["-tls1_2", "-cipher", "AES128-SHA"], ["-S"], suites],
    ];
    for (const [settings, args, reason] of cases) {
      await withServer([...pair, ...settings], async (port) => {
        const { state, text } = await testCheck(http({ ipAddress: "127.0.0.1", port }), { args });
        const name = `${settings.join(" ")} ${args}: ${text}`;
        if (reason === undefined) assertEquals(state, "OK", name);
        else {
          const output = `CRITICAL - Cannot make SSL connection.\n${reason}`;
          assertEquals([state, text], ["CRITICAL", output], name);
        }
      });
    }
  },
});
