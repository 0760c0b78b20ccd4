import tls from "node:tls";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  answering,
  askTls,
  clientHello,
  HOST,
  listening,
  readAll,
  readUntil,
  selfSigned,
} from "./listening.ts";
import { fingerprint } from "../../src/certificate/certificate.ts";
import { tools } from "../tools.ts";
import { later, outputOf } from "../waiting.ts";

const encoder = new TextEncoder();
const ignore = tools.openssl === undefined;

/** Sends a query with `openssl s_client`; returns its output. */
async function sClient(port: number, ...args: string[]): Promise<string> {
  const child = new Deno.Command(tools.openssl!, {
    args: ["s_client", "-connect", `${HOST}:${port}`, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(encoder.encode("query\n")).catch(() => {});
  const { stdout, stderr } = await outputOf(child, "openssl s_client");
  await input.close().catch(() => {});
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

Deno.test("A listener supports TLS 1.2 and 1.3", async () => {
  const own = await selfSigned();
  await using server = await listening(answering("fine"), { tls: own });
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    const asked = await askTls(server.port, "query\n", {
      maxVersion: version,
      minVersion: version,
    });
    assertEquals(asked, {
      answer: "6 fine",
      protocol: version,
      fingerprint: await fingerprint(own.cert),
    });
  }
});

Deno.test("A listener with minVersion 1.3 refuses older TLS versions", async () => {
  await using server = await listening(answering("fine"), {
    tls: await selfSigned({ minVersion: "1.3" }),
  });
  await assertRejects(() => askTls(server.port, "query\n", { maxVersion: "TLSv1.2" }));
  assertMatch(
    (await server.served(1))[0]!,
    /^Cannot complete TLS handshake: the peer offers no acceptable TLS version/,
  );
  assertEquals((await askTls(server.port, "query\n")).answer, "6 fine");
});

Deno.test("A query and an answer of many records arrive complete", async () => {
  const query = "q".repeat(1_000_000) + "\n";
  const answer = "a".repeat(1_000_000);
  await using server = await listening(answering(answer), { tls: await selfSigned() });
  assertEquals((await askTls(server.port, query)).answer, `1000001 ${answer}`);
});

Deno.test("A peer that sends much more data than the server reads still gets its answer", async () => {
  await using server = await listening(async (connection) => {
    await connection.handshake();
    await connection.read(new Uint8Array(6));
    await later(100);
    await connection.write(encoder.encode("answer"));
    await connection.end();
  }, { tls: await selfSigned() });
  const { answer } = await askTls(server.port, "query\n" + "x".repeat(200_000));
  assertEquals([answer, await server.served(1)], ["answer", ["done"]]);
});

Deno.test("A peer that has ended its side of TLS still gets its answer", { ignore }, async () => {
  await using server = await listening(async (connection) => {
    await connection.handshake();
    assertEquals(await readUntil(connection, ""), "query\n");
    await connection.write(encoder.encode("answer"));
    await connection.end();
  }, { tls: await selfSigned() });
  const child = new Deno.Command(tools.openssl!, {
    args: ["s_client", "-connect", `${HOST}:${server.port}`, "-quiet", "-no_ign_eof"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  await new Response("query\n").body!.pipeTo(child.stdin);
  await outputOf(child, "openssl s_client");
  assertEquals(await server.served(1), ["done"]);
});

Deno.test("A connection that is closed before the handshake receives no byte", async () => {
  const hello = await clientHello();
  await using server = await listening(async (connection) => {
    await later(20);
    connection.close();
    await assertRejects(() => connection.handshake(), Error, "Connection closed");
  }, { tls: await selfSigned() });
  for (const sent of [hello, new Uint8Array(0)]) {
    using conn = await Deno.connect({ hostname: HOST, port: server.port });
    await conn.write(sent);
    assertEquals((await readAll(conn)).bytes, 0);
  }
  assertEquals(await server.served(2), ["done", "done"]);
});

Deno.test("close() disconnects a stalled peer at each stage of the handshake", async () => {
  const hello = await clientHello();
  /** The bytes that the peer sends before it stalls, and the least number that it receives. */
  const stages: [name: string, sent: Uint8Array, seen: number][] = [
    ["nothing sent", new Uint8Array(0), 0],
    ["one byte of a record", hello.subarray(0, 1), 0],
    ["half a ClientHello", hello.subarray(0, hello.length >> 1), 0],
    ["a whole ClientHello", hello, 100],
  ];
  await using server = await listening(async (connection) => {
    const shaking = connection.handshake();
    await later(50);
    connection.close();
    await assertRejects(() => shaking, Error, "Connection closed");
  }, { tls: await selfSigned() });
  for (const [name, sent, seen] of stages) {
    using conn = await Deno.connect({ hostname: HOST, port: server.port });
    await conn.write(sent);
    const { bytes } = await readAll(conn);
    assert(seen === 0 ? bytes === 0 : bytes >= seen, `${name}: ${bytes} bytes`);
  }
  assertEquals(new Set(await server.served(stages.length)), new Set(["done"]));
});

Deno.test("close() disconnects a peer that is idle after the handshake", async () => {
  await using server = await listening(async (connection) => {
    await connection.handshake();
    const reading = connection.read(new Uint8Array(1));
    setTimeout(() => connection.close(), 20);
    await assertRejects(() => reading, Error, "Connection closed");
  }, { tls: await selfSigned() });
  const socket = tls.connect({ host: HOST, port: server.port, rejectUnauthorized: false });
  await new Promise((resolve) => socket.on("error", resolve).on("close", resolve).resume());
  assertEquals(await server.served(1), ["done"]);
});

Deno.test("A stalled peer does not delay other peers", async () => {
  await using server = await listening(answering("fine"), { tls: await selfSigned() });
  const stalling = await Promise.all(
    Array.from({ length: 20 }, () => Deno.connect({ hostname: HOST, port: server.port })),
  );
  assertEquals((await askTls(server.port, "query\n")).answer, "6 fine");
  for (const conn of stalling) conn.close();
  await server.served(21);
  assertEquals(server.outcomes.filter((outcome) => outcome !== "done").length, 20);
});

Deno.test("A failed handshake reports the reason", async () => {
  const hello = await clientHello();
  const rows: [sent: Uint8Array, reason: RegExp][] = [
    [encoder.encode("GET / HTTP/1.0\r\n\r\n"), /the peer does not speak TLS/],
    [new Uint8Array(1036), /the peer does not speak TLS/],
    [Uint8Array.of(22, 3, 1, 0, 4, 1, 0, 0, 0), /./],
    [hello.subarray(0, 100), /the peer closed the connection/],
    [new Uint8Array(0), /the peer closed the connection/],
  ];
  await using server = await listening((connection) => connection.handshake(), {
    tls: await selfSigned(),
  });
  for (const [index, [sent, reason]] of rows.entries()) {
    using conn = await Deno.connect({ hostname: HOST, port: server.port });
    await conn.write(sent);
    await conn.closeWrite();
    await readAll(conn);
    const outcome = (await server.served(index + 1))[index]!;
    assertMatch(outcome, /^Cannot complete TLS handshake: /);
    assertMatch(outcome, reason);
  }
});

Deno.test("An old client gets a TLS alert, and the error of the handshake contains the reason", {
  ignore,
}, async () => {
  await using server = await listening((connection) => connection.handshake(), {
    tls: await selfSigned(),
  });
  const all = "ALL:@SECLEVEL=0";
  const rows = [
    ["-tls1_1", "-cipher", all],
    ["-tls1", "-cipher", all],
    ["-tls1_2", "-cipher", "ADH:@SECLEVEL=0"],
    ["-tls1_2", "-cipher", "AES256-SHA:@SECLEVEL=0"],
  ];
  for (const [index, args] of rows.entries()) {
    assertStringIncludes(await sClient(server.port, ...args), "alert handshake failure");
    assertStringIncludes((await server.served(index + 1))[index]!, "anonymous Diffie-Hellman");
  }
});

Deno.test("read() and write() reject before the handshake", async () => {
  await using server = await listening(async (connection) => {
    await assertRejects(
      () => connection.read(new Uint8Array(1)),
      Error,
      "before the TLS handshake",
    );
    await assertRejects(() => connection.write(new Uint8Array(1)), Error, "before the TLS handsh");
    await connection.end();
  }, { tls: await selfSigned() });
  using conn = await Deno.connect({ hostname: HOST, port: server.port });
  assertEquals(await readAll(conn), { bytes: 0, end: "FIN" });
  assertEquals(await server.served(1), ["done"]);
});
