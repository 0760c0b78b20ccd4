import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { printable } from "../../../checks/_printable.ts";
import {
  presentTcp,
  presentTcpFailure,
  type TcpQuestion,
} from "../../../checks/tcp/_tcp_answer.ts";
import { isExpected, readTcp, unescapeText } from "../../../checks/tcp/_tcp_session.ts";
import { tcp } from "../../../checks/tcp/tcp.ts";
import {
  type CheckResult,
  ConnectError,
  parseRange,
  presentResult,
  testCheck,
} from "../../../src/mod.ts";
import { isMissing } from "../../tools.ts";
import { closedPort, listen, listenOnly, makeKeyPair } from "../local_server.ts";
import { openssl } from "../../openssl.ts";
import { permissionsOf } from "../permissions_of.ts";
import { later, until } from "../../waiting.ts";

const question: TcpQuestion = {
  hostname: "192.0.2.1",
  port: 25,
  timeout: 10,
  all: false,
  jail: false,
  mismatch: "WARNING",
  refuse: "CRITICAL",
};
const now = new Date("2026-03-01T12:00:00Z");

function present(result: CheckResult): [state: string, text: string] {
  const { state, text } = presentResult(result);
  return [state, text];
}

Deno.test("presentTcp() returns the texts of check_tcp", { permissions: "none" }, () => {
  const reading = { seconds: 0.000609 };
  const banner = { ...reading, banner: "220 mail.example ESMTP\r\n" };
  const slow = { warning: parseRange("0.0001"), critical: parseRange("5") };
  const cases: [result: CheckResult, state: string, text: string][] = [
    [
      presentTcp(reading, question, now),
      "OK",
      "TCP OK - 0.001 second response time on 192.0.2.1 port 25|time=0.000609s;;;0;10",
    ],
    [
      presentTcp(reading, { ...question, ...slow }, now),
      "WARNING",
      "TCP WARNING - 0.001 second response time on 192.0.2.1 port 25" +
      "|time=0.000609s;0.0001;5;0;10",
    ],
    [
      presentTcp(banner, { ...question, expect: ["250", "220"] }, now),
      "OK",
      "TCP OK - 0.001 second response time on 192.0.2.1 port 25 [220 mail.example ESMTP]" +
      "|time=0.000609s;;;0;10",
    ],
    [
      presentTcp(banner, { ...question, expect: ["250", "220"], all: true }, now),
      "WARNING",
      "TCP WARNING - Unexpected response from host/socket: 220 mail.example ESMTP" +
      "|time=0.000609s;;;0;10",
    ],
    [
      presentTcp(banner, { ...question, expect: ["250"], jail: true }, now),
      "WARNING",
      "TCP WARNING - Unexpected response from host/socket on 192.0.2.1 port 25" +
      "|time=0.000609s;;;0;10",
    ],
    [
      presentTcp({ ...reading, banner: "   \r\n" }, { ...question, expect: ["250"] }, now),
      "WARNING",
      "TCP WARNING - Unexpected response from host/socket on 192.0.2.1 port 25" +
      "|time=0.000609s;;;0;10",
    ],
    [
      presentTcp(banner, { ...question, ...slow, expect: ["250"], mismatch: "OK" }, now),
      "OK",
      "TCP OK - Unexpected response from host/socket: 220 mail.example ESMTP" +
      "|time=0.000609s;0.0001;5;0;10",
    ],
    [
      presentTcp(
        banner,
        { ...question, critical: parseRange("0.0001"), expect: ["250"], mismatch: "OK" },
        now,
      ),
      "CRITICAL",
      "TCP CRITICAL - Unexpected response from host/socket: 220 mail.example ESMTP" +
      "|time=0.000609s;;0.0001;0;10",
    ],
    [
      presentTcp({ ...reading, banner: "" }, { ...question, expect: ["x"] }, now),
      "CRITICAL",
      "No data received from host",
    ],
    [
      presentTcp({ ...reading, banner: "one\ntwo|x\nthree" }, { ...question, expect: ["o"] }, now),
      "OK",
      "TCP OK - 0.001 second response time on 192.0.2.1 port 25 [one|time=0.000609s;;;0;10\n" +
      "two x\nthree]",
    ],
  ];
  for (const [result, state, text] of cases) assertEquals(present(result), [state, text]);
});

