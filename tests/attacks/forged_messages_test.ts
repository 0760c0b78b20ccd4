/** Forged messages from a sandbox: the host must ignore or refuse them. */
import { assertEquals, assertRejects } from "@std/assert";
import { unite } from "../../src/agent/granted_permissions.ts";
import type { ChannelEvents } from "../../src/runner/channel.ts";
import { createSandbox } from "../../src/runner/sandbox.ts";
import { withoutProcessTree } from "../../src/host/process_tree.ts";
import { openWorker, workerCode } from "../../src/runner/worker_channel.ts";

const context = { hostname: "here", procfs: "/proc" };
const never = new AbortController().signal;
const truth = { state: "OK", text: "the truth" };

/** Opens a sandbox. `say` sends messages to its host, as hostile code inside the sandbox would. */
function open() {
  let events: ChannelEvents;
  const logged: string[] = [];
  const sandbox = createSandbox(
    (given) => {
      events = given;
      return { post: () => {}, terminate: () => {} };
    },
    (command, message) => logged.push(`${command}: ${message}`),
  );
  return { sandbox, logged, say: (message: unknown) => events.message(message as never) };
}

const twisted = { toString: 1, valueOf: 2 };

Deno.test("A sandbox ignores malformed messages", async () => {
  const { sandbox, logged, say } = open();
  const answer = sandbox.run("one", [], context, never);
  const table: unknown[] = [
    ...[null, undefined, 0, "done", [], {}, new Map(), { type: "else" }, { type: twisted }],
    { type: "done" },
    { type: "done", id: "1", output: truth },
    { type: "done", id: 2, output: truth },
    { type: "done", id: -1, output: truth },
    { type: "done", id: { valueOf: 1 }, output: truth },
    { type: "described", agent: { manifest: {} } },
    { type: "log", command: twisted, message: twisted },
    { type: "log" },
    { type: "aborted", id: 1 },
    { type: "ready", id: 1 },
  ];
  for (const message of table) say(message);
  say({ type: "done", id: 1, output: truth });
  assertEquals((await answer).output as unknown, truth);
  assertEquals(logged, [": ", ": "]);
});

Deno.test("A sandbox rejects a run with a malformed answer", async () => {
  const table: unknown[] = [
    undefined,
    null,
    "OK",
    { state: "FINE", text: "x" },
    { state: 0, text: "x" },
    { state: "OK" },
    { state: "OK", text: 1 },
    { state: ["OK"], text: "x" },
    { state: "OK", text: { length: 1, slice: "x" } },
  ];
  for (const output of table) {
    const { sandbox, say } = open();
    const answer = sandbox.run("one", [], context, never);
    say({ type: "done", id: 1, output });
    await assertRejects(() => answer, Error, "The sandbox sent a malformed answer");
  }
});

Deno.test("A sandbox accepts one answer per run, truncates it to one packet and ignores further answers", async () => {
  const { sandbox, say } = open();
  const one = sandbox.run("one", [], context, never);
  const two = sandbox.run("two", [], context, never);
  say({
    type: "done",
    id: 1,
    output: { state: "OK", text: "x".repeat(10_000_000) },
    reason: {},
    refusal: "read",
  });
  say({ type: "done", id: 1, output: { state: "CRITICAL", text: "again" } });
  const { output, reason, refusal } = await one;
  assertEquals([output.text.length, reason, refusal], [65_536, undefined, undefined]);
  say({ type: "done", id: 2, output: { ...truth, evil: "more" } });
  assertEquals((await two).output as unknown, truth);
});

Deno.test("A sandbox accepts only refusals of a known kind, and only their known properties", async () => {
  const table: [sent: unknown, taken: unknown][] = [
    [{ kind: "read", target: "/x", evil: "more" }, { kind: "read", target: "/x" }],
    [{ kind: "env", target: 7 }, { kind: "env" }],
    [{ kind: "read", target: "x".repeat(10_000) }, { kind: "read", target: "x".repeat(4_096) }],
    [{ kind: "toString" }, undefined],
    [{ kind: ["read"] }, undefined],
    [{ target: "/x" }, undefined],
    [null, undefined],
    ["Permission refused: read", undefined],
  ];
  for (const [sent, taken] of table) {
    const { sandbox, say } = open();
    const answer = sandbox.run("one", [], context, never);
    say({ type: "done", id: 1, output: truth, refusal: sent });
    assertEquals((await answer).refusal as unknown, taken);
  }
});

Deno.test("A sandbox ignores an answer after the deadline", async () => {
  const { sandbox, say } = open();
  const abort = new AbortController();
  const answer = sandbox.run("one", [], context, abort.signal);
  abort.abort();
  say({ type: "aborted" });
  await assertRejects(() => answer, Error, "notified of its deadline and continued");
  say({ type: "done", id: 1, output: truth });
  assertEquals(sandbox.running, 0);
});

Deno.test("Messages from a worker without the token are ignored", async () => {
  // This program replaces the program inside a sandbox, and sends all kinds of messages.
  const runtime = `
    export const workerHost = () => {};
    export function serveSandbox() {
      const messages = [{ type: "ready" }, ["", { type: "ready" }], [undefined, { type: "ready" }],
        [["x"], { type: "unfit", reason: "x" }], null, "ready", new Map()];
      for (const message of messages) postMessage(message);
      throw new Error("all was sent");
    }`;
  const code = workerCode({ agent: "", runtime });
  const heard: unknown[] = [];
  const broken = Promise.withResolvers<string>();
  const worker = openWorker(code, unite([]), withoutProcessTree(), {
    message: (message) => heard.push(message),
    broken: broken.resolve,
  });
  assertEquals(await broken.promise, "Uncaught (in promise) Error: all was sent");
  assertEquals(heard, []);
  worker.terminate();
  code.close();
});
