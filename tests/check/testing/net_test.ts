import { assertEquals, assertMatch } from "@std/assert";
import nodeNet from "node:net";
import type { TestSettings } from "../../../src/check/testing.ts";
import { attempt, refused } from "./attempt.ts";

const encoder = new TextEncoder();

async function readLine(connection: Deno.Conn): Promise<string> {
  const into = new Uint8Array(512);
  const count = await connection.read(into);
  return new TextDecoder().decode(into.subarray(0, count ?? 0));
}

Deno.test(
  "testCheck() connects a check to peers of the test",
  { permissions: "none" },
  async () => {
    const settings: TestSettings = {
      net: {
        "127.0.0.1:22": "SSH-2.0-x\r\n",
        "127.0.0.1:6379": (request) => request === "PING\r\n" ? "+PONG\r\n" : undefined,
        "[::1]:79": new Uint8Array([65]),
        "/run/x.sock": async (request) => await Promise.resolve(request.toUpperCase()),
        "127.0.0.1:1": new Deno.errors.ConnectionRefused("Connection refused (os error 111)"),
        "a.example": ["192.0.2.1"],
      },
    };
    const permissions = {
      net: ["127.0.0.1", "[::1]:79", "10.0.0.1:53"],
      read: ["/run"],
      write: ["/run"],
    };
    const rows: [() => unknown, unknown][] = [
      [async () => {
        using connection = await Deno.connect({ hostname: "127.0.0.1", port: 22 });
        return [await readLine(connection), await readLine(connection), connection.remoteAddr];
      }, ["SSH-2.0-x\r\n", "", { transport: "tcp", hostname: "127.0.0.1", port: 22 }]],
      [async () => {
        const connection = await Deno.connect({ port: 6379 });
        await connection.write(encoder.encode("PING\r\n"));
        const first = await readLine(connection);
        await connection.write(encoder.encode("NOTHING\r\n"));
        const second = await readLine(connection);
        await connection.write(encoder.encode("PING\r\n"));
        const third = await readLine(connection);
        connection.close();
        return [first, second, third];
      }, ["+PONG\r\n", "", "+PONG\r\n"]],
      [async () => {
        // Reads before it writes, and writes again after each reply: the peer must not close.
        using connection = await Deno.connect({ port: 6379 });
        const received: string[] = [];
        const writer = connection.writable.getWriter();
        const reading = (async () => {
          for await (const line of connection.readable.pipeThrough(new TextDecoderStream())) {
            received.push(line);
            if (received.length === 3) break;
            await writer.write(encoder.encode("PING\r\n"));
          }
        })();
        await writer.write(encoder.encode("PING\r\n"));
        await reading;
        return received;
      }, ["+PONG\r\n", "+PONG\r\n", "+PONG\r\n"]],
      [async () => {
        using connection = await Deno.connect({ hostname: "::1", port: 79 });
        return await new Response(connection.readable).text();
      }, "A"],
      [async () => {
        using connection = await Deno.connect({ transport: "unix", path: "/run/x.sock" });
        await connection.write(encoder.encode("hello"));
        await connection.closeWrite();
        return await new Response(connection.readable).text();
      }, "HELLO"],
      [async () => {
        using plain = await Deno.connect({ port: 22 });
        using secure = await Deno.startTls(plain as Deno.TcpConn, { hostname: "127.0.0.1" });
        await secure.handshake();
        return await readLine(secure);
      }, "SSH-2.0-x\r\n"],
      [() => Deno.connect({ port: 1 }).catch((error) => error.name), "ConnectionRefused"],
      [() => Deno.resolveDns("a.example", "A", { nameServer: { ipAddr: "10.0.0.1" } }), [
        "192.0.2.1",
      ]],
      [() => Deno.resolveDns("a.example", "A"), ["192.0.2.1"]],
    ];
    for (const [code, expected] of rows) {
      assertEquals(await attempt(permissions, code, settings), expected, String(code));
    }
  },
);

