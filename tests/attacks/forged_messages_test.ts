/** Forged messages from a sandbox: the host must ignore or refuse them. */
import { assertEquals, assertRejects } from "@std/assert";
import { unite } from "../../src/agent/granted_permissions.ts";
import type { ChannelEvents } from "../../src/runner/channel.ts";
import type { ToSandbox } from "../../src/runner/messages.ts";
import { createSandbox } from "../../src/runner/sandbox.ts";
import { memoryStore } from "../../src/runner/state_store.ts";
import { later, until } from "../waiting.ts";
import { withoutProcessTree } from "../../src/host/process_tree.ts";
import { openWorker, workerCode } from "../../src/runner/worker_channel.ts";

const context = { hostname: "here", procfs: "/proc" };
const never = new AbortController().signal;
const truth = { state: "OK", text: "the truth" };

/** Opens a sandbox. `say` sends messages to its host, as hostile code inside the sandbox would. */
function open() {
  let events: ChannelEvents;
  const logged: string[] = [];
  const posted: ToSandbox[] = [];
  const states = memoryStore();
  const sandbox = createSandbox(
    (given) => {
      events = given;
      return { post: (message) => posted.push(message), terminate: () => {} };
    },
    (command, message) => logged.push(`${command}: ${message}`),
    undefined,
    states,
  );
  return {
    sandbox,
    logged,
    posted,
    states,
    say: (message: unknown) => events.message(message as never),
  };
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
    { type: "state" },
    { type: "state", id: 1 },
    { type: "state", id: 1, options: "[]" },
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

Deno.test("A sandbox receives the state of a running command only, and only once for each run", async () => {
  const { sandbox, posted, states, say } = open();
  states.write("one", "[]", '"of one"');
  states.write("two", "[]", '"of two"');
  states.write("two", "[2]", '"of two, too"');
  const one = sandbox.run("one", [], context, never);
  const table: unknown[] = [
    { type: "state", id: 2, options: "[]" },
    { type: "state", id: "1", options: "[]" },
    { type: "state", options: "[]", command: "two" },
    { type: "state", id: 1, options: { toString: () => "[]" } },
    { type: "state", id: 1, options: "x".repeat(1_000_000) },
    { type: "state", id: 1, options: "[]", command: "two" },
    { type: "state", id: 1, options: "[]" },
    { type: "state", id: 1, options: "[2]" },
  ];
  for (const message of table) say(message);
  const answers = () => posted.filter(({ type }) => type === "state");
  await until("the state", () => answers().length > 0);
  const two = sandbox.run("two", [], context, never);
  // A command that runs at the same time has another number.
  say({ type: "state", id: 2, options: "[2]" });
  await until("the second state", () => answers().length > 1);
  assertEquals(answers(), [
    { type: "state", id: 1, json: '"of one"' },
    { type: "state", id: 2, json: '"of two, too"' },
  ]);
  for (const id of [1, 2]) say({ type: "done", id, output: truth });
  await Promise.all([one, two]);
  say({ type: "state", id: 1, options: "[]" });
  await later(10);
  assertEquals(answers().length, 2);
});

Deno.test("A sandbox changes the state of the command that ran, and ignores malformed states", async () => {
  const malformed: unknown[] = [
    ...[undefined, null, 1, "1", [], {}, { options: "[]" }, { json: "1" }],
    ...[{ options: 1, json: "1" }, { options: "[]", json: 1 }, { options: "[]", json: "{" }],
    { options: "[]", json: `"${"x".repeat(70_000)}"` },
    { options: "x".repeat(1_000_000), json: "1" },
    { options: "[]", json: twisted },
  ];
  const { sandbox, states, say } = open();
  for (const [at, newState] of malformed.entries()) {
    const run = sandbox.run("one", [], context, never);
    say({ type: "done", id: at + 1, output: truth, newState });
    assertEquals((await run).output as unknown, truth);
  }
  assertEquals(states.has("one"), false);

  const run = sandbox.run("one", [], context, never);
  const id = malformed.length + 1;
  const newState = { command: "two", options: "[]", json: "7" };
  say({ type: "done", id, output: truth, newState, command: "two" });
  await run;
  assertEquals([states.has("one"), states.has("two")], [true, false]);
  assertEquals(await states.read("one", "[]"), "7");
  // The run has ended.
  say({ type: "done", id, output: truth, newState: { options: "[]", json: "8" } });
  assertEquals(await states.read("one", "[]"), "7");
});

Deno.test("A sandbox changes no state with a malformed answer, or after the deadline", async () => {
  const newState = { options: "[]", json: "7" };
  const { sandbox, states, say } = open();
  const malformed = sandbox.run("one", [], context, never);
  say({ type: "done", id: 1, output: { state: "FINE" }, newState });
  await assertRejects(() => malformed, Error, "The sandbox sent a malformed answer");
  const abort = new AbortController();
  const late = sandbox.run("one", [], context, abort.signal);
  abort.abort();
  say({ type: "done", id: 2, output: truth, newState });
  assertEquals((await late).output as unknown, truth);
  assertEquals(states.has("one"), false);
  // The sandbox examines the run a second after the deadline.
  await later(1_100);
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
