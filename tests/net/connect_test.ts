import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { connect, type ConnectOptions, firstThatAnswers } from "../../src/net/connect.ts";
import { ConnectError, type ConnectFault } from "../../src/net/connect_error.ts";
import { AUTHORITY, certificateFolder, type Issued, openssl, SERVER } from "../openssl.ts";
import { freePort } from "../ports.ts";
import { isMissing } from "../tools.ts";
import { PATIENCE, within } from "../waiting.ts";

const HOST = "127.0.0.1";
const encoder = new TextEncoder();

/** Opens a listener on loopback that serves every connection in the same way. */
function listening(serve: (conn: Deno.Conn) => Promise<void>, tls?: Issued) {
  const where = { hostname: HOST, port: 0 };
  const listener = tls ? Deno.listenTls({ ...where, ...tls }) : Deno.listen(where);
  const clients: string[] = [];
  const open = new Set<Deno.Conn>();
  const served = (async () => {
    for await (const conn of listener) {
      open.add(conn);
      clients.push((conn.remoteAddr as Deno.NetAddr).hostname);
      await serve(conn).catch(() => {});
    }
  })();
  return {
    port: (listener.addr as Deno.NetAddr).port,
    clients,
    async [Symbol.asyncDispose]() {
      listener.close();
      await served;
      for (const conn of open) {
        try {
          conn.close();
        } catch {
          // The test has closed the listener.
        }
      }
    },
  };
}

/** Sends the first bytes back. */
async function echo(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(64);
  const count = await conn.read(buffer);
  await conn.write(buffer.subarray(0, count ?? 0));
}

async function exchange(options: ConnectOptions): Promise<string> {
  const connection = await connect(options);
  try {
    await connection.write(encoder.encode("hello"));
    const buffer = new Uint8Array(64);
    const count = await connection.read(buffer);
    return new TextDecoder().decode(buffer.subarray(0, count ?? 0));
  } finally {
    connection.close();
  }
}

async function fails(
  options: ConnectOptions,
  fault: ConnectFault,
  reason: RegExp,
): Promise<ConnectError> {
  const error = await assertRejects(() => exchange(options), ConnectError);
  assertEquals(error.fault, fault, error.message);
  assertMatch(error.reason, reason);
  return error;
}

Deno.test("connect() opens a plain connection by address and by name", async () => {
  await using server = listening(echo);
  const { port } = server;
  for (const hostname of [HOST, "localhost"]) {
    assertEquals(await exchange({ hostname, port, family: 4 }), "hello");
  }
  const connection = await connect({ hostname: HOST, port });
  assertEquals(connection.peer, { address: HOST, port });
  assertEquals(await connection.handshake(), undefined);
  connection.close();
  connection.close();
});

Deno.test("connect() needs only permission for the host name", {
  permissions: { net: ["localhost", HOST] },
}, async () => {
  await using server = listening(echo);
  assertEquals(await exchange({ hostname: "localhost", port: server.port }), "hello");
});

Deno.test("connect() without permission throws NotCapable", {
  permissions: { net: [HOST] },
}, async () => {
  const options = { port: 5666, hostname: HOST };
  for (
    const forbidden of [{ hostname: "127.0.0.2" }, { hostname: "localhost" }, { bind: "127.0.0.2" }]
  ) {
    await assertRejects(() => connect({ ...options, ...forbidden }), Deno.errors.NotCapable);
  }
});

Deno.test("connect() connects from the given local address", async () => {
  await using server = listening(echo);
  const { port } = server;
  assertEquals(await exchange({ hostname: HOST, port, bind: "127.0.0.7" }), "hello");
  assertEquals(server.clients, ["127.0.0.7"]);
  await fails({ hostname: HOST, port, bind: "192.0.2.1" }, "bind", /^Cannot assign requested addr/);
  await fails({ hostname: HOST, port, bind: "eth0" }, "bind", /^expected an IP address$/);
});

Deno.test("connect() distinguishes an unknown name from a refused connection", async () => {
  const port = freePort();
  const refused = await fails({ hostname: HOST, port }, "refused", /^Connection refused$/);
  assertEquals(refused.attempts, [{ address: HOST, reason: "Connection refused" }]);
  assertEquals(refused.message, `Cannot connect to "${HOST}" port ${port}: Connection refused`);
  await fails({ hostname: HOST, port, bind: HOST }, "refused", /^Connection refused$/);

  const unknown = await fails({ hostname: "checkwright.invalid", port }, "resolve", /name/i);
  assertEquals(unknown.attempts, []);
  await fails({ hostname: HOST, port, family: 6 }, "resolve", /^Address family for hostname not/);
});

Deno.test("firstThatAnswers() tries addresses in order and reports the failed ones", async () => {
  await using server = listening(echo);
  const options = { hostname: "web.example", port: server.port };
  const conn = await firstThatAnswers(["127.0.0.2", "127.0.0.3", HOST], options);
  assertEquals(conn.remoteAddr.hostname, HOST);
  conn.close();
  const error = await assertRejects(
    () => firstThatAnswers(["127.0.0.2", "127.0.0.3"], options),
    ConnectError,
    'Cannot connect to "web.example"',
  );
  assertEquals(error.attempts.map(({ address }) => address), ["127.0.0.2", "127.0.0.3"]);
});

Deno.test("connect() rejects with the reason of its signal, also during a TLS handshake", async () => {
  await using silent = listening(() => Promise.resolve());
  const controller = new AbortController();
  const connecting = connect({
    hostname: HOST,
    port: silent.port,
    tls: {},
    signal: controller.signal,
  });
  const reason = new Error("changed my mind");
  controller.abort(reason);
  assertEquals(await connecting.catch((error) => error), reason);
  const late = connect({ hostname: HOST, port: silent.port, signal: controller.signal });
  assertEquals(await late.catch((error) => error), reason);
});

