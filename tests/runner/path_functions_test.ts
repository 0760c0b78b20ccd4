/** The sandbox and `testCheck` refuse the same paths. */
import { assertEquals } from "@std/assert";
import { unite } from "../../src/agent/granted_permissions.ts";
import { testCheck } from "../../src/check/testing.ts";
import { withoutProcessTree } from "../../src/host/process_tree.ts";
import { bundle } from "../../src/project/bundle.ts";
import { sandboxImports } from "../../src/cli/own_bundles.ts";
import { createPool } from "../../src/runner/pool.ts";
import { paths } from "../fixtures/paths_agent.ts";

type Ends = Record<"deno" | "node" | "promises", [name: string, end: string][]>;

const context = { hostname: "here", procfs: "/proc" };
const never = new AbortController().signal;

Deno.test("The sandbox and testCheck() refuse undeclared paths in the same functions", async () => {
  const [agent, runtime, imports] = await Promise.all([
    bundle(new URL("../fixtures/paths_agent.ts", import.meta.url)),
    bundle(new URL("../../src/runner/sandbox_main.ts", import.meta.url)),
    sandboxImports(),
  ]);
  const pool = createPool({
    code: { agent, runtime, imports },
    most: 2,
    log: () => {},
    processes: withoutProcessTree(),
  });
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/inside`);
  for (const name of ["inside/file", "outside"]) await Deno.writeTextFile(`${folder}/${name}`, "");
  const permissions = { read: [`${folder}/inside`], write: [`${folder}/inside`], sys: ["statfs"] };

  for (const [from, to] of [["outside", "outside"], ["inside/file", "outside"]]) {
    const args = [`--from=${folder}/${from}`, `--to=${folder}/${to}`];
    const tested = await testCheck(paths, { args, permissions });
    const ends: Ends = JSON.parse(tested.text);
    for (const isolation of ["worker", "process"] as const) {
      const sandbox = await pool.sandbox(unite([permissions]), isolation);
      const { output } = await sandbox.run("paths", args, context, never);
      // The runtime never calls the callback of `exists`, and has no `lchmod`. Both count as
      // refused.
      const found = output.text.replace('"exists","never"', '"exists","NotCapable"')
        .replace('"lchmod","Error"', '"lchmod","NotCapable"');
      assertEquals(ends, JSON.parse(found), `${isolation} ${from} ${to}`);
    }
    const all = Object.values(ends).flat();
    assertEquals(all.filter(([, end]) => end !== "NotCapable"), []);
    assertEquals(all.length > 100, true);
  }
  pool.close();
  await Deno.remove(folder, { recursive: true });
});
