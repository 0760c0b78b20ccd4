import { assertEquals } from "@std/assert";
import { copyCommands } from "../../src/runner/own_commands.ts";
import type { CheckCommand } from "../../src/check/define_check.ts";
import { defineAgent, defineCheck, option, plugin } from "../../src/mod.ts";

Deno.test("copyCommands() keeps the commands as they were when the agent was loaded", () => {
  const check = defineCheck({
    description: "x",
    options: { name: option.text({ description: "a name", default: "before" }) },
    run: () => "before",
  });
  const agent = defineAgent({
    commands: {
      check,
      bound: check({ name: "bound" }),
      bare: () => "bare",
      plugin: plugin(["/x"]),
    },
  });
  const copies = copyCommands(agent);
  assertEquals([...copies.keys()], ["check", "bound", "bare"]);

  const { bare, bound } = agent.commands as unknown as Record<string, typeof check>;
  Object.assign(check.definition, { run: () => "after" });
  Object.assign(check.definition.options!.name, { default: "after" });
  Object.assign(bound!.values, { name: "after" });
  Object.assign(bare!, { kind: "check", definition: check.definition, values: {} });
  Object.assign(agent.commands, { bare: () => "after" });

  const copy = copies.get("bound");
  if (!copy || !("kind" in copy)) throw new Error("Not a check");
  assertEquals(copy.definition.run({}, {} as never), "before");
  assertEquals(copy.definition.options.name.default, "before");
  assertEquals(copy.values, { name: "bound" });
  const bareCopy = copies.get("bare");
  if (bareCopy === undefined || "kind" in bareCopy) throw new Error("Not a function");
  assertEquals(bareCopy([]), "bare");
});

Deno.test("copyCommands() copies cycles, shares definitions and keeps instances of classes", () => {
  const date = new Date(0);
  const definition: Record<string, unknown> = { run: () => "", date };
  definition.self = definition;
  const command = { kind: "check", definition, values: {}, settings: {} };
  const copies = copyCommands({ commands: { one: command, two: { ...command } } });
  const [one, two] = [copies.get("one"), copies.get("two")] as unknown as (typeof command)[];
  assertEquals(one!.definition === definition, false);
  assertEquals(one!.definition === two!.definition, true);
  assertEquals(one!.definition.self === one!.definition, true);
  assertEquals(one!.definition.date === date, true);
});

Deno.test("copyCommands() accepts any value: describing the agent reports the error", () => {
  for (
    const agent of [undefined, null, 7, "x", {}, { commands: null }, { commands: { x: null } }]
  ) {
    assertEquals(copyCommands(agent).size, 0);
  }
});

Deno.test("copyCommands() separates the options that two definitions share", {
  permissions: "none",
}, () => {
  const options = { level: { kind: "text", description: "Level", default: "high" } };
  const definitionOf = (run: () => void) => ({ description: "One", options, run });
  const command = (definition: object) => ({ kind: "check", definition, values: {}, settings: {} });
  const attacker = definitionOf(
    function (this: { options: typeof options }) {
      this.options.level.default = "low";
    } as () => void,
  );
  const copied = copyCommands({
    commands: {
      one: command(attacker),
      again: command(attacker),
      other: command(definitionOf(() => {})),
    },
  });
  const read = (name: string) => (copied.get(name) as CheckCommand).definition;
  read("one").run({}, undefined as never);
  const levels = ["one", "again", "other"].map((name) => read(name).options.level.default);
  assertEquals(levels, ["low", "low", "high"]);
});
