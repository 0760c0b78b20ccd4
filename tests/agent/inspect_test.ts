import { assertEquals } from "@std/assert";
import { defineAgent, defineCheck, ok, plugin } from "../../src/mod.ts";
import { describeAgent } from "../../src/agent/describe.ts";
import { createReport, type Diagnostic } from "../../src/agent/diagnostic.ts";
import { inspectHost } from "../../src/agent/inspect.ts";

Deno.test("inspectHost() resolves a plugin, and leaves a check its executable as it was declared", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const [file, link, data] = ["real", "link", "data"].map((name) => `${folder}/${name}`) as [
    string,
    string,
    string,
  ];
  await Deno.writeTextFile(file, "#!/bin/sh\n", { mode: 0o755 });
  await Deno.writeTextFile(data, "");
  await Deno.symlink(file, link);
  const starter = (path: string) =>
    defineCheck({ description: "Starts it", permissions: { run: [path] }, run: () => ok("fine") });
  const agent = defineAgent({
    commands: {
      by_link: starter(link),
      by_file: starter(file),
      by_data: starter(data),
      plugin: plugin([link, "word"]),
      absent: plugin([`${folder}/absent`], { optional: true }),
    },
  });

  const diagnostics: Diagnostic[] = [];
  const { manifest } = describeAgent(agent);
  const { commands } = await inspectHost(manifest, createReport(diagnostics));
  const runs = ["by_link", "by_file"].map((name) => {
    const command = commands[name]!;
    return command.kind === "check" && command.permissions.run;
  });
  assertEquals(runs, [[link], [file]]);
  assertEquals(commands.plugin?.kind === "plugin" && commands.plugin.argv, [file, "word"]);
  assertEquals("absent" in commands, false);
  assertEquals(diagnostics, [{
    place: "commands.by_data.permissions.run",
    message: `Cannot start "${data}": It is not executable`,
    severity: "error",
  }]);
  await Deno.remove(folder, { recursive: true });
});
