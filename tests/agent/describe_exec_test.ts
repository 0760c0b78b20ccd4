import { assertEquals } from "@std/assert";
import { describeAgent } from "../../src/agent/describe_agent.ts";
import { formatDiagnostic } from "../../src/agent/diagnostic.ts";
import { expandArgv } from "../../src/agent/macros.ts";
import type { ManifestPlugin } from "../../src/agent/manifest.ts";
import { collectNeeds, commandNeeds } from "../../src/agent/needs.ts";
import { daemonPermissions, ownNeeds } from "../../src/daemon/daemon_permissions.ts";
import { type AgentInput, defineAgent, plugin, shell } from "../../src/mod.ts";

const raid = "/opt/check_raid";

function described(input: Partial<AgentInput>, host = {}) {
  const commands = { a: plugin([raid]), s: shell("df") };
  const { manifest, diagnostics } = describeAgent(defineAgent({ commands, ...input }), host);
  return { manifest, messages: diagnostics.map(formatDiagnostic) };
}

Deno.test("env of the agent and of the host apply to every plugin, and a command overrides them", {
  permissions: "none",
}, () => {
  const commands = { a: plugin([raid], { env: { A: "own", O: "own" } }), s: shell("df") };
  const { manifest, messages } = described({ env: { A: "agent", B: "agent" }, commands }, {
    env: { B: "host", C: "host" },
    commands: { a: { env: { O: "host" } } },
  });
  assertEquals(messages, []);
  const envOf = (name: string) => (manifest.commands[name] as ManifestPlugin).env;
  assertEquals(envOf("a"), { A: "own", B: "host", C: "host", O: "host" });
  assertEquals(envOf("s"), { A: "agent", B: "host", C: "host" });
});

Deno.test("Variables that the runtime refuses are reported with the way around them", {
  permissions: "none",
}, () => {
  const why = (name: string) =>
    `error: env.${name}: Invalid variable: the runtime refuses variables whose names start with ` +
    `LD_; let another program set it: plugin(["/usr/bin/env", "${name}=VALUE", ` +
    '"/path/of/the/plugin"])';
  for (const name of ["LD_LIBRARY_PATH", "ld_preload", "DYLD_X"]) {
    assertEquals(described({ env: { [name]: "/opt" } }).messages, [why(name)]);
    const commands = { a: plugin([raid], { env: { [name]: "/opt" } }) };
    assertEquals(described({ commands }).messages, [why(name).replace("env", "commands.a.env")]);
  }
  assertEquals(described({ env: { "A=B": "", OLD_X: "", LIBPATH: "" } }).messages, [
    'error: env."A=B": Invalid variable: expected a name without "="',
  ]);
});

Deno.test("pluginPrefix starts every plugin, and the daemon may start only the prefix", {
  permissions: "none",
}, () => {
  const { manifest, messages } = described({
    pluginPrefix: ["/usr/bin/sudo", "-n"],
    commands: { a: plugin([raid], { sha256: "ab".repeat(32) }), s: shell("df") },
  });
  assertEquals(messages, []);
  const { a, s } = manifest.commands;
  assertEquals([a?.kind === "plugin" && a.prefix, "prefix" in s!], [
    ["/usr/bin/sudo", "-n"],
    false,
  ]);
  const { run, read } = daemonPermissions(manifest);
  assertEquals(run, ["/bin/sh", "/usr/bin/sudo"]);
  assertEquals(read, ["/bin/sh", "/etc/passwd", raid, "/usr/bin/sudo"]);
  const host = described({ pluginPrefix: ["/usr/bin/sudo"] }, { pluginPrefix: [] }).manifest;
  assertEquals("prefix" in host.commands.a!, false);
  assertEquals(described({ pluginPrefix: ["sudo"] }).messages, [
    'error: pluginPrefix[0]: Invalid value "sudo": expected an absolute path',
  ]);
});

