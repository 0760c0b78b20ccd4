import { assertEquals } from "@std/assert";
import { readAgent } from "../../src/cli/load.ts";
import { checkLock } from "../../src/cli/permission_lock.ts";
import type { Manifest } from "../../src/agent/manifest.ts";
import { createProject } from "../project.ts";
import { run } from "../serving.ts";

Deno.test("checkLock() compares the manifest that will be used, not another evaluation of the code", async () => {
  await using project = await createProject(`
import { defineAgent, defineCheck, ok } from "@checkwright/checkwright";
const check = defineCheck({ description: "One of ours", run: () => ok("x") });
export default defineAgent({ commands: { check } });
`);
  await run("permissions", project.agent, "--lock");
  const { manifest, code } = await readAgent(project.agent);
  // As if the code had requested more at its first evaluation only.
  const more = structuredClone(manifest) as unknown as {
    commands: { check: { permissions: Record<string, string[]> } };
  };
  more.commands.check.permissions.run = ["/bin/sh"];
  const used = more as unknown as Manifest;
  const messages = async (manifest: Manifest, host = {}, places: string[] = []) => {
    const known = places.map((place) => ({ place, message: "", severity: "error" as const }));
    const found = await checkLock(project.agent, code, manifest, { host, known });
    return found.map(({ message }) => message.split(":")[0]);
  };
  const refusal = ["permissions.lock.json does not grant run /bin/sh"];
  assertEquals(await messages(used), refusal);
  assertEquals(await messages(used, { listen: "127.0.0.1:5667", tls: false }), refusal);
  assertEquals(await messages(manifest), []);
  // The settings of a host may extend the permissions of a command.
  assertEquals(await messages(used, { commands: {} }), []);
  // A command with an error is not compared.
  assertEquals(await messages(used, {}, ["commands.check"]), []);
  assertEquals(await messages(used, {}, ["commands.check.timeout"]), []);
  for (const other of ["commands.check_2", "commands.check_2.timeout", "listen[0]"]) {
    assertEquals(await messages(used, {}, [other]), refusal, other);
  }
});
