/** Permission `proc` with a procfs at another path, as in a systemd unit or a container. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { run } from "../serving.ts";

const agent = fileURLToPath(new URL("../fixtures/procfs_agent.ts", import.meta.url));

Deno.test("A check reads its declared procfs files below the path in the setting procfs", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/proc`);
  for (const file of ["stat", "meminfo"]) {
    await Deno.writeTextFile(`${folder}/proc/${file}`, `this is ${file}\n`);
  }
  await Deno.writeTextFile(`${folder}/settings.yaml`, `procfs: ${folder}/proc\n`);
  const ask = (command: string, ...settings: string[]) => run("run", ...settings, agent, command);
  const bound = ["--settings", `${folder}/settings.yaml`];

  assertEquals((await ask("declared", ...bound)).stdout, "this is stat\n");
  const undeclared = await ask("undeclared", ...bound);
  assertEquals(undeclared.code, 3);
  assertStringIncludes(undeclared.stdout, `Permission refused: read "${folder}/proc/meminfo"`);

  const unbound = await ask("declared");
  assertEquals(unbound.code, 3);
  assertStringIncludes(unbound.stdout, "set procfs to where /proc is bound");
  assertStringIncludes(
    (await run("validate", agent)).stderr,
    "warning: commands.declared.permissions.proc: A sandbox cannot read /proc itself",
  );
  await Deno.remove(folder, { recursive: true });
});
