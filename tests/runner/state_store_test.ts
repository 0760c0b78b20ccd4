import { assertEquals } from "@std/assert";
import { MAX_STATE } from "../../src/check/check_state.ts";
import { defineCheck } from "../../src/check/define_check.ts";
import { executeCheck } from "../../src/check/execute.ts";
import { NO_VAULT } from "../../src/check/vault.ts";
import {
  MAX_STATES,
  memoryStore,
  readNewState,
  storedState,
} from "../../src/runner/state_store.ts";

Deno.test(
  "memoryStore() keeps the states of each command apart",
  { permissions: "none" },
  async () => {
    const store = memoryStore();
    assertEquals([store.has("a"), await store.read("a", "[]")], [false, null]);
    store.write("a", "[]", "1");
    store.write("a", "[1]", "2");
    store.write("b", "[]", "3");
    assertEquals([store.has("a"), store.has("b"), store.has("c")], [true, true, false]);
    const rows: [command: string, options: string, json: string | null][] = [
      ["a", "[]", "1"],
      ["a", "[1]", "2"],
      ["b", "[]", "3"],
      ["b", "[1]", null],
      ["__proto__", "[]", null],
    ];
    for (const [command, options, json] of rows) {
      assertEquals(await store.read(command, options), json);
    }
    store.write("b", "[]", null);
    assertEquals([store.has("b"), await store.read("b", "[]")], [false, null]);
  },
);

Deno.test("memoryStore() removes the least recently used state of a command with too many", {
  permissions: "none",
}, async () => {
  const store = memoryStore();
  store.write("other", "[]", "0");
  for (let at = 0; at < MAX_STATES; at++) store.write("a", `${at}`, "1");
  await store.read("a", "0");
  store.write("a", "1", "2");
  store.write("a", "new", "3");
  const found = await Promise.all(["0", "1", "2", "3", "new"].map((key) => store.read("a", key)));
  assertEquals(found, ["1", "2", null, "1", "3"]);
  assertEquals(await store.read("other", "[]"), "0");
});

Deno.test("readNewState() accepts only a state of a valid form and size", {
  permissions: "none",
}, () => {
  const options = "[]";
  const accepted: unknown[] = [
    { options, json: "1" },
    { options: "", json: null },
    { options, json: JSON.stringify("x".repeat(MAX_STATE - 2)) },
  ];
  for (const value of accepted) assertEquals(readNewState(value) as unknown, value);
  assertEquals(readNewState({ options, json: "1", more: 2 }), { options, json: "1" });
  const refused: unknown[] = [
    ...[undefined, null, 1, "x", [], {}, { options }, { json: "1" }, { options, json: undefined }],
    ...[{ options, json: 1 }, { options, json: {} }, { options, json: "{" }, { options, json: "" }],
    ...[{ options: 1, json: "1" }, { options: null, json: "1" }, { options: [options], json: "1" }],
    { options: "x".repeat(1_000_000), json: "1" },
    { options, json: JSON.stringify("x".repeat(MAX_STATE)) },
  ];
  for (const value of refused) assertEquals(readNewState(value), undefined);
});

Deno.test("storedState() stores nothing after the deadline", { permissions: "none" }, async () => {
  const store = memoryStore();
  const counts = defineCheck({
    description: "Counts its runs",
    run(_options, { state }) {
      state.set((state.get<number>() ?? 0) + 1);
      return String(state.get());
    },
  });
  const run = async (signal: AbortSignal) => {
    const context = { hostname: "here", procfs: "/proc", signal, log: () => {} };
    const { output } = await executeCheck(
      counts,
      [],
      context,
      NO_VAULT,
      storedState(store, "c", signal),
    );
    return output.text;
  };
  const never = new AbortController().signal;
  const texts = [];
  for (const signal of [never, never, AbortSignal.abort(), never]) texts.push(await run(signal));
  assertEquals(texts, ["1", "2", "3", "3"]);
});
