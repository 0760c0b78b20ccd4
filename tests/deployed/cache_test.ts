/** A check in a process, and a daemon without a home folder, write nothing into the runtime's caches. */
import { assert, assertEquals } from "@std/assert";
import { askOnce } from "../asking.ts";
import { createProject } from "../project.ts";
import { started } from "../serving.ts";
import { command, compile } from "./deploying.ts";

Deno.test("A check that imports modules from memory stores nothing on the disk", async () => {
  await using project = await createProject(`
    import { defineAgent, defineCheck, ok } from "@checkwright/checkwright";
    const imports = defineCheck({
      description: "Imports a large module",
      async run() {
        const { value } = await import(
          "data:text/javascript,export const value = 4711;//" + "x".repeat(1_000_000)
        );
        return ok(String(value));
      },
    });
    export default defineAgent({
      tls: false,
      listen: "127.0.0.1:0",
      commands: { worker: imports(), process: imports({}, { isolation: "process" }) },
    });
  `);
  await using deployed = await compile(project.agent);
  const home = `${project.folder}/home`;
  await Deno.mkdir(home);
  {
    await using served = await deployed.start();
    for (const name of ["worker", "process"]) {
      assertEquals(await askOnce(served, [name]), "OK 4711");
    }
  }
  const env = { HOME: home, XDG_CACHE_HOME: home };
  await using served = await started(command(deployed.folder, deployed.state, env, []));
  const before = await sizeOf(home);
  assertEquals(await askOnce(served, ["process"]), "OK 4711");
  assert(await sizeOf(home) < before + 500_000);
});

async function sizeOf(folder: string): Promise<number> {
  let size = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    size += isDirectory ? await sizeOf(path) : (await Deno.stat(path)).size;
  }
  return size;
}
