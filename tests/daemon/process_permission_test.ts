/** The daemon gives up the permission to run the shell when its process helper runs. */
import { assertEquals } from "@std/assert";

const module = (path: string) => new URL(`../../src/${path}`, import.meta.url).href;

const program = `
import { takeProcessTree } from "${module("daemon/daemon_permissions.ts")}";
import { describeAgent } from "${module("agent/describe_agent.ts")}";
import { defineAgent, defineCheck, plugin, shell } from "${module("mod.ts")}";
const check = defineCheck({ description: "Waits", run: () => "fine" });
const contained = check({}, { isolation: "process" });
const commands = { plugin: plugin(["/bin/true"]), shell: shell("true"), contained };
const { manifest } = describeAgent(defineAgent({ commands: { it: commands[Deno.args[0]] } }));
const processes = takeProcessTree(manifest);
const attempt = (path) => {
  try {
    return new Deno.Command(path, { args: ["-c", "exit 0"] }).outputSync().code;
  } catch (error) {
    return error.name;
  }
};
console.log(JSON.stringify(["/bin/sh", "/usr/bin/sh", "/bin/true"].map(attempt)));
await processes.close();
`;

Deno.test("A daemon keeps the permission to run the shell only if a command needs it", async () => {
  const table: [kind: string, expected: unknown[]][] = [
    ["plugin", ["NotCapable", "NotCapable", 0]],
    ["shell", [0, "NotCapable", 0]],
    // The shell bounds the memory of the check's process.
    ["contained", [0, "NotCapable", 0]],
  ];
  for (const [kind, expected] of table) {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-prompt", "--allow-run=/bin/sh,/bin/true"],
        ...[`data:text/javascript,${encodeURIComponent(program)}`, kind],
      ],
      stderr: "inherit",
    }).output();
    assertEquals(JSON.parse(new TextDecoder().decode(stdout)), expected, kind);
  }
});
