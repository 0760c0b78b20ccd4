import { assert, assertEquals } from "@std/assert";
import agent from "../../checks/agent.ts";
import type { Check } from "../../src/mod.ts";
import { runToEnd } from "../waiting.ts";
import { buildCatalogue, EXAMPLE_ARGUMENTS } from "./catalogue.ts";
import { optionsOf } from "./recorded.ts";

const page = new URL("../../checks/README.md", import.meta.url);

/** The line between the hand-written introduction and the generated part. */
const mark = "<!-- Generated part. To update it, run tests/checks/catalogue_test.ts with " +
  "CHECKWRIGHT_WRITE_PAGES=1. -->";

Deno.test("checks/README.md matches the definitions of the checks", async () => {
  const before = await Deno.readTextFile(page);
  const introduction = before.split("\n<!--")[0]!.trimEnd();
  assert(introduction.split("\n").length <= 40, "The introduction has more than 40 lines");
  const after = await format(`${introduction}\n\n${mark}\n\n${buildCatalogue()}\n`);
  if (Deno.env.get("CHECKWRIGHT_WRITE_PAGES") === "1") await Deno.writeTextFile(page, after);
  else assertEquals(before, after, "Run this test with CHECKWRIGHT_WRITE_PAGES=1 to update it");
});

Deno.test("The example arguments of the catalogue are valid", { permissions: "none" }, () => {
  for (const [name, args] of Object.entries(EXAMPLE_ARGUMENTS)) {
    const command = agent.commands[name] as Check;
    assertEquals(command.settings?.acceptArguments, true, name);
    optionsOf(command, args);
  }
});

/** Formats a page like `deno fmt`, with the line width of this repository. */
async function format(text: string): Promise<string> {
  const path = await Deno.makeTempFile({ suffix: ".md" });
  try {
    await Deno.writeTextFile(path, text);
    const { success, stderr } = await runToEnd(Deno.execPath(), {
      args: ["fmt", "--no-config", "--line-width=100", path],
    });
    assert(success, new TextDecoder().decode(stderr));
    return await Deno.readTextFile(path);
  } finally {
    await Deno.remove(path);
  }
}
