/** Compares real plugins run by our agent with the same plugins run directly. */
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { parsePluginOutput } from "../../src/mod.ts";
import agent from "../fixtures/plugins_agent.ts";
import { serve } from "../serving.ts";
import { isMissing, pluginFolder } from "../tools.ts";
import { runToEnd } from "../waiting.ts";

const checkNrpe = `${pluginFolder}/check_nrpe`;

async function output(path: string, ...args: string[]): Promise<{ code: number; bytes: string }> {
  const { code, stdout } = await runToEnd(path, {
    args,
    env: { LC_ALL: "C.UTF-8" },
    cwd: "/",
    stdin: "null",
    stderr: "null",
  });
  return { code, bytes: stdout.toHex() };
}

Deno.test({
  name: "Plugins have the same output and exit code through the agent as by hand",
  ignore: isMissing(checkNrpe) || isMissing(`${pluginFolder}/check_dummy`),
  async fn() {
    await using served = await serve(
      fileURLToPath(new URL("../fixtures/plugins_agent.ts", import.meta.url)),
    );
    for (const [name, command] of Object.entries(agent.commands)) {
      if (!("kind" in command) || command.kind !== "plugin") throw new TypeError(name);
      const [path, ...args] = command.argv;
      const direct = await output(path!, ...args);
      const asked = await output(checkNrpe, "-H", "127.0.0.1", "-p", `${served.port}`, "-c", name);
      assertEquals(asked, direct, name);
    }
  },
});

Deno.test({
  name: "parsePluginOutput() reads the output of check_disk",
  ignore: isMissing(`${pluginFolder}/check_disk`),
  async fn() {
    const { bytes } = await output(`${pluginFolder}/check_disk`, "-w", "1%", "-c", "1%", "-p", "/");
    const { output: line, perfdata } = parsePluginOutput(
      new TextDecoder().decode(Uint8Array.fromHex(bytes)),
    );
    assertEquals([line.slice(0, 4), perfdata[0]?.label, perfdata[0]?.uom], ["DISK", "/", "B"]);
  },
});
