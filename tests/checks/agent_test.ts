import { assert, assertEquals, assertMatch } from "@std/assert";
import agent from "../../checks/agent.ts";
import * as checks from "../../checks/mod.ts";
import { describeAgent } from "../../src/agent/describe_agent.ts";
import { programsOf } from "../../src/agent/granted_permissions.ts";
import { type CheckCommand, type OptionSpec, testCheck } from "../../src/mod.ts";

Deno.test("The agent of the check library has no errors", { permissions: "none" }, () => {
  const { manifest, diagnostics } = describeAgent(agent);
  assertEquals(diagnostics.filter(({ severity }) => severity === "error"), []);
  const all = [...Object.keys(agent.commands), "check_agent"];
  assertEquals(Object.keys(manifest.commands).sort(), all.sort());
});

Deno.test(
  "The agent of the check library contains every built-in check",
  { permissions: "none" },
  () => {
    const served = Object.values(agent.commands).flatMap((command) =>
      "definition" in command ? [command.definition] : []
    );
    for (const [name, check] of Object.entries(checks)) {
      assert(served.includes(check.definition), name);
    }
  },
);

Deno.test("Commands of the check library that start programs are optional", {
  permissions: "none",
}, () => {
  const { commands } = describeAgent(agent).manifest;
  for (const [name, command] of Object.entries(commands)) {
    if (programsOf(command).length > 0) assertEquals(command.optional, true, name);
  }
});

Deno.test("Built-in checks and their options have one-line descriptions", {
  permissions: "none",
}, () => {
  for (const [name, { definition }] of Object.entries(checks)) {
    const specs: OptionSpec[] = Object.values(definition.options ?? {});
    const texts = [definition.description, ...specs.map(({ description }) => description)];
    for (const text of texts) assert(/^\S.*[^.]$/.test(text), `${name}: ${text}`);
    const letters = specs.flatMap(({ short }) => short ?? []);
    assertEquals(
      new Set(letters).size,
      letters.length,
      `${name}: two options have the same letter`,
    );
  }
});

Deno.test("The agent of the check library reports the options that arguments cannot use", {
  permissions: "none",
}, () => {
  const { manifest, diagnostics } = describeAgent(agent);
  const refused = Object.entries(manifest.commands).flatMap(([name, command]) =>
    command.kind === "check" && command.refused ? [[name, command.refused]] : []
  );
  const ps = { needs: 'run "/bin/ps"', partly: false };
  const df = { needs: 'run "/bin/df"', partly: false };
  assertEquals(Object.fromEntries(refused), {
    check_load: { procsToShow: ps },
    check_disk: { all: df, eregPath: df, eregiPath: df },
  });
  const warnings = diagnostics.filter(({ place }) => place.endsWith(".acceptArguments"));
  assertEquals(warnings.map(({ place, message }) => [place, message.split(": ").at(-1)]), [
    ["commands.check_load.acceptArguments", 'procsToShow (run "/bin/ps")'],
    [
      "commands.check_disk.acceptArguments",
      'all (run "/bin/df"), eregPath (run "/bin/df"), eregiPath (run "/bin/df")',
    ],
  ]);
});

Deno.test("The agent of the check library answers check_load as Debian's nrpe.cfg calls it", {
  permissions: { sys: ["loadavg", "cpus"] },
}, async () => {
  const { check_load } = describeAgent(agent).manifest.commands;
  assertEquals(check_load?.kind === "check" && check_load.permissions.sys, ["cpus", "loadavg"]);
  const args = ["-r", "-w", ".15,.10,.05", "-c", ".30,.25,.20"];
  const { text } = await testCheck(agent.commands.check_load as CheckCommand, { args });
  assertMatch(text, /^LOAD \w+ - scaled load average: [\d.]+, .* scaled_load1=[\d.]+;0.15;0.3;0 /);
});

Deno.test("Built-in checks describe the expected form of every pattern in words", {
  permissions: "none",
}, () => {
  for (const [name, { definition }] of Object.entries(checks)) {
    const options: [string, OptionSpec][] = Object.entries(definition.options ?? {});
    for (const [option, { pattern, expected = "" }] of options) {
      if (pattern === undefined) continue;
      assertMatch(expected, /^[a-z\dA-Z].*[^.]$/, `${name}.${option}`);
      assert(!/\\|\[\^|\(\?/.test(expected), `${name}.${option}: ${expected}`);
    }
  }
});
