import { assertEquals } from "@std/assert";
import { defineAgent, defineCheck, ok, plugin } from "../../src/mod.ts";
import { describeAgent } from "../../src/agent/describe_agent.ts";
import { createReport, type Diagnostic } from "../../src/agent/diagnostic.ts";
import { inspectHost } from "../../src/agent/inspect.ts";
import { inspectDeployed } from "../../src/agent/inspect_deployed.ts";
import { explainMissing } from "../../src/agent/missing_program.ts";

Deno.test("inspectHost() resolves the path of a plugin, but not the paths that a check declares", async () => {
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
  const { commands, omitted } = await inspectHost(manifest, createReport(diagnostics));
  const runs = ["by_link", "by_file"].map((name) => {
    const command = commands[name]!;
    return command.kind === "check" && command.permissions.run;
  });
  assertEquals(runs, [[link], [file]]);
  assertEquals(commands.plugin?.kind === "plugin" && commands.plugin.argv, [file, "word"]);
  assertEquals("absent" in commands, false);
  assertEquals(omitted, { absent: `cannot start "${folder}/absent": No such file or directory` });
  assertEquals(diagnostics, [{
    place: "commands.by_data.permissions.run",
    message: `Cannot start "${data}": It is not executable`,
    severity: "error",
  }]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("If a program is missing, a required check causes an error, and an optional check is omitted with one warning", async () => {
  const [absent, there] = ["/nowhere/ps", "/bin/cat"];
  const starter = defineCheck({
    description: "Starts them",
    permissions: { run: [there, absent, "/nowhere/top"] },
    run: () => ok("fine"),
  });
  const agent = defineAgent({
    commands: {
      needed: starter,
      optional: starter({}, { optional: true }),
      present: defineCheck({
        description: "Starts it",
        permissions: { run: [there] },
        run: () => ok("fine"),
      })({}, { optional: true }),
    },
  });
  const missing = `annot start "${absent}": No such file or directory`;
  const omission: Diagnostic = {
    place: "commands.optional",
    message: `Omitted: c${missing}`,
    severity: "warning",
  };
  const table = [
    [inspectHost, [
      ...[absent, "/nowhere/top"].map((path): Diagnostic => ({
        place: "commands.needed.permissions.run",
        message: `Cannot start "${path}": No such file or directory`,
        severity: "error",
      })),
      omission,
    ]],
    // A deployed daemon has no permission to look for programs of checks that are not optional.
    [inspectDeployed, [omission]],
  ] as const;
  for (const [inspect, expected] of table) {
    const { manifest, diagnostics } = describeAgent(agent);
    assertEquals(diagnostics, []);
    const { commands, omitted } = await inspect(manifest, createReport(diagnostics), Infinity);
    assertEquals(Object.keys(commands), ["needed", "present", "check_agent"]);
    assertEquals(omitted, { optional: `c${missing}` });
    assertEquals(diagnostics, [...expected]);
  }
});

Deno.test("explainMissing() names the Debian package of a known program", {
  permissions: "none",
}, () => {
  const table = [
    ["/bin/ps", "; install procps"],
    ["/usr/bin/df", "; install coreutils"],
    ["/opt/bin/ps", ""],
    ["/usr/bin/unheard-of", ""],
  ] as const;
  for (const [path, advice] of table) {
    assertEquals(
      explainMissing(path),
      `Cannot start "${path}": No such file or directory${advice}`,
    );
  }
});
