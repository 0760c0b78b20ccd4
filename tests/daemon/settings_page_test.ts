import { assert, assertEquals } from "@std/assert";
import { runToEnd } from "../waiting.ts";
import { buildSettingsTables } from "./settings_page.ts";

const page = new URL("../../src/daemon/README.md", import.meta.url);

const start = "<!-- Generated part. To update it, run tests/daemon/settings_page_test.ts with " +
  "CHECKWRIGHT_WRITE_PAGES=1. -->\n";
const end = "\n<!-- End of the generated part. -->";

Deno.test("src/daemon/README.md lists every setting with its type, default and meaning", async () => {
  const before = await Deno.readTextFile(page);
  const [from, to] = [before.indexOf(start), before.indexOf(end)];
  assert(from > 0 && to > from, "The page lacks the marks of its generated part");
  const after = await format(
    `${before.slice(0, from)}${start}\n${buildSettingsTables()}\n${before.slice(to)}`,
  );
  if (Deno.env.get("CHECKWRIGHT_WRITE_PAGES") === "1") await Deno.writeTextFile(page, after);
  else assertEquals(before, after, "Run this test with CHECKWRIGHT_WRITE_PAGES=1 to update it");
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
