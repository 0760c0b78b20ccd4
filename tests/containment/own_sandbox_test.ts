/** `sandbox: "own"`: module state that no other command shares. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { sendQuery } from "../../src/client/mod.ts";
import { run, serve } from "../serving.ts";

const agent = fileURLToPath(new URL("../fixtures/own_sandbox_agent.ts", import.meta.url));

Deno.test('Commands share module state by default, but not with sandbox: "own"', async () => {
  await using served = await serve(agent, "--no-tls");
  const ask = async (command: string) =>
    (await sendQuery({ host: "127.0.0.1", port: served.port, command, tls: false })).text;
  const table: [command: string, count: string][] = [
    ["shared_a", "1"],
    ["shared_b", "2"],
    ["own_a", "1"],
    ["own_b", "1"],
    ["own_a", "2"],
    ["shared_a", "3"],
    ["shared_process", "1"],
    ["own_process", "1"],
    ["own_process", "2"],
  ];
  for (const [command, count] of table) assertEquals(await ask(command), count, command);
  assertStringIncludes(await ask("check_agent"), "sandboxes=5");
  served.process.kill("SIGHUP");
  await served.logged("info reload");
  // Sandboxes that were in use are started again before the first query.
  assertStringIncludes(await ask("check_agent"), "sandboxes=5");
  assertEquals(await ask("own_a"), "1");
  assertEquals(await ask("shared_b"), "1");
});

Deno.test("list --json shows whether a command has a sandbox of its own", async () => {
  const { commands } = JSON.parse((await run("list", agent, "--json")).stdout);
  assertEquals(
    ["shared_a", "shared_b", "own_a"].map((name) => commands[name].sandbox),
    ["shared", "shared", "own"],
  );
});

Deno.test("The setting sandbox is refused for plugins, and so are unknown values", async () => {
  const folder = await Deno.makeTempDir();
  const module = new URL("../../src/mod.ts", import.meta.url);
  await Deno.writeTextFile(
    `${folder}/agent.ts`,
    `import { defineCheck, defineAgent, plugin, shell } from "${module}";
    const check = defineCheck({ description: "x", run: () => "x" });
    export default defineAgent({ commands: {
      a: plugin(["/bin/true"], { sandbox: "own" } as never),
      b: shell("true", { sandbox: "shared" } as never),
      c: check({}, { sandbox: "mine" as never }),
    } });`,
  );
  const { code, stderr } = await run("validate", `${folder}/agent.ts`);
  assertEquals(code, 3);
  const expected = [
    "commands.a.sandbox: A plugin does not run in a sandbox: set it for checks only",
    "commands.b.sandbox: A plugin does not run in a sandbox: set it for checks only",
    'commands.c.sandbox: Invalid value "mine": expected "shared" or "own"',
  ];
  for (const fault of expected) assertStringIncludes(stderr, fault);
  await Deno.remove(folder, { recursive: true });
});
