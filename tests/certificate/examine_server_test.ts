import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import fc from "../fast_check.ts";
import { ConnectError } from "../../src/net/connect_error.ts";
import { examineServer, type ServerReport } from "../../src/certificate/examine_server.ts";
import { encodeClientHello } from "../../src/certificate/client_hello.ts";
import { readServerFlight, type ServerFlight } from "../../src/certificate/server_flight.ts";
import { startNrpe } from "../nrpe_daemon.ts";
import { certificateFolder, SERVER } from "../openssl.ts";
import { tools } from "../tools.ts";
import { answering, HOST, listening, selfSigned } from "../net/listening.ts";

function examine(port: number, milliseconds = 30_000): Promise<ServerReport> {
  return examineServer({ hostname: HOST, port, signal: AbortSignal.timeout(milliseconds) });
}

/** Returns a short form of a report, without certificates. */
function brief(report: ServerReport): unknown[] {
  if (report.kind === "anonymous") return ["anonymous", report.version, report.cipher];
  if (report.kind !== "tls") return [report.kind];
  const { agreed, clearVersion, certificates, clientCertificates } = report;
  const version = typeof agreed === "string" ? agreed : agreed.version;
  return [version, clearVersion, certificates.length > 0, clientCertificates];
}

Deno.test("examineServer() recognises the TLS configurations of the real nrpe", {
  ignore: !tools.nrpe || !tools.openssl,
}, async (t) => {
  await using folder = await certificateFolder();
  const own = await folder.issue("own", { subject: "/CN=own", extensions: SERVER });
  const ca = `ssl_cacert_file=${own.certFile}`;
  const rows: [name: string, tls: typeof own | "anonymous" | false, lines: string[], unknown[]][] =
    [
      ["without a certificate", "anonymous", [], ["anonymous", "TLS 1.2", "ADH-AES256-GCM-SHA384"]],
      ["plain", false, [], ["closed"]],
      ["with one", own, [], ["TLS 1.3", "TLS 1.2", true, "none"]],
      ["asking", own, ["ssl_client_certs=1", ca], ["TLS 1.3", "TLS 1.2", true, "asks"]],
      ["requiring", own, ["ssl_client_certs=2", ca], ["TLS 1.3", "TLS 1.2", true, "requires"]],
      ["1.3 only", own, ["ssl_version=TLSv1.3"], ["TLS 1.3", undefined, true, undefined]],
      [
        "1.3 only, requiring",
        own,
        ["ssl_version=TLSv1.3", "ssl_client_certs=2", ca],
        ["TLS 1.3", undefined, true, "requires"],
      ],
      [
        "1.1 only",
        own,
        ["ssl_version=TLSv1.1"],
        [
          "the server supports none of the TLS versions that this client allows",
          "TLS 1.1",
          true,
          "none",
        ],
      ],
      ["for others", own, ["allowed_hosts=192.0.2.1"], ["closed"]],
    ];
  for (const [name, tls, lines, expected] of rows) {
    await t.step(name, async () => {
      await using nrpe = await startNrpe(folder.path, { commands: {}, tls, lines });
      assertEquals(brief(await examine(nrpe.port)), expected);
    });
  }
});

Deno.test("examineServer() recognises the TLS configurations of our listener", async () => {
  const { cert: ca } = await selfSigned();
  const rows: [options: Parameters<typeof selfSigned>[0], expected: unknown[]][] = [
    [{}, ["TLS 1.3", "TLS 1.2", true, "none"]],
    [{ ca, clientCertificates: "request" }, ["TLS 1.3", "TLS 1.2", true, "asks"]],
    [{ ca, clientCertificates: "require" }, ["TLS 1.3", "TLS 1.2", true, "requires"]],
    [{ minVersion: "1.3" }, ["TLS 1.3", undefined, true, undefined]],
  ];
  for (const [options, expected] of rows) {
    await using server = await listening(answering(), { tls: await selfSigned(options) });
    assertEquals(brief(await examine(server.port)), expected);
  }
});

Deno.test("examineServer() throws if the connection is refused or the server is silent", async () => {
  const error = await assertRejects(() => examine(1), ConnectError);
  assertEquals(error.fault, "refused");
  using silent = Deno.listen({ hostname: HOST, port: 0 });
  await assertRejects(() => examine(silent.addr.port, 200), DOMException, "timeout");
});

