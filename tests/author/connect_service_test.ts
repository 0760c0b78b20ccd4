import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { readCertificate } from "../../src/author/service_connection.ts";
import {
  connect,
  ConnectError,
  defineCheck,
  type ServiceOptions,
  type ServiceTls,
  testCheck,
} from "../../src/mod.ts";
import { connectFailure } from "../../src/net/open_tcp.ts";
import { closedPort, listen, listenOnly, makeKeyPair, type Peer } from "../checks/local_server.ts";
import { openssl } from "../openssl.ts";
import { isMissing } from "../tools.ts";
import { later } from "../waiting.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** Connects to a fixture that throws an error, and returns the error of `connect()`. */
async function thrown(error: Error, options: ServiceOptions = {}): Promise<unknown> {
  let caught: unknown;
  const probe = defineCheck({
    description: "Connects",
    permissions: { net: ["a.example:1"] },
    async run() {
      caught = await connect({ hostname: "a.example", port: 1 }, options).catch((error) => error);
      return "";
    },
  });
  await testCheck(probe, { net: { "a.example:1": error } });
  return caught;
}

const coded = (message: string, code: string) => Object.assign(new Error(message), { code });

Deno.test("connect() throws the same errors with TLS and without", {
  permissions: "none",
}, async () => {
  const lookup = "failed to lookup address information: ";
  const cases: [error: Error, fault: string, reason: string][] = [
    [
      coded("Connection refused (os error 111)", "ECONNREFUSED"),
      "refused",
      "Connection refused",
    ],
    [coded("connect ECONNREFUSED ::1:1", "ECONNREFUSED"), "refused", "Connection refused"],
    [
      coded("No route to host (os error 113)", "EHOSTUNREACH"),
      "unreachable",
      "No route to host",
    ],
    [new Error("Odd thing (os error 7)"), "unreachable", "Odd thing"],
    [new Error(`${lookup}Name or service not known`), "resolve", "Name or service not known"],
  ];
  for (const [error, fault, reason] of cases) {
    for (const tls of [undefined, { verify: false }]) {
      const caught = await thrown(error, { tls });
      assert(caught instanceof ConnectError, String(caught));
      assertEquals([caught.name, caught.fault, caught.reason], ["ConnectError", fault, reason]);
    }
  }
  const refused = new Deno.errors.NotCapable("Requires net access");
  assertEquals(connectFailure(refused, "a.example"), refused);
  for (const tls of [undefined, { verify: false }]) {
    assertEquals((await thrown(refused, { tls }) as Error).name, "NotCapable");
    await assertRejects(
      () => connect({ hostname: "a.example", port: 1 }, { tls }),
      Deno.errors.NotCapable,
      'Requires net access to "a.example:1"',
    );
  }
});

Deno.test("readCertificate() reads certificates of node:tls", { permissions: "none" }, () => {
  const end = "Dec 21 20:09:22 2026 GMT";
  const validTo = new Date("2026-12-21T20:09:22Z");
  const cases: [given: Parameters<typeof readCertificate>[0], read: unknown][] = [
    [{ subject: { CN: "a" }, valid_to: end }, { commonName: "a", validTo }],
    [{ subject: { CN: ["a", "b"] }, valid_to: end }, { commonName: "a", validTo }],
    [{ subject: {}, valid_to: end }, { commonName: undefined, validTo }],
    [{ valid_to: "Dec  3 09:58:34 2026 GMT" }, {
      commonName: undefined,
      validTo: new Date("2026-12-03T09:58:34Z"),
    }],
    [{ valid_to: "never" }, undefined],
    [{}, undefined],
  ];
  for (const [given, read] of cases) assertEquals(readCertificate(given), read);
});

/** Sends the requested number of bytes, and closes. */
const sender: Peer = async ({ read, write }) => {
  await write(new Uint8Array(Number(await read())));
};

const tlsCase = { ignore: isMissing(openssl) };