Deno.test("presentTcp() puts the result for the certificate first", { permissions: "none" }, () => {
  const certificate = { commonName: "localhost", validTo: new Date("2026-03-31T12:00:00Z") };
  const reading = { seconds: 0.002, certificate };
  const good = present(
    presentTcp(reading, { ...question, days: { warning: 14, critical: 7 } }, now),
  );
  assertEquals(good[0], "OK");
  assertMatch(
    good[1],
    /^OK - Certificate 'localhost' will expire on Tue Mar 31 .* 2026 .*\.\|time=/,
  );
  assertStringIncludes(good[1], " days=30;@~:14;@~:7\nTCP OK - 0.002 second response time");
  const bad = present(
    presentTcp(reading, { ...question, days: { warning: 60, critical: 7 } }, now),
  );
  assertEquals(bad[0], "WARNING");
  assertMatch(bad[1], /^WARNING - Certificate 'localhost' expires in 30 day\(s\) .*\|days=30;/);
});

Deno.test("presentTcpFailure() returns the texts of check_tcp", { permissions: "none" }, () => {
  const cases: [error: ConnectError, state: string, text: string][] = [
    [
      new ConnectError("refused", "", "Connection refused"),
      "WARNING",
      "connect to address 192.0.2.1 and port 25: Connection refused",
    ],
    [
      new ConnectError("unreachable", "", "No route to host"),
      "CRITICAL",
      "connect to address 192.0.2.1 and port 25: No route to host",
    ],
    [
      new ConnectError("resolve", "", "Name or service not known"),
      "CRITICAL",
      "TCP CRITICAL - Invalid hostname, address or socket: 192.0.2.1",
    ],
    [
      new ConnectError("handshake", "", "wrong version\x07"),
      "CRITICAL",
      "CRITICAL - Cannot make SSL connection.\nwrong version?",
    ],
  ];
  for (const [error, state, text] of cases) {
    const result = presentTcpFailure(error, { ...question, refuse: "WARNING" });
    assertEquals(present(result), [state, text]);
  }
});

Deno.test("isExpected() searches for one string or for all", { permissions: "none" }, () => {
  const cases: [banner: string, expect: string[], all: boolean, found: boolean][] = [
    ["220 ESMTP", ["220"], false, true],
    ["220 ESMTP", ["250", "ESMTP"], false, true],
    ["220 ESMTP", ["250", "ESMTP"], true, false],
    ["220 ESMTP", ["220", "ESMTP"], true, true],
    ["", [""], false, false],
    ["x", [], false, false],
  ];
  for (const [banner, expect, all, found] of cases) {
    assertEquals(isExpected(banner, { expect, all }), found, `${banner} ${expect} ${all}`);
  }
});

Deno.test("unescapeText() replaces the escapes of check_tcp -E", { permissions: "none" }, () => {
  const cases: [text: string, read: string][] = [
    ["QUIT\\r\\n", "QUIT\r\n"],
    ["a\\tb\\\\n", "a\tb\\n"],
    ["\\x", "x"],
    ["end\\", "end\\"],
  ];
  for (const [text, read] of cases) assertEquals(unescapeText(text), read);
});

Deno.test("printable() replaces control characters and limits the length", {
  permissions: "none",
}, () => {
  assertEquals(printable("a\x1b[31mb\r\nc\rd\x00\t\x9b \n"), "a?[31mb\nc?d?\t?");
  assertEquals(printable("x".repeat(10), 4), "xxxx…");
});

Deno.test("tcp stops reading when the expected strings have arrived", async () => {
  await using server = listen(async ({ read, write }) => {
    const request = await read();
    await write("echo: ");
    await later(20);
    await write(request);
    while (await read() !== "");
  });
  const { state, text } = await testCheck(
    tcp({
      port: server.port,
      send: "caf\u00e9\\r\\n",
      expect: "echo: caf\u00e9",
      quit: "bye\\n",
      escape: true,
    }),
  );
  assertEquals(state, "OK", text);
  assertStringIncludes(text, `on 127.0.0.1 port ${server.port} [echo: caf\u00e9]|time=0.0`);
  await until("the last data", () => server.received[0]?.includes("bye\n"));
  assertEquals(server.received, ["caf\u00e9\r\nbye\n"]);
});

Deno.test("tcp stops reading when the peer closes the connection", async () => {
  await using server = listen(({ write }) => write("going away"));
  const bound = tcp({ port: server.port, expect: "welcome", mismatch: "crit" });
  const { state, text } = await testCheck(bound);
  assertEquals(state, "CRITICAL");
  assertStringIncludes(text, "TCP CRITICAL - Unexpected response from host/socket: going away|");
});

Deno.test("tcp stops at its time limit and closes the connection", async () => {
  await using server = listen(listenOnly);
  const result = await testCheck(tcp({ port: server.port, expect: "x", timeout: 0.1 }));
  assertEquals(result, { state: "CRITICAL", text: "CRITICAL - Socket timeout after 0.1 seconds" });
});

