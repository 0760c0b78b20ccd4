import { assertGenerated } from "../generated_page.ts";
import { buildSettingsTables } from "./settings_page.ts";

Deno.test("The page about operating lists every setting with its type, default and meaning", async () => {
  await assertGenerated("src/daemon/README.md", buildSettingsTables());
});
