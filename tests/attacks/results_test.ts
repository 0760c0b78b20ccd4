/** Hostile results and errors of checks. The daemon answers each query once, and correctly. */
import { assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { askOnce } from "../asking.ts";
import { serve } from "../serving.ts";

const agent = fileURLToPath(new URL("../fixtures/hostile_results_agent.ts", import.meta.url));

/** Each command with the result that it returns, and its answer. */
const rows: readonly (readonly [attempt: string, command: string, answer: RegExp])[] = [
  ["return a cyclic object", "cyclic", /^UNKNOWN Invalid result of type object/],
  ["return null", "null", /^UNKNOWN Invalid result of type null/],
  ["return a BigInt", "bigint", /^UNKNOWN Invalid result of type bigint/],
  ["return a symbol", "symbol", /^UNKNOWN Invalid result of type symbol/],
  ["return a class", "function", /^UNKNOWN Invalid result of type function/],
  ["return a generator", "generator", /^UNKNOWN Invalid result of type object/],
  ["return a string object", "boxed", /^UNKNOWN Invalid result of type object/],
  ["return a string object as output", "boxedOutput", /^UNKNOWN Invalid output of type object/],
  ["return an output that changes", "changingOutput", /^OK x$/],
  ["return a state that changes", "changingState", /^OK x$/],
  ["return an object as state", "stateObject", /^UNKNOWN Invalid state/],
  ["return an inherited name as state", "inheritedState", /^UNKNOWN Invalid state/],
  ["return a proxy whose trap throws", "proxy", /^UNKNOWN trap/],
  ["return a revoked proxy", "revoked", /^UNKNOWN Cannot perform/],
  ["return 100,000 values", "manyValues", /^OK x\|a0=0 a1=1 /],
  ["return values that are not a list", "listLike", /^UNKNOWN Invalid perfdata of type object/],
  ["return a list of null", "holes", /^UNKNOWN /],
  ["return a value that is not a number", "invalidValue", /^UNKNOWN /],
  ["return a label with a line break", "labelWithBreak", /^(?:UNKNOWN [^\n]+|OK x\|[^\n]+)$/],
  ["return broken surrogates", "surrogates", /^OK /],
  ["return long output of NUL", "longOutput", /^OK x/],
  ["return forged perfdata", "forgedPerfdata", /^OK fine/],
  ["return a promise of a promise", "nestedPromise", /^OK nested$/],
  ["return a promise that settles three times", "twice", /^OK first$/],
  ["throw undefined", "undefined", /^UNKNOWN Threw undefined$/],
  ["throw an object that cannot be read", "unreadable", /^UNKNOWN Threw object$/],
  ["throw a proxy of an error", "errorProxy", /^UNKNOWN The check threw a value that cannot be/],
  ["throw an error with an object as stack", "stackObject", /^UNKNOWN x$/],
  ["throw an error with a number as message", "messageNumber", /^UNKNOWN /],
  ["throw a forged refusal", "forgedRefusal", /^UNKNOWN Permission refused: read "\/etc\/x"/],
  ["throw an error with 5 million characters", "longMessage", /^UNKNOWN y{1000,65536}$/],
  ["throw an error with a long stack", "longStack", /^UNKNOWN x$/],
  ["throw an error with places that do not exist", "placesOutside", /^UNKNOWN x$/],
  ["throw an error with a stack that is slow to read", "slowStack", /^UNKNOWN x$/],
  ["log values that are not strings", "logs", /^OK logged$/],
  ["abort its own signal", "ownSignal", /^OK dispatched$/],
  ["change the context of the next run", "context", /^OK true$/],
  ["throw a cyclic object later", "laterError", /^OK throws later$/],
  ["reject with a proxy", "laterRejection", /^OK rejects$/],
];

Deno.test("A check cannot confuse the daemon by a result or an error", async (t) => {
  await using served = await serve(agent, "--no-tls");
  for (const [attempt, command, answer] of rows) {
    await t.step(`It cannot ${attempt}`, async () => {
      assertMatch(await askOnce(served, [command]), answer);
      assertEquals(await askOnce(served, ["ok"]), "OK all fine");
    });
  }
  await t.step("The log has only events", () => {
    const lines = served.log().trimEnd().split("\n");
    const event = /^(?:\d{4}-\S+Z (?:info|warning|error) |checkwright: warning: )/;
    assertEquals(lines.filter((line) => !event.test(line)), []);
    assertEquals(lines.filter((line) => /^\S+ error restart/.test(line)), []);
  });
});