Deno.test("connect() reports why a TLS handshake failed", async () => {
  const hello = new Uint8Array(2048);
  /** A fatal alert record (RFC 8446, section 6). */
  const alert = (code: number) => Uint8Array.of(21, 3, 3, 0, 2, 2, code);
  const cases: [label: string, answer: Uint8Array, RegExp][] = [
    ["HTTP", encoder.encode("HTTP/1.0 400 Bad Request\r\n\r\n"), /^the server does not speak TLS$/],
    ["handshake_failure", alert(40), /anonymous Diffie-Hellman only .*ssl_cert_file/],
    ["protocol_version", alert(70), /^the server supports none of the TLS versions/],
    ["certificate_required", alert(116), /requires a client certificate$/],
    ["internal_error", alert(80), /^the server sent the TLS alert InternalError$/],
    ["nothing", new Uint8Array(0), /^the server closed the connection: it does not speak TLS, or/],
  ];
  for (const [label, answer, reason] of cases) {
    await using server = listening(async (conn) => {
      await conn.read(hello);
      await conn.write(answer);
      conn.close();
    });
    const tls = { hostname: HOST, port: server.port, tls: {} };
    const error = await fails(tls, "handshake", reason);
    assertMatch(error.message, /^Cannot complete TLS handshake with "127\.0\.0\.1": /, label);
    assertEquals(error.attempts.length, 1, label);
  }
});

Deno.test("connect() verifies a certificate by its chain, and by its name if one is given", {
  ignore: isMissing(openssl),
}, async () => {
  await using folder = await certificateFolder();
  const ca = await folder.issue("ca", { subject: "/CN=Authority", extensions: AUTHORITY });
  const other = await folder.issue("other", { subject: "/CN=Authority", extensions: AUTHORITY });
  const leaf = await folder.issue("leaf", { subject: "/CN=x", issuer: ca, extensions: SERVER });
  await using server = listening(echo, leaf);
  const where = { hostname: HOST, port: server.port };

  for (
    const tls of [
      {},
      { ca: ca.cert },
      { ca: other.cert + ca.cert },
      { ca: leaf.cert },
      { ca: ca.cert, serverName: "nrpe.test" },
      { minVersion: "1.3" },
      { maxVersion: "1.2" },
      {
        maxVersion: "1.2",
        ciphers: ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"],
      },
      { minVersion: "1.3", ciphers: [] },
    ] as const
  ) {
    assertEquals(await exchange({ ...where, tls }), "hello", JSON.stringify(Object.keys(tls)));
  }
  const no = (tls: ConnectOptions["tls"], fault: ConnectFault, reason: RegExp) =>
    fails({ ...where, tls }, fault, reason);
  await no({ ca: other.cert }, "untrusted", /"CN=x" is not signed by a trusted CA$/);
  await no(
    { ca: ca.cert, serverName: "web.test" },
    "untrusted",
    /^the certificate is not for "web\.test"$/,
  );
  await no(
    { maxVersion: "1.2", ciphers: ["ECDHE-ECDSA-CHACHA20-POLY1305"] },
    "handshake",
    /^the server chose ECDHE-ECDSA-AES\d+-GCM-SHA\d+, which is not allowed$/,
  );
  const pem = /^expected certificates in PEM format$/;
  await no({ ca: "none" }, "ca", pem);
  await no({ cert: leaf.key, key: leaf.key }, "certificate", pem);
  await no({ cert: leaf.cert, key: leaf.cert }, "key", /^expected a private key in PEM format/);
  await no({ cert: leaf.cert, key: ca.key }, "key", /^it does not belong to the certificate$/);
});

// Deno 2.9.6 reports such a certificate as authorized: it does not verify the signature.
Deno.test("connect() refuses a forged X.509 version 1 certificate", {
  ignore: isMissing(openssl),
}, async () => {
  await using folder = await certificateFolder();
  const ca = await folder.issue("ca", { subject: "/CN=Authority", extensions: AUTHORITY });
  const impostor = await folder.issue("fake", { subject: "/CN=Authority", extensions: AUTHORITY });
  for (const [issuer, right] of [[ca, true], [impostor, false]] as const) {
    const name = right ? "right" : "forged";
    const leaf = await folder.issue(name, { subject: "/CN=x", issuer });
    await using server = await opensslServer(leaf);
    const connecting = connect({ hostname: HOST, port: server.port, tls: { ca: ca.cert } });
    const outcome = await connecting.then(
      (connection) => connection.close(),
      (error) => error.fault,
    );
    assertEquals(outcome, right ? undefined : "untrusted");
  }
});

/** Starts `openssl s_server`, which serves every certificate. */
async function opensslServer({ certFile, keyFile }: Issued) {
  const process = new Deno.Command(openssl, {
    args: ["s_server", "-accept", `${HOST}:0`, "-cert", certFile, "-key", keyFile, "-no_ign_eof"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let printed = "";
  let port: string | undefined;
  while (port === undefined) {
    const { value, done } = await within(PATIENCE, "openssl to listen", reader.read());
    if (done) throw new Error("openssl s_server did not start");
    printed += value;
    port = /ACCEPT \S+:(\d+)\n/.exec(printed)?.[1];
  }
  return {
    port: Number(port),
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      await Promise.all([process.status, process.stdin.abort(), reader.cancel()]);
    },
  };
}
