import { assertEquals } from "@std/assert";
import agent from "../../checks/agent.ts";
import type { Check } from "../../src/mod.ts";
import { assertGenerated } from "../generated_page.ts";
import { buildCatalogue, EXAMPLE_ARGUMENTS } from "./catalogue.ts";
import { optionsOf } from "./recorded.ts";

Deno.test("The catalogue lists the current checks and options", async () => {
  await assertGenerated("checks/README.md", buildCatalogue());
});

Deno.test("The example arguments of the catalogue are valid", { permissions: "none" }, () => {
  for (const [name, args] of Object.entries(EXAMPLE_ARGUMENTS)) {
    const command = agent.commands[name] as Check;
    assertEquals(command.settings?.acceptArguments, true, name);
    optionsOf(command, args);
  }
});
