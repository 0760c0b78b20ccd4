/** Plugins of a compiled daemon: their user and environment, and what settings files add. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { askOnce } from "../asking.ts";
import { createProject } from "../project.ts";
import { isMissing } from "../tools.ts";
import { compile } from "./deploying.ts";

const agent = (more: string) =>
  `import { defineAgent, plugin, shell } from "@checkwright/checkwright";
   export default defineAgent({ listen: "127.0.0.1:0", tls: false, env: { FROM: "agent" }, ${more}
     commands: {
       env: shell('set -u; echo "$USER $LOGNAME $HOME $SHELL $FROM"'),
       groups: shell('echo "$(id -un):$(id -G)"', { user: "daemon" }),
       echo: plugin(["/bin/echo", "one"]),
     },
   });`;

Deno.test("Settings set the environment, a prefix and, if the agent allows it, shell lines", {
  ignore: Deno.uid() !== 0 || isMissing("/usr/bin/setpriv"),
}, async () => {
  await using project = await createProject(agent("hostShell: true,"));
  await using deployed = await compile(project.agent);
  const settings = `${deployed.folder}/settings.yaml`;
  await Deno.writeTextFile(
    settings,
    `env: { FROM: host }
pluginPrefix: [/usr/bin/env, VIA=prefix]
commands:
  via: { plugin: [/bin/sh, -c, 'echo "$VIA $1"', sh, { word: "$ARG1$" }], acceptArguments: true }
  pipe: { shell: "echo b a | tr ' ' '\\\\n' | sort | head -n 1; echo $FROM" }
  numeric: { shell: id -un, user: 1 }
`,
  );
  await using daemon = await deployed.start("--settings", settings);
  const root = (await Deno.readTextFile("/etc/passwd")).split("\n")[0]!.split(":");
  assertEquals(await askOnce(daemon, ["env"]), `OK root root ${root[5]} ${root[6]} host`);
  const ids = await new Deno.Command("/usr/bin/id", { args: ["-G", "daemon"] }).output();
  const groups = new TextDecoder().decode(ids.stdout).trim();
  assertEquals(await askOnce(daemon, ["groups"]), `OK daemon:${groups}`);
  assertEquals(await askOnce(daemon, ["echo"]), "OK one");
  assertEquals(await askOnce(daemon, ["via", "a b"]), "OK prefix a b");
  assertEquals(await askOnce(daemon, ["pipe"]), "OK a\nhost");
  assertEquals(await askOnce(daemon, ["numeric"]), "OK daemon");

  await Deno.chmod(settings, 0o664);
  const { code, stderr } = await deployed.run("check", "--settings", settings);
  assertEquals(code, 3);
  assertStringIncludes(stderr, "This file may not define shell lines, because a group");
});

Deno.test("Settings cannot define shell lines if the agent does not allow it", async () => {
  await using project = await createProject(agent("").replace(', { user: "daemon" }', ""));
  await using deployed = await compile(project.agent);
  const settings = `${deployed.folder}/settings.yaml`;
  await Deno.writeTextFile(settings, "hostShell: true\ncommands: { pipe: { shell: true } }\n");
  const { code, stderr } = await deployed.run("check", "--settings", settings);
  assertEquals(code, 3);
  assertStringIncludes(stderr, "settings.yaml:1: hostShell: Only the agent can allow shell lines");
  assertStringIncludes(stderr, "settings.yaml:2: commands.pipe.shell: ");
});
