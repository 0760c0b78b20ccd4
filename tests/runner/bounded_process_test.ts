/** The memory and the environment of a process sandbox. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { unite } from "../../src/agent/granted_permissions.ts";
import { bundle } from "../../src/project/bundle.ts";
import { withoutProcessTree } from "../../src/host/process_tree.ts";
import { sandboxImports } from "../../src/cli/own_bundles.ts";
import { createPool, type SandboxPool } from "../../src/runner/pool.ts";
import { childrenOf } from "../processes.ts";

const context = { hostname: "here", procfs: "/proc" };
const [agent, runtime, imports] = await Promise.all([
  bundle(new URL("../fixtures/shared_agent.ts", import.meta.url)),
  bundle(new URL("../../src/runner/sandbox_main.ts", import.meta.url)),
  sandboxImports(),
]);

function open(): SandboxPool {
  const code = { agent, runtime, imports };
  return createPool({ code, most: 1, log: () => {}, processes: withoutProcessTree() });
}

async function evaluate(code: string, env: string[] = []): Promise<string> {
  const pool = open();
  try {
    const sandbox = await pool.sandbox(unite([{ env }]), "process");
    const signal = AbortSignal.timeout(10_000);
    return (await sandbox.run("victim", [code], context, signal)).output.text;
  } catch (error) {
    return `failed: ${(error as Error).message}`;
  } finally {
    pool.close();
  }
}

const grow = (step: string, most: number) =>
  `let count = 0; const kept = [];
   try { for (; count < ${most}; count++) ${step} } catch (error) { return error.name }
   return count`;

Deno.test("A process sandbox has memory for buffers and WebAssembly, and this memory is bounded", async () => {
  const buffer = "kept.push(new Uint8Array(1 << 24).fill(1));";
  const wasm =
    `{ const memory = kept[0] ??= new WebAssembly.Memory({ initial: 1 }); memory.grow(256) }`;
  const shared = "kept.push(new Uint8Array(new SharedArrayBuffer(1 << 24)).fill(1));";
  const texts = "kept.push(new TextEncoder().encode('x'.repeat(1 << 24)));";
  for (const step of [buffer, wasm, shared, texts]) {
    assertEquals(await evaluate(grow(step, 15)), "15", step);
    assertMatch(await evaluate(grow(step, 64)), /^(RangeError|TypeError|failed: .*ended)/, step);
  }
});

Deno.test("A process sandbox whose heap is full ends with the reason", async () => {
  const text = await evaluate(grow("kept.push(new Array(1e6).fill(Math.random()));", 1000));
  assertMatch(text, /^failed: The sandbox's process ended \(.*out of memory/);
});

Deno.test("A process sandbox is not started if its memory cannot be bounded", async () => {
  const code = `
    import { startBounded } from "${new URL(
    "../../src/runner/bounded_command.ts",
    import.meta.url,
  )}";
    try {
      startBounded(Deno.execPath(), { args: ["eval", "1"], stdin: "piped" }, { memory: 1 });
      console.log("started");
    } catch (error) {
      console.log(error.message);
    }`;
  // The program may start Deno, but not the shell.
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-lock", `--allow-run=${Deno.execPath()}`],
      `data:text/javascript,${encodeURIComponent(code)}`,
    ],
  }).output();
  const text = new TextDecoder().decode(stdout);
  assertStringIncludes(text, "Cannot start a process with bounded memory: /bin/sh: ");
});

Deno.test("The environment of a process sandbox contains the declared variables and no other variable of the daemon", async () => {
  Deno.env.set("BOUNDED_DECLARED", "value");
  Deno.env.set("BOUNDED_OTHER", "secret");
  Deno.env.set("NODE_OPTIONS", "");
  const before = new Set(childrenOf(Deno.pid).map(({ pid }) => pid));
  const pool = open();
  try {
    const env = ["BOUNDED_DECLARED", "BOUNDED_MISSING", "NODE_OPTIONS"];
    await pool.sandbox(unite([{ env }]), "process");
    const [child] = childrenOf(Deno.pid).map(({ pid }) => pid).filter((pid) => !before.has(pid));
    const variables = Deno.readTextFileSync(`/proc/${child}/environ`).split("\0").filter(Boolean);
    const names = variables.map((one) => one.slice(0, one.indexOf("="))).filter((one) =>
      one !== "_"
    );
    assertEquals(names.sort(), ["BOUNDED_DECLARED", "CHECKWRIGHT_RUN", "DENO_DIR", "NO_COLOR"]);
    assertEquals(variables.includes("BOUNDED_DECLARED=value"), true);
  } finally {
    pool.close();
    Deno.env.delete("NODE_OPTIONS");
  }
});
