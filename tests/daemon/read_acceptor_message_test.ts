import { assert, assertEquals } from "@std/assert";
import { openAcceptor } from "../../src/daemon/acceptor_handle.ts";
import { acceptorWorkers } from "../../src/daemon/acceptor_link.ts";
import { readAcceptorMessage } from "../../src/daemon/read_acceptor_message.ts";

const query = { address: "192.0.2.1", subject: undefined, command: "check_load", args: ["a"] };
const event = {
  level: "info",
  event: "probe",
  fields: { peer: "192.0.2.1", ms: 1, none: undefined },
};

Deno.test("Messages of an acceptor are read", { permissions: "none" }, () => {
  const messages = [
    ...["ready", "worn", "exhausted", "idle"].map((type) => ({ type })),
    { type: "query", id: 1, query },
    { type: "resolve", id: 2, name: "monitor.example.com" },
    { type: "event", event },
    { type: "listening", addresses: [{ hostname: "::1", port: 5666 }] },
    { type: "failed", reason: "no" },
    { type: "closed", open: 3 },
  ];
  for (const message of messages) assertEquals<unknown>(readAcceptorMessage(message), message);
});

const hostile: readonly unknown[] = [
  null,
  7,
  {},
  { type: "toString" },
  { type: "query", id: 1, query: null },
  { type: "query", id: "1", query },
  { type: "query", id: 1, query: { ...query, command: {} } },
  { type: "query", id: 1, query: { ...query, command: "a".repeat(1_000_000) } },
  // These would pass arguments to a command that accepts none.
  { type: "query", id: 1, query: { ...query, args: { length: 0, 0: "a" } } },
  { type: "query", id: 1, query: { ...query, args: "abc" } },
  { type: "query", id: 1, query: { ...query, args: [null] } },
  { type: "query", id: 1, query: { ...query, subject: {} } },
  { type: "resolve", id: 1, name: null },
  { type: "event", event: null },
  { type: "event", event: { ...event, level: "debug" } },
  { type: "event", event: { ...event, event: "probe\n2026-01-01T00:00:00.000Z info query" } },
  { type: "event", event: { ...event, fields: null } },
  { type: "event", event: { ...event, fields: { peer: { toString: 1 } } } },
  { type: "event", event: { ...event, fields: { "peer=1 a": "x" } } },
  { type: "listening", addresses: null },
  { type: "listening", addresses: [null] },
  { type: "failed", reason: {} },
  { type: "closed", open: NaN },
];

Deno.test("Malformed messages of an acceptor are refused", { permissions: "none" }, () => {
  for (const message of hostile) {
    assertEquals(readAcceptorMessage(message), undefined, JSON.stringify(message));
  }
});

Deno.test("An acceptor that sends an unexpected message is ended, and the daemon continues", async () => {
  for (const message of [null, { type: "event", event: null }, { type: "idle" }]) {
    const broken = Promise.withResolvers<string>();
    const code = `postMessage({ type: "ready" }); postMessage(${JSON.stringify(message)});`;
    const acceptor = openAcceptor(
      acceptorWorkers(code),
      [{ hostname: "127.0.0.1", port: 5666 }],
      () => {
        throw new Error("no query was sent");
      },
      { onWorn: () => {}, onExhausted: () => {}, onBroken: broken.resolve },
    );
    assert((await broken.promise).includes("not expected"));
    await acceptor.done;
  }
});