Deno.test("tcp stops at the deadline and throws the abort reason of its signal", async () => {
  await using server = listen(listenOnly);
  const deadline = new AbortController();
  const address = { hostname: "127.0.0.1", port: server.port };
  const session = { address, delay: 0, expect: ["x"], all: false, maxbytes: 10 };
  const reading = readTcp(session, deadline.signal);
  setTimeout(() => deadline.abort(new DOMException("Deadline", "TimeoutError")), 20);
  const thrown = await reading.catch((error) => error);
  assertEquals([thrown.name, thrown.message], ["TimeoutError", "Deadline"]);
});

Deno.test("tcp reads at most maxbytes of an endless response", async () => {
  await using server = listen(async ({ write }) => {
    for (;;) await write("x".repeat(65536));
  });
  const bound = tcp({ port: server.port, expect: "y", maxbytes: 1000 });
  const { state, text } = await testCheck(bound);
  assertEquals(state, "WARNING");
  assert(text.length < 5000, `${text.length} characters`);
});

Deno.test("tcp reports a refused connection with the state of the option", async () => {
  const port = closedPort();
  const refused = `connect to address 127.0.0.1 and port ${port}: Connection refused`;
  assertEquals(await testCheck(tcp({ port })), { state: "CRITICAL", text: refused });
  assertEquals(await testCheck(tcp({ port, refuse: "ok" })), { state: "OK", text: refused });
  assertEquals(await testCheck(tcp({ port, ssl: true, refuse: "warn" })), {
    state: "WARNING",
    text: refused,
  });
});

Deno.test({
  name: "tcp accepts an unverified certificate and checks when it expires",
  ignore: isMissing(openssl),
  async fn() {
    const pair = await makeKeyPair(30, "/CN=probe.example");
    await using server = listen(async ({ read, write }) => {
      await write("* OK ready\r\n");
      while (await read() !== "");
    }, pair);
    const greeted = await testCheck(tcp({ port: server.port, ssl: true, expect: "* OK" }));
    assertEquals(greeted.state, "OK", greeted.text);
    assertStringIncludes(greeted.text, "[* OK ready]|time=");
    const lasts = await testCheck(tcp({ port: server.port, certificate: "14,7" }));
    assertEquals(lasts.state, "OK");
    assertMatch(
      lasts.text,
      /^OK - Certificate 'probe.example' will expire on .* days=(29|30);@~:14;@~:7\n/,
    );
    const ends = await testCheck(tcp({ port: server.port, certificate: "40,35" }));
    assertEquals(ends.state, "CRITICAL");
    assertMatch(ends.text, /^CRITICAL - Certificate 'probe.example' expires in (29|30) day\(s\)/);
  },
});

Deno.test("tcp reports a peer without TLS, and times out for a silent peer", async () => {
  await using plain = listen(async ({ write, read }) => {
    await write("220 plain\r\n");
    while (await read() !== "");
  });
  const { state, text } = await testCheck(tcp({ port: plain.port, ssl: true }));
  assertEquals([state, text.split("\n")[0]], [
    "CRITICAL",
    "CRITICAL - Cannot make SSL connection.",
  ]);
  await using silent = listen(listenOnly);
  const late = await testCheck(tcp({ port: silent.port, ssl: true, timeout: 0.1 }));
  assertEquals(late.text, "CRITICAL - Socket timeout after 0.1 seconds");
});

Deno.test(
  "tcp declares net permission for its host and port only",
  { permissions: "none" },
  async () => {
    const cases: [hostname: string, port: number, net: string][] = [
      ["192.0.2.1", 25, "192.0.2.1:25"],
      ["mail.example", 993, "mail.example:993"],
      ["2001:db8::1", 25, "[2001:db8::1]:25"],
    ];
    for (const [hostname, port, net] of cases) {
      assertEquals(permissionsOf(tcp({ hostname, port })), { net: [net] });
    }
    for (const ssl of [false, true]) {
      const bound = tcp({ port: 25, ssl });
      const { state, text } = await testCheck(bound, { args: ["-H", "192.0.2.7"] });
      assertEquals(state, "UNKNOWN");
      assertStringIncludes(text, 'Permission refused: net "192.0.2.7:25"');
    }
  },
);

Deno.test("tcp refuses invalid options", { permissions: "none" }, async () => {
  const cases: [args: string[], message: string][] = [
    [[], 'Option "port": Missing'],
    [["-p", "0"], 'Option "port": Invalid value "0"'],
    [["-p", "25", "-H", "a b"], 'Option "hostname": Invalid value "a b"'],
    [["-p", "25", "-D", "soon"], 'Option "certificate": Invalid value "soon"'],
    [["-p", "25", "-r", "maybe"], 'Option "refuse": Invalid value "maybe"'],
  ];
  for (const [args, message] of cases) {
    const { state, text } = await testCheck(tcp, { args });
    assertEquals(state, "UNKNOWN");
    assertStringIncludes(text, message);
  }
});
