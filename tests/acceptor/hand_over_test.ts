/** Replacements of the acceptor, with the real program in real workers. */
import { connect, type Socket } from "node:net";
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ReceivedQuery } from "../../src/acceptor/acceptor_messages.ts";
import { fingerprint } from "../../src/certificate/certificate.ts";
import { ownBundle } from "../../src/cli/own_bundles.ts";
import { acceptorWorkers, type StartAcceptor } from "../../src/daemon/acceptor_link.ts";
import { type AcceptorParts, type Acceptors, openAcceptors } from "../../src/daemon/acceptors.ts";
import type { PluginOutput } from "../../src/nagios/plugin_output.ts";
import { encodePacket } from "../../src/protocol/encode_packet.ts";
import { askOnce } from "../asking.ts";
import { askTls, HOST, selfSigned } from "../net/listening.ts";
import { freePort } from "../ports.ts";
import { later, until } from "../waiting.ts";

const code = await ownBundle("acceptor");

interface Opened extends AsyncDisposable {
  acceptors: Acceptors;
  port: number;
  /** The events, as `level event`, with the reason. */
  events: string[];
  parts: AcceptorParts;
}

async function open(
  options: {
    tls?: AcceptorParts["tls"];
    allowedHosts?: string[];
    start?: StartAcceptor;
    answer?: (query: ReceivedQuery) => Promise<PluginOutput | undefined>;
    resolve?: (name: string) => Promise<string[]>;
    floodTime?: number;
    connections?: number;
  } = {},
): Promise<Opened> {
  const events: string[] = [];
  const { connections = 1_000 } = options;
  const parts: AcceptorParts = {
    tls: options.tls ?? await selfSigned(),
    settings: {
      v2: { payload: 1024, packets: "one" },
      allowedHosts: options.allowedHosts ?? [HOST],
      limits: { connections, perAddress: 1_000, handshake: 10, query: 10, response: 10 },
    },
    longest: 10,
    service: {
      answer: options.answer ??
        (({ command }) => Promise.resolve({ state: "OK", text: `OK: ${command}` })),
      resolve: options.resolve ?? (() => Promise.reject(new Error("unexpected lookup"))),
      onExhausted: () => {},
      log: (level, event, fields) => void events.push(`${level} ${event}: ${fields?.reason}`),
    },
  };
  const port = freePort();
  const start = options.start ?? acceptorWorkers(code);
  const acceptors = await openAcceptors(
    start,
    [{ hostname: HOST, port }],
    parts,
    options.floodTime,
  );
  return {
    acceptors,
    port,
    events,
    parts,
    async [Symbol.asyncDispose]() {
      const closed = acceptors.close();
      acceptors.abort();
      await closed;
    },
  };
}

/** Connects from an address that is not allowed, and stays silent. */
function silentPeer(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: HOST, port, localAddress: "127.9.9.9" });
    socket.on("error", reject);
    socket.once("connect", () => resolve(socket.resume()));
  });
}

const query = encodePacket({
  version: 4,
  type: "query",
  text: new TextEncoder().encode("check_load"),
});

Deno.test("Peers that leave handshakes open cannot hold connections: the acceptor is replaced", async () => {
  await using daemon = await open();
  const { port, events } = daemon;
  const peers = await Promise.all(Array.from({ length: 300 }, () => silentPeer(port)));
  const ended = peers.map((peer) => new Promise((resolve) => peer.once("end", resolve)));
  await until("the replacement", () => events.some((event) => event.includes("acceptor replaced")));
  assertEquals(await askOnce({ port }, ["check_load"], { tls: true }), "OK OK: check_load");
  // The first 250 connections belonged to the worker that was ended.
  const first = await Promise.race([Promise.any(ended).then(() => "ended"), later(5_000)]);
  assertEquals(first, "ended");
  for (const peer of peers) peer.destroy();
});

/** Leaves handshakes open until the acceptor is replaced. */
async function wear({ port, events }: Opened): Promise<void> {
  const replaced = () => events.filter((event) => event.includes("acceptor replaced")).length;
  const before = replaced();
  const peers = await Promise.all(Array.from({ length: 400 }, () => silentPeer(port)));
  await until("the replacement", () => replaced() > before);
  for (const peer of peers) peer.destroy();
}

Deno.test("Peers that leave handshakes open again and again cannot end the queries of another peer", async () => {
  const release = Promise.withResolvers<void>();
  let received = 0;
  await using daemon = await open({
    floodTime: 1_000_000,
    async answer({ command }) {
      received++;
      await release.promise;
      return { state: "OK", text: command };
    },
  });
  const { port, events } = daemon;
  const answers: Promise<string>[] = [];
  for (let round = 0; round < 7; round++) {
    answers.push(askOnce({ port }, ["slow"], { tls: true }));
    await until("the query", () => received > round);
    if (round < 2) await wear(daemon);
    else {
      // After two replacements, each of these peers is disconnected at once.
      const peers = await Promise.all(Array.from({ length: 400 }, () => silentPeer(port)));
      await until("the end", () => peers.every((peer) => peer.readableEnded || peer.destroyed));
      for (const peer of peers) peer.destroy();
    }
  }
  release.resolve();
  assertEquals(await Promise.all(answers), Array(7).fill("OK slow"));
  assertEquals(events.filter((event) => event.includes("acceptor ended")), []);
});

Deno.test("If few connections are allowed, a flood of open handshakes causes no replacement", async () => {
  await using daemon = await open({ connections: 100 });
  const { port, events } = daemon;
  const peers = await Promise.all(Array.from({ length: 400 }, () => silentPeer(port)));
  await until("the end", () => peers.every((peer) => peer.readableEnded || peer.destroyed));
  assertEquals(await askOnce({ port }, ["check_load"], { tls: true }), "OK OK: check_load");
  assertEquals(events.filter((event) => event.includes("acceptor")), []);
  for (const peer of peers) peer.destroy();
});