Deno.test("A user may be a number, and needs setpriv, which is named with its power", {
  permissions: "none",
}, () => {
  const commands = { a: plugin([raid], { user: 999, group: "shadow" }) };
  const { manifest, messages } = described({ commands });
  assertEquals(messages, []);
  const { user, group } = manifest.commands.a as ManifestPlugin;
  assertEquals([user, group], ["999", "shadow"]);
  const needs = collectNeeds([...commandNeeds(manifest), ...ownNeeds(manifest)]);
  assertEquals(needs.find(({ kind, entry }) => kind === "run" && entry === "/usr/bin/setpriv"), {
    kind: "run",
    entry: "/usr/bin/setpriv",
    broad: "can start any other program",
    unbound: true,
    needed: [{
      command: "a",
      why: "Gives the command all groups of 999",
    }],
  });
  for (const entry of ["/etc/passwd", "/etc/group", "/usr/bin/setpriv"]) {
    assertEquals(needs.some((need) => need.kind === "read" && need.entry === entry), true, entry);
  }
  const invalid = plugin([raid], { user: -1, group: "" });
  assertEquals(described({ commands: { a: invalid } }).messages, [
    "error: commands.a.user: Invalid value -1: expected a name or a number",
    'error: commands.a.group: Invalid value "": expected a non-empty string',
  ]);
});

Deno.test("plugin.word() and { word } in settings keep one word whole", {
  permissions: "none",
}, () => {
  const argv = ["/opt/x", "-w", "$ARG1$", "-p", plugin.word("$ARG2$")];
  const { manifest, messages } = described(
    { acceptArguments: true, commands: { a: plugin(argv) } },
    {
      commands: { b: { plugin: ["/opt/x", { word: "$ARG1$" }, "$ARG2$"] } },
    },
  );
  assertEquals(messages, []);
  const words = (name: string) => {
    const command = manifest.commands[name] as ManifestPlugin;
    return expandArgv(command.argv, ["5 6", "a b"], command.split, command.unsplit);
  };
  assertEquals(words("a"), ["/opt/x", "-w", "5", "6", "-p", "a b"]);
  assertEquals(words("b"), ["/opt/x", "5 6", "a", "b"]);
  const host = { commands: { b: { plugin: ["/opt/x", { wort: "x" }, 5] } } };
  assertEquals(described({}, host).messages, [
    'error: commands.b.argv[1].wort: Unknown setting "wort": expected one of word; did you mean ' +
    '"word"?',
    "error: commands.b.argv[1]: Missing word: expected a string or { word: STRING }",
    "error: commands.b.argv[2]: Invalid value 5: expected a string",
  ]);
});

Deno.test("hostShell lets settings define shell lines, and only the agent can set it", {
  permissions: "none",
}, () => {
  const host = { commands: { more: { shell: "ls | wc -l", timeout: "5s" } } };
  const { manifest, messages } = described({ hostShell: true }, host);
  assertEquals(messages, []);
  const { more } = manifest.commands;
  assertEquals([more?.kind === "shell" && more.line, more?.timeout], ["ls | wc -l", 5]);
  assertEquals(ownNeeds(manifest).filter(({ kind }) => kind === "run"), [
    { kind: "run", entry: "/bin/sh", why: "Runs shell lines of settings files (hostShell)" },
  ]);
  const refused = "error: commands.more.shell: Shell lines are not allowed in settings files: " +
    "expected a plugin, or hostShell in the agent";
  assertEquals(described({}, host).messages, [refused]);
  assertEquals(described({ hostShell: true }, { ...host, hostShell: false }).messages, [refused]);
  assertEquals(described({}, { hostShell: true, ...host }).messages, [
    "error: hostShell: Only the agent can allow shell lines in settings files: set hostShell in " +
    "the agent",
    refused,
  ]);
  const cases: [object, string][] = [
    [{ s: { shell: "x" } }, "error: commands.s.shell: Duplicate command name: expected a name"],
    [{ b: { shell: "x", plugin: ["/x"] } }, "error: commands.b.shell: Cannot combine shell with"],
    [{ b: { shell: "x $ARG1$" } }, "error: commands.b.line: Invalid macro in a shell line"],
    [{ b: { shell: 5 } }, "error: commands.b.line: Invalid value 5: expected a non-empty string"],
  ];
  for (const [commands, message] of cases) {
    const found = described({ hostShell: true }, { commands }).messages;
    assertEquals(found.map((each) => each.slice(0, message.length)), [message]);
  }
});
