/** Packets of version 2: other sizes, and responses of several packets. */
import { assertEquals } from "@std/assert";
import { sendQuery } from "../../src/client/mod.ts";
import { createProject } from "../project.ts";
import { serve } from "../serving.ts";
import { isMissing, pluginFolder } from "../tools.ts";
import { runToEnd } from "../waiting.ts";

const program = `${pluginFolder}/check_nrpe`;

const agent = (v2: string) =>
  `import { defineAgent, ok } from "@checkwright/checkwright";
   export default defineAgent({ tls: false, ${v2} commands: {
     fine: () => ok("fine"),
     long: () => ok("é".repeat(8000)),
   } });`;

const whole = "é".repeat(8000);

Deno.test("A daemon answers check_nrpe with the payload size of the agent and with the usual one", {
  ignore: isMissing(program),
}, async () => {
  await using project = await createProject(agent("v2: { payload: 4096 },"));
  await using daemon = await serve(project.agent);
  const ask = async (...args: string[]) => {
    const where = ["-H", "127.0.0.1", "-p", `${daemon.port}`, "-n", "-2"];
    const { stdout } = await runToEnd(program, { args: [...where, ...args] });
    return new TextDecoder().decode(stdout);
  };
  assertEquals(await ask("-c", "fine"), "fine\n");
  assertEquals(await ask("-P", "4096", "-c", "fine"), "fine\n");
  // 4,095 bytes have room for 2,047 characters of two bytes; check_nrpe adds a line break.
  assertEquals(await ask("-P", "4096", "-c", "long"), `${"é".repeat(2047)}\n`);
  await ask("-P", "2048", "-c", "fine");
  await daemon.logged("another payload size: expected 4108 bytes, got 2060");
});

Deno.test("A daemon sends several packets of version 2 only if the agent says many", async () => {
  for (const [v2, length] of [["", 511], ['v2: { packets: "many" },', 8000]] as const) {
    await using project = await createProject(agent(v2));
    await using daemon = await serve(project.agent);
    const where = { host: "127.0.0.1", port: daemon.port, tls: false } as const;
    const { text } = await sendQuery({ ...where, version: 2, command: "long" });
    assertEquals(text, "é".repeat(length));
    assertEquals((await sendQuery({ ...where, command: "long" })).text, whole);
  }
});
