import { assert, assertEquals, assertRejects } from "@std/assert";
import { unite } from "../../src/agent/granted_permissions.ts";
import { bundle } from "../../src/project/bundle.ts";
import { withoutProcessTree } from "../../src/host/process_tree.ts";
import { createPool, type SandboxKind } from "../../src/runner/pool.ts";
import { BusyError } from "../../src/runner/admission.ts";

const context = { hostname: "here", procfs: "/proc" };
const never = new AbortController().signal;
const [agent, runtime] = await Promise.all([
  bundle(new URL("../fixtures/sandbox_agent.ts", import.meta.url)),
  bundle(new URL("../../src/runner/sandbox_main.ts", import.meta.url)),
]);

const kind = (variable: string): SandboxKind => [unite([{ env: [variable] }]), "worker"];
const open = (most: number) =>
  createPool({
    code: { agent, runtime, imports: "" },
    most,
    log: () => {},
    processes: withoutProcessTree(),
  });

Deno.test("createPool() limits the number of sandboxes and ends the longest unused one", async () => {
  const pool = open(2);
  for (const variable of ["A", "B", "C"]) await pool.sandbox(...kind(variable));
  assertEquals(pool.kinds.map(([{ env }]) => env), [["B"], ["C"]]);
  pool.close();
  assertEquals(pool.size, 0);
});

Deno.test("createPool() does not replace a sandbox that is starting", async () => {
  const pool = open(1);
  const first = pool.use(kind("A"), (sandbox) => sandbox.run("hello", [], context, never));
  await assertRejects(
    () => pool.use(kind("B"), () => Promise.resolve()),
    BusyError,
    "All 1 sandboxes are in use",
  );
  assertEquals((await first).output.text, "hello");
  await pool.use(kind("B"), () => Promise.resolve());
  assertEquals(pool.kinds.map(([{ env }]) => env), [["B"]]);
  pool.close();
});

Deno.test("createPool() does not replace a sandbox between its start and its first run", async () => {
  const pool = open(1);
  const handed = Promise.withResolvers<void>();
  const hold = Promise.withResolvers<void>();
  const first = pool.use(kind("A"), async (sandbox) => {
    handed.resolve();
    await hold.promise;
    return await sandbox.run("hello", [], context, never);
  });
  await handed.promise;
  await assertRejects(() => pool.sandbox(...kind("B")), BusyError);
  hold.resolve();
  assertEquals((await first).output.text, "hello");
  pool.close();
});

Deno.test("createPool() returns one sandbox for commands that share it, and separate ones for other commands", async () => {
  const pool = open(8);
  const none = unite([]);
  const shared = await pool.sandbox(none, "worker");
  const own = await pool.sandbox(none, "worker", "one");
  assertEquals(await pool.sandbox(none, "worker"), shared);
  assertEquals(await pool.sandbox(none, "worker", "one"), own);
  assert(own !== shared);
  assert(await pool.sandbox(none, "worker", "two") !== own);
  pool.close();
});
