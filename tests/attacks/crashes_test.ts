import { assertEquals, assertStringIncludes } from "@std/assert";
import { knownCrashes } from "../crash_search/known_crashes.ts";
import { runProcess } from "../crash_search/outcome.ts";
import { bundlePrograms, createSetting } from "../crash_search/prepare.ts";

Deno.test("A sandbox refuses each call that is known to end the process", async (t) => {
  const folder = await Deno.makeTempDir();
  try {
    await bundlePrograms(folder);
    const setting = await createSetting(folder, "none", 1);
    const codes = knownCrashes.map(([code]) => code);
    const { kind, at, lines, reason } = await runProcess(setting, { kind: "evaluate", codes });
    await t.step("The process survives all of these calls", () => {
      assertEquals(kind, "done", `${codes[at[0]]}: ${reason}`);
    });
    for (const [at, [code, refusal]] of knownCrashes.entries()) {
      await t.step(code, () => assertStringIncludes(lines[at] ?? "not evaluated", refusal));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
