import { assert, assertEquals } from "@std/assert";
import { describeAgent } from "../../src/agent/describe_agent.ts";
import { AgentError } from "../../src/agent/diagnostic.ts";
import { readHostSettings } from "../../src/agent/host_settings.ts";
import { settingsTable } from "../../src/agent/settings_table.ts";
import { formatHostNeeds } from "../../src/daemon/host_permissions.ts";
import { defineAgent, defineCheck } from "../../src/mod.ts";

const check = defineCheck({ description: "x", permissions: { proc: ["stat"] }, run: () => "" });
const { manifest } = describeAgent(defineAgent({ hostShell: true, commands: { a: check } }));

/** Values of every type, and strings that the runtime would split or refuse. */
const odd: unknown[] = [
  ...[5, -1, true, null, "", "x", ",", "a,b", "/a,b", "/a,/b", "/a\nb", "127.0.0.1,0.0.0.0:5666"],
  ...["*", "/", "no.invalid,y", "unix:/x", "[::1],[::2]:5", "-", "--allow-all"],
];

/** What the runtime would read instead of a value with a comma. */
const fragments = new Set(
  odd.flatMap((value) => typeof value === "string" && value.includes(",") ? value.split(",") : []),
);

Deno.test("Permissions of host settings contain only checked values", async () => {
  const folder = await Deno.makeTempDir({ prefix: "checkwright-test-" });
  const path = `${folder}/settings.yaml`;
  // JSON is YAML.
  const linesOf = async (settings: unknown): Promise<string[]> => {
    await Deno.writeTextFile(path, JSON.stringify(settings));
    const file = await readHostSettings(path);
    try {
      return await formatHostNeeds(file, manifest, "/state", () => Promise.resolve([]));
    } catch (error) {
      assert(error instanceof AgentError, `${JSON.stringify(settings)}: ${error}`);
      return [];
    }
  };
  const command = ["plugin", "shell", "user", "group", "env", "cwd", "timeout", "options"];
  for (const value of odd) {
    for (const nested of [value, [value], { x: value }, [[value]]]) {
      const settings = [
        ...Object.keys(settingsTable).map((name) => ({ [name]: nested })),
        ...["cert", "key", "ca"].map((name) => ({ tls: { [name]: nested } })),
        { commands: nested },
        { include: nested },
        ...command.map((name) => ({ commands: { m: { [name]: nested } } })),
      ];
      for (const each of settings) {
        for (const line of await linesOf(each)) {
          const about = `${JSON.stringify(each)}: ${line}`;
          assert(
            /^(?:state=\/|certificate=(?:own|given)$|--allow-(?:read|net|sys|run)=)/.test(line),
            about,
          );
          if (!line.startsWith("--")) continue;
          const entries = line.slice(line.indexOf("=") + 1).split(",");
          assertEquals(entries.filter((entry) => fragments.has(entry)), [], about);
          const programs = line.startsWith("--allow-run=") ? entries : [];
          assert(programs.every((entry) => entry.startsWith("/")), about);
        }
      }
    }
  }
  assertEquals(await linesOf({ state: "/x", pluginPrefix: ["/usr/bin/env"] }), [
    "state=/x",
    "certificate=own",
    `--allow-read=/etc/passwd,${path},/usr/bin/env`,
    "--allow-net=127.0.0.1:5666",
    "--allow-sys=uid",
    "--allow-run=/bin/sh,/usr/bin/env",
  ]);
  await Deno.remove(folder, { recursive: true });
});