Deno.test("testCheck() answers fetch() from the test", { permissions: "none" }, async () => {
  const settings: TestSettings = {
    net: {
      "a.example:80": "by host",
      "http://a.example/health": Response.json({ up: true }, { status: 503 }),
      "https://b.example": (request) => request.split("\r\n").join(" / "),
      "http://a.example/moved": new Response(null, {
        status: 302,
        headers: { location: "/health" },
      }),
      "http://a.example/away": Response.redirect("http://c.example/"),
      "http://a.example/loop": new Response(null, { status: 307, headers: { location: "/loop" } }),
      "http://a.example/hangs": () => new Promise(() => {}),
    },
  };
  const rows: [() => unknown, unknown][] = [
    [async () => await (await fetch("http://a.example/any?x=1")).text(), "by host"],
    [async () => {
      const response = await fetch("http://a.example/health?deep=1");
      return [response.status, response.url, await response.json()];
    }, [503, "http://a.example/health?deep=1", { up: true }]],
    [async () => (await fetch("http://a.example/health")).json(), { up: true }],
    [
      async () =>
        await (await fetch("https://b.example/x?y", {
          method: "POST",
          body: "z",
          headers: { a: "1" },
        })).text(),
      "POST /x?y HTTP/1.1 / host: b.example / a: 1 / content-type: text/plain;charset=UTF-8 /  / z",
    ],
    [async () => {
      const { url, redirected } = await fetch("http://a.example/moved");
      return [url, redirected];
    }, ["http://a.example/health", true]],
    [async () => (await fetch("http://a.example/moved", { redirect: "manual" })).status, 302],
    [
      () => fetch("http://a.example/moved", { redirect: "error" }).catch((error) => error.name),
      "TypeError",
    ],
    [
      () => fetch("http://a.example/loop").catch((error) => error.message),
      "Maximum number of redirects (20) reached",
    ],
    [() => fetch("http://a.example/away"), refused('net "c.example:80"')],
    [
      () =>
        fetch("http://a.example/hangs", { signal: AbortSignal.abort(new Error("gave up")) }).catch((
          error,
        ) => error.message),
      "gave up",
    ],
    [async () => await (await fetch("data:,plain")).text(), "plain"],
  ];
  for (const [code, expected] of rows) {
    assertEquals(
      await attempt({ net: ["a.example:80", "b.example"] }, code, settings),
      expected,
      String(code),
    );
  }
});

Deno.test("testCheck() follows redirects of a real server, and requires permission for each host", {
  permissions: { net: ["127.0.0.1"] },
}, async () => {
  let elsewhere = "";
  const handler = async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/away") return Response.redirect(elsewhere, 307);
    if (pathname === "/here") return Response.redirect(new URL("/end", request.url), 303);
    return new Response(`${request.method} ${pathname} ${await request.text()}`);
  };
  await using first = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  await using second = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const [host, other] = [first, second].map(({ addr }) => `127.0.0.1:${addr.port}`) as [
    string,
    string,
  ];
  elsewhere = `http://${other}/end`;
  const post = (path: string) => async () => {
    const response = await fetch(`http://${host}${path}`, { method: "POST", body: "b" });
    return [await response.text(), response.redirected];
  };
  assertEquals(await attempt({ net: [host] }, post("/here")), ["GET /end ", true]);
  assertEquals(await attempt({ net: [host] }, post("/away")), refused(`net "${other}"`));
  assertEquals(await attempt({ net: ["127.0.0.1"] }, post("/away")), ["POST /end b", true]);
});

Deno.test(
  "testCheck() refuses fixtures for sockets of Node, and explains a missing permission of the test",
  {
    permissions: { net: ["127.0.0.1"] },
  },
  async () => {
    const open = (how: "connect" | "socket", address: { host: string; port: number }) =>
      new Promise((resolve, reject) => {
        const socket = how === "connect"
          ? nodeNet.connect(address)
          : new nodeNet.Socket().connect(address.port, address.host);
        socket.on("error", reject).on("connect", () => resolve(socket.destroy()));
      });
    const noFixture = (target: string) =>
      `UNKNOWN The fixture net "${target}" cannot answer a socket of Node, which npm packages use: ` +
      "test with a real server instead";
    const noAccess = (target: string) =>
      `UNKNOWN net "${target}" is declared, but the test may not access it. Fixtures cannot answer a ` +
      "socket of Node, which npm packages use: test with a real server, and run deno test " +
      `--allow-net=${target}`;
    const net = { "db.example:1": "hello", "down.example:1": new Error("is down") };
    const permissions = { net: ["db.example", "down.example", "other.example", "127.0.0.1"] };
    for (const how of ["connect", "socket"] as const) {
      const ask = (host: string, port = 1) =>
        attempt(permissions, () => open(how, { host, port }), { net });
      assertEquals(await ask("db.example"), noFixture("db.example:1"));
      assertEquals(await ask("down.example"), "UNKNOWN is down");
      assertEquals(await ask("other.example"), noAccess("other.example:1"));
      assertMatch(String(await ask("127.0.0.1")), /^UNKNOWN connect ECONNREFUSED/);
      assertMatch(String(await ask("else.example")), /^UNKNOWN Permission refused: net "else/);
    }
  },
);
