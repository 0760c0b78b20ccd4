/**
 * Starts with an empty cache, as in CI and containers. These starts fetch the bundler from npm, so
 * the tests are skipped if npm cannot be reached.
 */
import { assertEquals } from "@std/assert";

const root = new URL("../../", import.meta.url);

const isReachable = await fetch("https://registry.npmjs.org/@esbuild/linux-x64/0.25.5", {
  signal: AbortSignal.timeout(5_000),
}).then(async (response) => {
  await response.body?.cancel();
  return response.ok;
}, () => false);

async function validate(cache: string): Promise<{ code: number; stderr: string }> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "src/cli/main.ts", "validate", "tests/fixtures/late_agent.ts"],
    cwd: root,
    env: { DENO_DIR: cache, NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

Deno.test({
  name: "If four processes start together with one empty cache, each of them bundles its agent",
  ignore: !isReachable,
  async fn() {
    const cache = await Deno.makeTempDir({ prefix: "checkwright-cold-" });
    try {
      const results = await Promise.all([1, 2, 3, 4].map(() => validate(cache)));
      assertEquals(results, Array(4).fill({ code: 0, stderr: "" }));
    } finally {
      await Deno.remove(cache, { recursive: true });
    }
  },
});