Deno.test("examineServer() recognises a server that does not speak TLS", async () => {
  using listener = Deno.listen({ hostname: HOST, port: 0 });
  const serving = (async () => {
    using conn = await listener.accept();
    await conn.write(new TextEncoder().encode("220 mail.example ESMTP\r\n"));
    await conn.read(new Uint8Array(4_096));
  })();
  assertEquals(await examine(listener.addr.port), { kind: "other" });
  await serving;
});

/** Returns a function that reads from bytes, at most `step` at a time. */
function reader(bytes: Uint8Array, step: number) {
  let at = 0;
  return (buffer: Uint8Array) => {
    const part = bytes.subarray(at, at + Math.min(step, buffer.length));
    buffer.set(part);
    at += part.length;
    return Promise.resolve(part.length === 0 ? null : part.length);
  };
}

const block = (size: number, content: number[]) => [
  ...Array.from({ length: size }, (_, index) => content.length >> 8 * (size - 1 - index) & 0xff),
  ...content,
];
const record = (content: number[]) => [22, 3, 3, ...block(2, content)];
const hello = [2, ...block(3, [3, 3, ...Array(32).fill(7), ...block(1, [1, 2, 3]), 0xc0, 0x2b, 0])];
const certificates = [11, ...block(3, block(3, [...block(3, [1, 2]), ...block(3, [3])]))];
const request = [13, ...block(3, [1, 1, 0, 0, 0, 0])];
const done = [14, 0, 0, 0];
const read: ServerFlight = {
  kind: "hello",
  version: "TLS 1.2",
  suite: 0xc02b,
  certificates: [Uint8Array.of(1, 2), Uint8Array.of(3)],
  asksForCertificate: true,
};

Deno.test("readServerFlight() does not depend on the division into records and packets", {
  permissions: "none",
}, async () => {
  const flight = [...hello, ...certificates, ...request, ...done];
  const records = [
    record(flight),
    [...record(hello), ...record(certificates), ...record(request), ...record(done)],
    flight.flatMap((byte) => record([byte])),
  ];
  for (const bytes of records) {
    for (const step of [1, 3, 1_000]) {
      assertEquals(await readServerFlight(reader(Uint8Array.from(bytes), step)), read);
    }
  }
  const without = record([...hello, ...certificates, ...done]);
  const flightWithout = await readServerFlight(reader(Uint8Array.from(without), 9));
  assertEquals(flightWithout, { ...read, asksForCertificate: false });
});

Deno.test("readServerFlight() distinguishes an alert, an end and other protocols", {
  permissions: "none",
}, async () => {
  const rows: [bytes: number[], expected: unknown][] = [
    [[], { kind: "closed" }],
    [[21, 3, 3, 0, 2, 2, 40], { kind: "alert", alert: 40 }],
    [[21, 3], { kind: "other" }],
    [[0, 4, 0, 1], { kind: "other" }],
    [[22, 9, 9, 0, 1, 0], { kind: "other" }],
    [record(hello), { kind: "other" }],
    [Array.from({ length: 9 }, () => record(Array(16_000).fill(0))).flat(), { kind: "other" }],
  ];
  for (const [bytes, expected] of rows) {
    assertEquals(await readServerFlight(reader(Uint8Array.from(bytes), 4_096)), expected);
  }
});

Deno.test(
  "readServerFlight() returns a result for arbitrary bytes",
  { permissions: "none" },
  async () => {
    const content = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 80 });
    const start = fc.constantFrom([], [22, 3, 3, 0, 60], [...hello], record(hello).slice(0, -2));
    await fc.assert(
      fc.asyncProperty(
        start,
        content,
        fc.integer({ min: 1, max: 50 }),
        async (head, tail, step) => {
          const flight = await readServerFlight(reader(Uint8Array.from([...head, ...tail]), step));
          assertMatch(flight.kind, /^(?:hello|alert|other|closed)$/);
        },
      ),
      { numRuns: 500 },
    );
  },
);

Deno.test("encodeClientHello() contains the host name and fits into one record", {
  permissions: "none",
}, () => {
  const name = "a.example";
  const bytes = encodeClientHello("certified", name);
  assertEquals([...bytes.subarray(0, 3)], [22, 3, 1]);
  assertEquals(bytes.length, 5 + (bytes[3]! << 8 | bytes[4]!));
  const text = new TextDecoder("latin1").decode(bytes);
  assert(text.includes(name));
  assert(encodeClientHello("anonymous").length < bytes.length);
});
