/** A daemon writes nothing into the caches of the runtime. */
import { assertEquals } from "@std/assert";
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
  const env = { HOME: home, DENO_DIR: `${home}/cache`, XDG_CACHE_HOME: home };
  await using served = await started(command(deployed.folder, deployed.state, env, []));
  for (const name of ["worker", "process"]) {
    assertEquals(await askOnce(served, [name]), "OK 4711");
  }
  await served.stop();
  assertEquals([...Deno.readDirSync(home)], []);
});