Deno.test("If a worn acceptor cannot be replaced, the daemon is notified", async () => {
  let started = 0;
  const start: StartAcceptor = (...args) =>
    acceptorWorkers(++started === 1 ? code : `throw new Error("not this time");`)(...args);
  await using daemon = await open({ start });
  const peers = await Promise.all(Array.from({ length: 400 }, () => silentPeer(daemon.port)));
  assert((await daemon.acceptors.broken).includes("not this time"));
  for (const peer of peers) peer.destroy();
});

Deno.test("After a flood, the acceptor is replaced once more", async () => {
  await using daemon = await open({ floodTime: 5_000 });
  const { port, events } = daemon;
  await wear(daemon);
  await wear(daemon);
  await until("the end", () => events.some((event) => event.includes("the flood has ended")));
  assertEquals(await askOnce({ port }, ["check_load"], { tls: true }), "OK OK: check_load");
});

Deno.test("A new certificate is used for the next handshake; a running query keeps its connection", async () => {
  const [first, second] = [await selfSigned(), await selfSigned()];
  const release = Promise.withResolvers<void>();
  const received = Promise.withResolvers<void>();
  await using daemon = await open({
    tls: first,
    async answer({ command }) {
      received.resolve();
      if (command === "slow") await release.promise;
      return { state: "WARNING", text: command };
    },
  });
  const { acceptors, port, parts } = daemon;
  const slow = askOnce({ port }, ["slow"], { tls: true });
  await received.promise;
  await acceptors.replace({ ...parts, tls: second });
  const shown = (await askTls(port, query)).fingerprint;
  assertEquals(shown, await fingerprint(second.cert));
  release.resolve();
  assertEquals(await slow, "WARNING slow");
});

Deno.test("An invalid certificate is refused, and the old one stays in use", async () => {
  const [first, second] = [await selfSigned(), await selfSigned()];
  await using daemon = await open({ tls: first });
  const { acceptors, port, parts } = daemon;
  const bad = { cert: second.cert, key: first.key };
  await assertRejects(
    () => acceptors.replace({ ...parts, tls: bad }),
    Error,
    "Cannot use TLS key: it does not belong to the certificate",
  );
  const rows = ["ignore", "require"] as const;
  for (const clientCertificates of rows) {
    const none = { ...second, cert: "", clientCertificates, ca: second.cert };
    await assertRejects(() => acceptors.replace({ ...parts, tls: none }), Error, "Cannot use TLS");
  }
  assertEquals((await askTls(port, query)).fingerprint, await fingerprint(first.cert));
});

Deno.test("A reload without a new certificate keeps the acceptor, and applies settings", async () => {
  let started = 0;
  const start: StartAcceptor = (...args) => {
    started++;
    return acceptorWorkers(code)(...args);
  };
  await using daemon = await open({ start });
  const { acceptors, port, parts, events } = daemon;
  const settings = { ...parts.settings, allowedHosts: ["192.0.2.1"] };
  await acceptors.replace({ ...parts, settings });
  await assertRejects(() => askOnce({ port }, ["check_load"], { tls: true }));
  await until("the event", () => events.some((event) => event.includes("not allowed")));
  await acceptors.replace(parts);
  assertEquals(await askOnce({ port }, ["check_load"], { tls: true }), "OK OK: check_load");
  assertEquals(started, 1);
});

Deno.test("An acceptor that fails is replaced; after six failures in a minute, the daemon is notified", async () => {
  // The program fails at its second answer.
  const failing = `${code}
let answers = 0;
const receiveMessage = self.onmessage;
self.onmessage = (event) => {
  if (event.data.type === "answer" && ++answers === 2) throw new Error("out of order");
  receiveMessage(event);
};`;
  await using daemon = await open({ start: acceptorWorkers(failing) });
  const { port, events, acceptors } = daemon;
  const ask = () => askOnce({ port }, ["check_load"], { tls: true });
  for (let failure = 1; failure <= 5; failure++) {
    assertEquals(await ask(), "OK OK: check_load");
    await assertRejects(ask);
    const failed = () => events.filter((event) => event.includes("acceptor failed")).length;
    await until("the event", () => failed() === failure);
    // The next acceptor needs a moment to listen.
    await until("the next acceptor", () => isOpen(port));
  }
  assertEquals(await ask(), "OK OK: check_load");
  await assertRejects(ask);
  assert((await acceptors.broken).includes("out of order"));
});

async function isOpen(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: HOST, port })).close();
    return true;
  } catch {
    return false;
  }
}

Deno.test("Names of allowed hosts are looked up by the daemon, not by the acceptor", async () => {
  const names: string[] = [];
  await using daemon = await open({
    allowedHosts: ["monitor.example", "other.example"],
    resolve(name) {
      names.push(name);
      return name === "monitor.example"
        ? Promise.resolve([HOST])
        : Promise.reject(new Error("no name server"));
    },
  });
  const answer = await askOnce({ port: daemon.port }, ["check_load"], { tls: true });
  assertEquals(answer, "OK OK: check_load");
  assertEquals(names.sort(), ["monitor.example", "other.example"]);
});

Deno.test("Without an answer, the connection is closed without a response", async () => {
  await using daemon = await open({ tls: false, answer: () => Promise.resolve(undefined) });
  using conn = await Deno.connect({ hostname: HOST, port: daemon.port });
  await conn.write(query);
  assertEquals(await conn.read(new Uint8Array(10)), null);
});
