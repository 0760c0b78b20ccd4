import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { unite } from "../../src/agent/granted_permissions.ts";
import { bundle } from "../../src/project/bundle.ts";
import { withoutProcessTree } from "../../src/host/process_tree.ts";
import { sandboxImports } from "../../src/cli/own_bundles.ts";
import { createPool, type Isolation } from "../../src/runner/pool.ts";

const context = { hostname: "here", procfs: "/proc" };
const never = new AbortController().signal;
const none = unite([]);
const [agent, runtime, imports] = await Promise.all([
  bundle(new URL("../fixtures/sandbox_agent.ts", import.meta.url)),
  bundle(new URL("../../src/runner/sandbox_main.ts", import.meta.url)),
  sandboxImports(),
]);

function open(): { pool: ReturnType<typeof createPool>; logged: string[] } & Disposable {
  const logged: string[] = [];
  const pool = createPool({
    code: { agent, runtime, imports },
    most: 8,
    log: (command, message) => logged.push(`${command}: ${message}`),
    processes: withoutProcessTree(),
  });
  return { pool, logged, [Symbol.dispose]: () => pool.close() };
}

const isolations: readonly Isolation[] = ["worker", "process"];

for (const isolation of isolations) {
  Deno.test(`A ${isolation} sandbox runs checks and returns the reason of a failure`, async () => {
    using opened = open();
    const sandbox = await opened.pool.sandbox(none, isolation);
    const run = async (name: string, ...args: string[]) =>
      (await sandbox.run(name, args, context, never)).output;
    assertEquals(await run("hello", "you"), { state: "OK", text: "hello you" });
    assertEquals(await run("throws"), { state: "UNKNOWN", text: "first line\nsecond line" });
    assertEquals((await run("steals")).state, "UNKNOWN");
    assertStringIncludes(
      (await run("steals")).text,
      'read "/etc/passwd" is not among the declared',
    );
    assertStringIncludes((await run("wrong")).text, "Invalid result of type number");
    assertEquals(await run("prints"), { state: "OK", text: "printed" });
    assertEquals((await run("floods")).text.length, 65_536);
    const { reason } = await sandbox.run("throws", [], context, never);
    assertStringIncludes(reason!, "first line");
    const { refusal } = await sandbox.run("steals", [], context, never);
    assertEquals(refusal, { kind: "read", target: "/etc/passwd" });
    for (const name of ["returnsRefusal", "throwsRefusal"]) {
      const answer = await sandbox.run(name, [], context, never);
      assertStringIncludes(answer.output.text, 'Permission refused: read "/etc/passwd"');
      assertEquals(answer.refusal, undefined);
    }
  });

  Deno.test(`A ${isolation} sandbox allows only the granted permissions, for any option value`, async () => {
    using opened = open();
    const sandbox = await opened.pool.sandbox(unite([{ read: ["/etc/group"] }]), isolation);
    assertEquals((await sandbox.run("reads", [], context, never)).output.text, "read true");
    const { output } = await sandbox.run("reads", ["--path=/etc/passwd"], context, never);
    assertEquals(output.state, "UNKNOWN");
    assertStringIncludes(output.text, 'read "/etc/passwd"');
  });

  Deno.test(`A ${isolation} sandbox keeps its state for the next run, and does not share it with another sandbox`, async () => {
    using opened = open();
    const one = await opened.pool.sandbox(none, isolation);
    assertEquals(await opened.pool.sandbox(none, isolation), one);
    const other = await opened.pool.sandbox(unite([{ env: ["HOME"] }]), isolation);
    const texts = [];
    for (const sandbox of [one, one, other]) {
      texts.push((await sandbox.run("count", [], context, never)).output.text);
    }
    assertEquals(texts, ["1", "2", "1"]);
  });

  Deno.test(`A ${isolation} sandbox with a check that ignores its deadline ends after all other runs`, async () => {
    using opened = open();
    const sandbox = await opened.pool.sandbox(none, isolation);
    const abort = new AbortController();
    const hanging = sandbox.run("hangs", [], context, abort.signal);
    const resting = sandbox.run("rests", [], context, never);
    abort.abort();
    await assertRejects(() => hanging, Error, "notified of its deadline and continued");
    assertEquals(await sandbox.broken, "A check continued after its deadline");
    const next = await opened.pool.sandbox(none, isolation);
    assertEquals((await next.run("hello", [], context, never)).output.text, "hello");
    assertEquals((await resting).output.text, "rested");
    await assertRejects(
      () => sandbox.run("hello", [], context, never),
      Error,
      "continued after its deadline",
    );
  });
}

Deno.test("A blocked process sandbox is killed, and a new one answers", async () => {
  using opened = open();
  const sandbox = await opened.pool.sandbox(none, "process");
  const abort = new AbortController();
  const blocked = sandbox.run("blocks", [], context, abort.signal);
  abort.abort();
  await assertRejects(() => blocked, Error, "unresponsive");
  await sandbox.broken;
  const next = await opened.pool.sandbox(none, "process");
  assertEquals((await next.run("hello", [], context, never)).output.text, "hello");
});

Deno.test("A process sandbox that ends rejects its runs with the reason", async () => {
  for (
    const [command, reason] of [["exits", "exit code 0"], [
      "eats",
      "out of memory: Reached heap limit",
    ]] as const
  ) {
    using opened = open();
    const sandbox = await opened.pool.sandbox(none, "process");
    const error = await assertRejects(() => sandbox.run(command, [], context, never), Error);
    assertStringIncludes(error.message, reason);
  }
});
