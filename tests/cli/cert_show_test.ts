/** `checkwright cert show`: explanations of certificates and TLS errors. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { startNrpe } from "../nrpe_daemon.ts";
import { AUTHORITY, certificateFolder, openssl, runOpenssl, SERVER } from "../openssl.ts";
import { run, serve } from "../serving.ts";
import { isMissing, tools } from "../tools.ts";
import { statusOf, until } from "../waiting.ts";

const agent = fileURLToPath(new URL("../fixtures/interop_agent.ts", import.meta.url));
const ignore = isMissing(openssl);

Deno.test("cert show explains files with all their errors", { ignore }, async () => {
  await using folder = await certificateFolder();
  const { path, issue } = folder;
  const ca = await issue("ca", { subject: "/CN=Test CA", extensions: AUTHORITY });
  const namesake = await issue("namesake", { subject: "/CN=Test CA", extensions: AUTHORITY });
  const other = await issue("other", { subject: "/CN=Other CA", extensions: AUTHORITY });
  const good = await issue("good", { subject: "/CN=a", issuer: ca, extensions: SERVER });
  const old = await issue("old", { subject: "/CN=a", issuer: ca });
  const odd = await issue("odd", {
    subject: "/O=Ops, Inc/CN=a",
    issuer: ca,
    extensions: ["subjectAltName=DNS:a\u001b[31m\\,DNS:b.example", "extendedKeyUsage=clientAuth"],
  });
  const write = async (name: string, text: string) => {
    await Deno.writeTextFile(`${path}/${name}`, text);
    return `${path}/${name}`;
  };
  const der = `${path}/good.der`;
  await runOpenssl(["x509", "-in", good.certFile, "-outform", "DER", "-out", der]);
  const chain = await write("chain.pem", good.cert + ca.cert);
  const turned = await write("turned.pem", ca.cert + good.cert);
  const broken = await write("broken.pem", good.cert.replace(/\n.{40}/, "\nAAAA"));

  const fine = "No errors";
  const both = "Refused by check_nrpe -A and Deno (rustls): ";
  const rows: [args: string[], code: number, parts: (string | RegExp)[]][] = [
    [[good.certFile], 0, [
      /\n {2}subject {4}CN=a\n {2}names {6}nrpe\.test\n {2}issuer {5}CN=Test CA\n/,
      /\n {2}valid {6}20\d\d-.* UTC to 20\d\d-.* UTC, 7 days left\n {2}key {8}EC P-256\n/,
      /\n {2}signature {2}ECDSA with SHA-256\n {2}use {8}not set\n {2}SHA-256 {4}[0-9A-F:]{95}\n/,
      fine,
    ]],
    [[der], 0, [fine]],
    [[good.certFile, "--ca", ca.certFile, "--key", good.keyFile, "--name", "NRPE.test"], 0, [
      `  trusted    yes, by ${ca.certFile}`,
      `  its key    ${good.keyFile}`,
      fine,
    ]],
    [[chain, "--ca", ca.certFile], 0, [/\n {2}followed by {2}CN=Test CA, 20.*left\n/, fine]],
    [[turned], 1, [`${both}the file starts with a CA certificate: move it to the end`]],
    [[ca.certFile], 0, ["use        CA, signs other certificates", "issuer     itself", fine]],
    [[good.certFile, "--key", other.keyFile], 1, [
      `${both}the key in ${other.keyFile} does not belong to the certificate`,
    ]],
    [[good.certFile, "--ca", other.certFile], 1, [
      `${both}it is not trusted by ${other.certFile}: ` +
      'the certificate "CN=a" is not signed by a trusted CA',
    ]],
    [[good.certFile, "--ca", namesake.certFile], 1, [
      `${both}it is not trusted by ${namesake.certFile}: ` +
      "it is signed by another CA with the same name, CN=Test CA, but a different key",
    ]],
    [[good.certFile, "--name", "other.test"], 1, [
      'Refused by Deno (rustls): it is valid for nrpe.test, not for "other.test"',
    ]],
    [[old.certFile], 1, [
      "use        not set (X.509 version 1)",
      "Refused by Deno (rustls): it has X.509 version 1 (UnsupportedCertVersion); ",
      "Refused by Deno (rustls): it is valid for no host: it has no subjectAltName, and the common",
    ]],
    [[odd.certFile], 0, ["subject    CN=a,O=Ops\\\\, Inc", "use        client", "\\x1b[31m"]],
    [[good.certFile, old.certFile], 1, [fine, "\n\n"]],
  ];
  for (const [args, code, parts] of rows) {
    const shown = await run("cert", "show", ...args);
    const output = shown.stdout + shown.stderr;
    assertEquals([shown.code, shown.stderr], [code, ""], `${args.join(" ")}\n${output}`);
    for (const part of parts) {
      if (typeof part === "string") assertStringIncludes(shown.stdout, part);
      else assertMatch(shown.stdout, part);
    }
    // deno-lint-ignore no-control-regex
    assertEquals(/\x1b/.test(output), false);
  }

  const request = `${path}/good.csr`;
  const empty = await write("empty.pem", "");
  const encrypted = `${path}/encrypted.key`;
  const lock = ["-aes128", "-passout", "pass:x", "-out", encrypted];
  await runOpenssl(["pkey", "-in", good.keyFile, ...lock]);
  const unread = (file: string) => `Cannot read certificate "${file}"`;
  const bad: [args: string[], line: string][] = [
    [[good.keyFile], `${unread(good.keyFile)}: it is a private key, expected a certificate`],
    [[request], `${unread(request)}: it is a certificate request, not yet signed by a CA`],
    [[empty], `${unread(empty)}: expected PEM or DER`],
    [[broken], `${unread(broken)}: certificate 1 of 1 is damaged`],
    [[`${path}/none.pem`], `Cannot read "${path}/none.pem": No such file or directory`],
    [
      [good.certFile, "--key", encrypted],
      `Cannot read private key "${encrypted}": it is encrypted; ` +
      'decrypt it with "openssl pkey -in KEY -out NEW"',
    ],
    [
      [good.certFile, "--key", ca.certFile],
      `Cannot read private key "${ca.certFile}": expected a private key in PEM format`,
    ],
    [[good.certFile, "--ca", path], `Cannot read "${path}/ca.pem": No such file or directory`],
    [
      ["host:port"],
      'Neither a file nor a host: Invalid value "host:port": expected HOST:PORT such as "127.0.0.1:5666"',
    ],
  ];
  for (const [args, line] of bad) {
    const { code, stdout, stderr } = await run("cert", "show", ...args);
    assertEquals([stderr, stdout, code], [`checkwright: ${line}\n`, "", 3]);
  }
});

Deno.test("cert show explains in one line why a host has no TLS", {
  ignore: !tools.nrpe,
}, async () => {
  await using folder = await certificateFolder();
  const wishes: [tls: false | "anonymous", lines: string[], expected: string][] = [
    [
      "anonymous",
      [],
      "The server offers only anonymous Diffie-Hellman (TLS 1.2, ADH-AES256-GCM-SHA384), like an nrpe",
    ],
    [false, [], "The server speaks NRPE without TLS (NRPE v4.1.0): use check_nrpe -n"],
    [
      false,
      ["allowed_hosts=192.0.2.1"],
      "The server closed the connection without an answer: it does not speak TLS, or this host is " +
      "not among its allowed hosts",
    ],
  ];
  for (const [tls, lines, expected] of wishes) {
    await using nrpe = await startNrpe(folder.path, { commands: {}, tls, lines });
    const where = `127.0.0.1:${nrpe.port}`;
    const { code, stdout } = await run("cert", "show", where);
    assertEquals([code, stdout.split("\n").length], [1, 3], stdout);
    assertStringIncludes(stdout, `${where}\n  ${expected}`);
  }
  await using plain = await serve(agent, "--no-tls");
  const { code, stdout } = await run("cert", "show", `127.0.0.1:${plain.port}`);
  assertEquals(code, 1);
  assertMatch(stdout, /\n {2}The server speaks NRPE without TLS \(NRPE v4\.1\.0 /);

  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const unreachable: [where: string, line: string][] = [
    ["127.0.0.1:1", 'Cannot connect to "127.0.0.1" port 1: Connection refused'],
    [
      `127.0.0.1:${silent.addr.port}`,
      `No answer from 127.0.0.1 port ${silent.addr.port} within 5 s`,
    ],
  ];
  for (const [where, line] of unreachable) {
    const { code, stdout, stderr } = await run("cert", "show", where);
    assertEquals([stderr, stdout, code], [`checkwright: ${line}\n`, "", 2]);
  }
});

Deno.test("cert show explains the certificates of hosts", {
  ignore: ignore || !tools.nrpe,
}, async () => {
  await using folder = await certificateFolder();
  const ca = await folder.issue("ca", { subject: "/CN=Test CA", extensions: AUTHORITY });
  const old = await folder.issue("old", { subject: "/CN=localhost", issuer: ca });
  const small = await folder.issue("small", {
    subject: "/CN=a",
    issuer: ca,
    newkey: ["rsa:1024"],
    extensions: ["subjectAltName=DNS:localhost"],
  });

  // A server with an X.509 version 1 certificate.
  const lines = ["ssl_client_certs=1", `ssl_cacert_file=${ca.certFile}`];
  await using nrpe = await startNrpe(folder.path, { commands: {}, tls: old, lines });
  const shown = await run("cert", "show", `localhost:${nrpe.port}`, "--ca", ca.certFile);
  assertEquals(shown.code, 1);
  assertMatch(shown.stdout, /\n {2}TLS {10}TLS 1\.3, TLS_AES_256_GCM_SHA384\n/);
  assertMatch(shown.stdout, /\n {2}clients {6}certificate requested, but not required\n/);
  assertMatch(shown.stdout, /\nRefused by Deno \(rustls\): it has X\.509 version 1 /);
  assertMatch(shown.stdout, /\n {2}trusted +yes, by /);

  // The server has a key with which a handshake of this runtime always fails.
  using free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  free.close();
  const weak = new Deno.Command(openssl, {
    args: [
      ...["s_server", "-accept", `127.0.0.1:${port}`, "-cipher", "ALL:@SECLEVEL=0", "-www"],
      ...["-cert", small.certFile, "-key", small.keyFile],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    const seen = await until("openssl to listen", async () => {
      const shown = await run("cert", "show", `localhost:${port}`);
      return shown.code < 2 && shown;
    });
    assertMatch(seen.stdout, /\n {2}TLS +TLS 1\.2; the handshake with Deno failed: /);
    assertMatch(seen.stdout, /\n {2}key +RSA 1024 bits\n/);
    assertMatch(
      seen.stdout,
      /Refused by Deno \(rustls\): it has an RSA key of less than 2048 bits/,
    );
  } finally {
    weak.kill("SIGKILL");
    await statusOf(weak, "openssl s_server");
  }
});
