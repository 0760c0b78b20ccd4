/** Another user of the host owns the state directory of `serve`, or can write to it. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { askOnce } from "../asking.ts";
import { serve } from "../serving.ts";

const mod = new URL("../../src/mod.ts", import.meta.url).href;

/** A user without rights. */
const stranger = 65_534;

type Prepare = (state: string) => void | Promise<void>;

/** Each attempt, and what prepares the state directory. The folder above it is mode 0755. */
const attempts: readonly (readonly [attempt: string, prepare: Prepare, needsRoot?: true])[] = [
  ["own the directory", (state) => Deno.chown(state, stranger, stranger), true],
  ["write to the directory", (state) => Deno.chmod(state, 0o777)],
  ["write to the directory as a member of its group", (state) => Deno.chmod(state, 0o770)],
  ["write to a sticky directory", (state) => Deno.chmod(state, 0o1777)],
  ["replace the directory", (state) => Deno.chmod(state.replace(/[^/]*$/, ""), 0o777)],
  [
    "own the folder above",
    (state) => Deno.chown(state.replace(/\/[^/]*$/, ""), stranger, stranger),
    true,
  ],
  ["prepare the folder of the launcher", async (state) => {
    await Deno.mkdir(`${state}/serve`);
    await Deno.chmod(`${state}/serve`, 0o777);
  }],
  ["replace the folder of the launcher by a link", async (state) => {
    await Deno.mkdir(`${state}/elsewhere`, { mode: 0o777 });
    await Deno.symlink(`${state}/elsewhere`, `${state}/serve`);
  }],
];

for (const [attempt, prepare, needsRoot] of attempts) {
  Deno.test({
    name: `serve writes nothing into a state directory if another user can ${attempt}`,
    ignore: needsRoot === true && Deno.uid() !== 0,
    async fn() {
      const folder = await Deno.makeTempDir();
      const state = `${folder}/above/state`;
      try {
        await Deno.mkdir(state, { recursive: true });
        await Deno.writeTextFile(
          `${folder}/agent.ts`,
          `import { defineAgent } from "${mod}";\n` +
            `export default defineAgent({ state: "${state}", commands: { ok: () => "fine" } });\n`,
        );
        await prepare(state);
        const before = filesBelow(state);
        await using served = await serve(`${folder}/agent.ts`);
        assertStringIncludes(served.log(), "warning: state: Cannot trust ");
        assertEquals(await askOnce(served, ["ok"], { tls: true }), "OK fine");
        assertEquals(filesBelow(state), before);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** Lists all files and folders below a folder. */
function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => [
    `${folder}/${name}`,
    ...(isDirectory ? filesBelow(`${folder}/${name}`) : []),
  ]).sort();
}