for (const secured of [false, true]) {
  const kind = secured ? "TLS" : "plain";
  const tls = secured ? { verify: false } : undefined;
  const pair = () => secured ? makeKeyPair(30, "/CN=probe.example") : Promise.resolve(undefined);

  Deno.test(
    `connect() reads all data of a ${kind} peer that closes the connection before the data is read`,
    {
      ...secured && tlsCase,
    },
    async () => {
      await using server = listen(sender, await pair());
      const connection = await connect({ hostname: "127.0.0.1", port: server.port }, { tls });
      await connection.write(encode("300000"));
      await later(100);
      let size = 0;
      for (let chunk; (chunk = await connection.read()) !== null;) {
        assert(chunk.length <= 65536);
        size += chunk.length;
      }
      connection.close();
      connection.close();
      assertEquals(size, 300_000);
      assertEquals(connection.certificate?.commonName, secured ? "probe.example" : undefined);
      assert(connection.startedAt <= connection.connectedAt);
    },
  );

  Deno.test(`connect() closes a ${kind} connection when its signal aborts`, {
    ...secured && tlsCase,
  }, async () => {
    await using server = listen(listenOnly, await pair());
    const deadline = new AbortController();
    const { signal } = deadline;
    const connection = await connect({ hostname: "127.0.0.1", port: server.port }, { tls, signal });
    const reading = connection.read();
    setTimeout(() => deadline.abort(new DOMException("Deadline", "TimeoutError")), 20);
    await assertRejects(() => reading, DOMException, "Deadline");
    await assertRejects(
      () => connect({ hostname: "127.0.0.1", port: server.port }, { tls, signal }),
      DOMException,
      "Deadline",
    );
  });
}

Deno.test("connect() ends a handshake when its signal aborts, or when the peer does not speak TLS", async () => {
  await using silent = listen(listenOnly);
  const signal = AbortSignal.timeout(50);
  await assertRejects(
    () => connect({ hostname: "127.0.0.1", port: silent.port }, { tls: { verify: false }, signal }),
    DOMException,
    "due to timeout",
  );
  await using plain = listen(async ({ write }) => await write("220 plain\r\n"));
  const error = await assertRejects(
    () => connect({ hostname: "127.0.0.1", port: plain.port }, { tls: { verify: false } }),
    ConnectError,
  );
  assertEquals([error.fault, error.reason], ["handshake", "the server does not speak TLS"]);
});

Deno.test({
  name: "connect() verifies the certificate and its name unless verify is false",
  ignore: isMissing(openssl),
  async fn() {
    const [own, other] = [await makeKeyPair(30, "/CN=a"), await makeKeyPair(30, "/CN=b")];
    await using server = listen(listenOnly, own);
    const at = { hostname: "127.0.0.1", port: server.port };
    for (const tls of [{}, { serverName: "a" }, { verify: true }]) {
      await assertRejects(() => connect(at, { tls }), TypeError, "set tls.ca");
    }
    const refused: ServiceTls[] = [
      { ca: other.cert, serverName: "a" },
      { ca: own.cert },
      { ca: own.cert, serverName: "b" },
    ];
    for (const tls of refused) {
      const error = await assertRejects(() => connect(at, { tls }), ConnectError);
      assertEquals(error.fault, "untrusted", JSON.stringify(Object.keys(tls)));
    }
    (await connect(at, { tls: { ca: own.cert, serverName: "a" } })).close();
    // The handshake contains host names only: `node:tls` would throw for an address.
    (await connect(at, { tls: { serverName: "127.0.0.1", verify: false } })).close();
  },
});

Deno.test("connect() connects to a Unix socket", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/socket`;
  const listener = Deno.listen({ transport: "unix", path });
  const serving = listener.accept().then(async (conn) => {
    await conn.write(encode("ready\n"));
    conn.close();
  });
  const connection = await connect({ path });
  assertEquals(new TextDecoder().decode((await connection.read())!), "ready\n");
  assertEquals(await connection.read(), null);
  connection.close();
  await serving;
  listener.close();
  await Deno.remove(folder, { recursive: true });
  const missing = await assertRejects(() => connect({ path }), ConnectError);
  assertEquals([missing.fault, missing.reason], ["unreachable", "No such file or directory"]);
});

Deno.test("connect() uses the fixtures of testCheck()", { permissions: "none" }, async () => {
  const path = "/run/service.sock";
  const probe = defineCheck({
    description: "Sends a request",
    permissions: { net: ["[::1]:1"], read: [path], write: [path] },
    async run(_options, { signal }) {
      const answers = [];
      for (const address of [{ hostname: "::1", port: 1 }, { path }]) {
        const connection = await connect(address, { signal });
        await connection.write(encode("ask"));
        answers.push(new TextDecoder().decode(await connection.read() ?? undefined));
        connection.close();
      }
      return answers.join(" ");
    },
  });
  const net = { "[::1]:1": (asked: string) => `tcp ${asked}`, [path]: "unix" };
  assertEquals((await testCheck(probe, { net })).text, "tcp ask unix");
  const { text } = await testCheck(probe, { permissions: {} });
  assertStringIncludes(text, 'Permission refused: net "[::1]:1"');
});

Deno.test("connect() reports a closed port as refused", async () => {
  const port = closedPort();
  const error = await assertRejects(
    () => connect({ hostname: "127.0.0.1", port }),
    ConnectError,
  );
  assertEquals([error.fault, error.reason], ["refused", "Connection refused"]);
});
