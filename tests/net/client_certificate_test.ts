import { assert, assertEquals, assertMatch } from "@std/assert";
import type { PeerIdentity } from "../../src/net/connection.ts";
import type { TlsServerOptions } from "../../src/net/tls_options.ts";
import { fingerprint } from "../../src/certificate/certificate.ts";
import {
  AUTHORITY,
  certificateFolder,
  expired as expiredWords,
  type Issued,
  runOpenssl,
  SERVER,
} from "../openssl.ts";
import { tools } from "../tools.ts";
import { askTls, HOST, listening, readUntil } from "./listening.ts";
import { outputOf } from "../waiting.ts";

const ignore = tools.openssl === undefined;
const encoder = new TextEncoder();
const CLIENT = ["basicConstraints=CA:FALSE", "extendedKeyUsage=clientAuth"];
const VERSIONS = ["-tls1_2", "-tls1_3"];

/** Creates valid and invalid certificates. */
async function setUp() {
  const folder = await certificateFolder();
  const { issue, path } = folder;
  const ca = await issue("ca", { subject: "/CN=Authority", extensions: AUTHORITY });
  const second = await issue("second", { subject: "/CN=Second", extensions: AUTHORITY });
  const impostor = await issue("impostor", { subject: "/CN=Authority", extensions: AUTHORITY });
  const middle = await issue("middle", {
    subject: "/CN=Middle",
    issuer: ca,
    extensions: AUTHORITY,
  });
  const subject = "/C=DE/O=Ops, Inc/CN=poller";
  const client = (name: string, issuer: Issued, extensions = CLIENT) =>
    issue(name, { subject, issuer, extensions });
  const expired = await client("expired", ca);
  await runOpenssl([
    ...["x509", "-req", "-in", `${path}/expired.csr`, "-CA", ca.certFile, "-CAkey", ca.keyFile],
    ...[...await expiredWords(), "-extfile", `${path}/expired.ext`, "-out", expired.certFile],
  ]);
  const good = await client("good", ca);
  return {
    path,
    server: await issue("server", { subject: "/CN=server", extensions: SERVER }),
    ca,
    second,
    good,
    bySecond: await client("by-second", second),
    below: await client("below", middle),
    middle,
    forged: await client("forged", impostor),
    usurped: await client("usurped", good),
    old: await client("old", ca, []),
    forServers: await client("for-servers", ca, ["extendedKeyUsage=serverAuth"]),
    expired,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** Starts a listener that records the identity of each peer. */
function asking(tls: TlsServerOptions) {
  const seen: (PeerIdentity | undefined)[] = [];
  const server = listening(async (connection) => {
    seen.push(await connection.handshake());
    await readUntil(connection, "\n");
    await connection.write(encoder.encode("answer"));
    await connection.end();
  }, { tls });
  return server.then((listening) => ({
    ...listening,
    seen,
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  }));
}

/** Sends a query with `openssl s_client`. */
async function sClient(port: number, args: string[], who?: Issued): Promise<string> {
  const own = who ? ["-cert", who.certFile, "-key", who.keyFile] : [];
  const child = new Deno.Command(tools.openssl!, {
    args: ["s_client", "-connect", `${HOST}:${port}`, ...own, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(encoder.encode("query\n")).catch(() => {});
  const { stdout } = await outputOf(child, "openssl s_client");
  await input.close().catch(() => {});
  return new TextDecoder().decode(stdout);
}

Deno.test("A valid client certificate identifies the peer", { ignore }, async () => {
  await using pki = await setUp();
  const { server: { cert, key }, ca, second, good, bySecond } = pki;
  for (const clientCertificates of ["request", "require"] as const) {
    const tls = { cert, key, ca: ca.cert + second.cert, clientCertificates };
    await using server = await asking(tls);
    for (const who of [good, bySecond]) {
      for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
        const { answer } = await askTls(server.port, "query\n", {
          cert: who.cert,
          key: who.key,
          minVersion: version,
          maxVersion: version,
        });
        assertEquals(answer, "answer");
        assertEquals(server.seen.at(-1), {
          subject: "CN=poller,O=Ops\\, Inc,C=DE",
          commonName: "poller",
          fingerprint: await fingerprint(who.cert),
        });
      }
    }
    const chain = ["-cert_chain", pki.middle.certFile];
    assertMatch(await sClient(server.port, chain, pki.below), /answer/);
    assertEquals(server.seen.at(-1)?.commonName, "poller");
  }
});

Deno.test('Clients without a certificate are accepted unless clientCertificates is "require"', {
  ignore,
}, async () => {
  await using pki = await setUp();
  const { server: { cert, key }, ca: { cert: ca }, good } = pki;
  const rows: [mode: TlsServerOptions["clientCertificates"], who: Issued | undefined][] = [
    ["request", undefined],
    ["ignore", undefined],
    ["ignore", good],
    [undefined, good],
  ];
  for (const [clientCertificates, who] of rows) {
    await using server = await asking({ cert, key, ca, clientCertificates });
    for (const version of VERSIONS) {
      assertMatch(await sClient(server.port, [version], who), /answer/);
    }
    assertEquals(server.seen, [undefined, undefined]);
  }
  await using strict = await asking({ cert, key, ca, clientCertificates: "require" });
  for (const version of VERSIONS) assert(!/answer/.test(await sClient(strict.port, [version])));
  assertEquals(strict.seen, []);
  assertEquals(
    await strict.served(2),
    Array(2).fill("Cannot accept client: it sent no certificate"),
  );
});

Deno.test("An invalid client certificate is refused even if none is required", {
  ignore,
}, async () => {
  await using pki = await setUp();
  const { server: { cert, key }, ca: { cert: ca } } = pki;
  const rows: [who: Issued, reason: RegExp, chain?: Issued][] = [
    [pki.bySecond, / is not signed by a trusted CA$/],
    [pki.forged, / is not signed by a trusted CA$/],
    [pki.below, / is not signed by a trusted CA$/],
    [pki.usurped, / is not signed by a trusted CA$/, pki.good],
    [pki.expired, / expired at /],
    [pki.old, /: it has X.509 version 1, or its extended key usage does not include clientAuth$/],
    [
      pki.forServers,
      /: it has X.509 version 1, or its extended key usage does not include clientAuth$/,
    ],
  ];
  for (const clientCertificates of ["request", "require"] as const) {
    await using server = await asking({ cert, key, ca, clientCertificates });
    let count = 0;
    for (const [who, reason, chain] of rows) {
      for (const version of VERSIONS) {
        const more = chain ? ["-cert_chain", chain.certFile] : [];
        assert(!/answer/.test(await sClient(server.port, [version, ...more], who)));
        const outcome = (await server.served(++count)).at(-1)!;
        assertMatch(outcome, /^Cannot accept client certificate "CN=poller,O=Ops\\\\, Inc,C=DE": /);
        assertMatch(outcome, reason);
      }
    }
    assertEquals(server.seen, []);
  }
});

Deno.test("A client whose own certificate is trusted cannot sign certificates of other clients", {
  ignore,
}, async () => {
  await using pki = await setUp();
  const { server: { cert, key }, good, usurped } = pki;
  await using server = await asking({
    ...{ cert, key, ca: good.cert, clientCertificates: "require" },
  });
  for (const [index, version] of VERSIONS.entries()) {
    assertMatch(await sClient(server.port, [version], good), /answer/);
    for (const more of [[], ["-cert_chain", good.certFile]]) {
      assert(!/answer/.test(await sClient(server.port, [version, ...more], usurped)));
    }
    const outcomes = await server.served(3 * (index + 1));
    for (const outcome of outcomes.slice(-2)) {
      assertMatch(outcome, / is not signed by a trusted CA$/);
    }
  }
  assertEquals(server.seen.length, VERSIONS.length);
});

Deno.test("A client with the certificate of another client, but without its key, is refused", {
  ignore,
}, async () => {
  await using pki = await setUp();
  const { server: { cert, key }, ca: { cert: ca }, good, path } = pki;
  // An EC key with the victim's public half: openssl accepts it as the key of the certificate.
  const der = async (file: string) => {
    const out = `${path}/key.der`;
    await runOpenssl(["ec", "-in", file, "-outform", "DER", "-out", out]);
    return await Deno.readFile(out);
  };
  const stolen = await der(good.keyFile);
  stolen.set((await der(pki.forged.keyFile)).subarray(7, 39), 7);
  const keyFile = `${path}/stolen.key`;
  const label = "EC PRIVATE KEY";
  const base64 = stolen.toBase64().replaceAll(/.{64}/g, "$&\n");
  await Deno.writeTextFile(
    keyFile,
    `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`,
  );
  await using server = await asking({ cert, key, ca, clientCertificates: "request" });
  for (const version of VERSIONS) {
    assert(!/answer/.test(await sClient(server.port, [version], { ...good, keyFile })));
  }
  assertEquals((await server.served(2)).map((text) => text.split(":")[0]), [
    "Cannot complete TLS handshake",
    "Cannot complete TLS handshake",
  ]);
});

Deno.test("An invalid client certificate is refused in a resumed session too", {
  ignore,
}, async () => {
  await using pki = await setUp();
  const { server: { cert, key }, ca: { cert: ca }, second, good, forged } = pki;
  // Session tickets from a listener that requests no certificate, or trusts another CA.
  const lenient = { cert, key, ca: second.cert + ca };
  for (const version of VERSIONS) {
    for (const clientCertificates of ["request", "require"] as const) {
      const session = `${pki.path}/session`;
      const sessions: [before: TlsServerOptions, who: Issued | undefined][] = [
        [{ ...lenient, clientCertificates: "request" }, pki.bySecond],
        [{ ...lenient, clientCertificates: "request" }, good],
        [{ ...lenient, clientCertificates: "request" }, forged],
        [lenient, undefined],
      ];
      for (const [before, who] of sessions) {
        await using earlier = await asking(before);
        await sClient(earlier.port, [version, "-sess_out", session], who);
        await earlier.served(1);
        await using server = await asking({ cert, key, ca, clientCertificates });
        // A client that was refused in the first handshake may not have received a ticket.
        if (await Deno.stat(session).catch(() => undefined) === undefined) continue;
        const again = await sClient(server.port, [version, "-sess_in", session], who);
        await server.served(1);
        const fine = clientCertificates === "request" && who === undefined;
        assertEquals(/answer/.test(again), fine);
        assertEquals(server.seen, fine ? [undefined] : []);
        await Deno.remove(session);
      }
    }
  }
});

Deno.test("Many simultaneous clients are each identified correctly", { ignore }, async () => {
  await using folder = await certificateFolder();
  const own = await folder.issue("own", { subject: "/CN=server", extensions: SERVER });
  const ca = await folder.issue("ca", { subject: "/CN=ca", extensions: AUTHORITY });
  const names = ["a", "b", "c", "d"];
  const clients: Issued[] = [];
  for (const name of names) {
    clients.push(
      await folder.issue(name, { subject: `/CN=${name}`, issuer: ca, extensions: CLIENT }),
    );
  }
  await using server = await listening(async (connection) => {
    const identity = await connection.handshake();
    await readUntil(connection, "\n");
    await connection.write(encoder.encode(`you are ${identity?.commonName}`));
    await connection.end();
  }, { tls: { cert: own.cert, key: own.key, ca: ca.cert, clientCertificates: "request" } });
  const stalled = await Deno.connect({ hostname: HOST, port: server.port });
  for (let round = 0; round < 3; round++) {
    const answers = await Promise.all(
      [...clients, undefined, ...clients].map(async (who) => {
        const own = who ? { cert: who.cert, key: who.key } : {};
        return (await askTls(server.port, "query\n", own)).answer;
      }),
    );
    const expected = names.map((name) => `you are ${name}`);
    assertEquals(answers, [...expected, "you are undefined", ...expected]);
  }
  stalled.close();
});
