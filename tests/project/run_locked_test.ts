import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { bundle } from "../../src/project/bundle.ts";
import { checkTypes } from "../../src/project/check_types.ts";
import { findImporters } from "../../src/project/modules.ts";

interface Locked extends AsyncDisposable {
  folder: string;
  module: string;
  /** Returns the contents of all files with "lock" in their name, by name. */
  locks(): Promise<Record<string, string>>;
}

// js-yaml is a dependency of this project, so it is in the package cache.
async function project(configuration: object): Promise<Locked> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "checkwright-test-" }));
  const module = `${folder}/sub/agent.js`;
  await Deno.mkdir(`${folder}/sub`);
  await Deno.writeTextFile(
    module,
    'import { load } from "npm:js-yaml@^5.4.0"; console.log(load);\n',
  );
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(configuration));
  return {
    folder,
    module,
    async locks() {
      const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name)
        .filter((name) => name.includes("lock")).sort();
      return Object.fromEntries(
        await Promise.all(
          names.map(async (name) => [name, await Deno.readTextFile(`${folder}/${name}`)]),
        ),
      );
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

async function loadAll(module: string): Promise<string> {
  await checkTypes(module);
  await findImporters(module);
  return await bundle(module);
}

Deno.test("Loading an agent with a package writes no lock file", async () => {
  for (const configuration of [{}, { lock: "./other-lock.json" }]) {
    await using made = await project(configuration);
    assert((await loadAll(made.module)).includes("/js-yaml/"));
    assertEquals(await made.locks(), {});
  }
});

Deno.test("A lock file decides the version and stays unchanged, even if it lacks a package", async () => {
  await using made = await project({});
  const root = JSON.parse(await Deno.readTextFile(new URL("../../deno.lock", import.meta.url)));
  const packages = Object.fromEntries(
    ["js-yaml@5.5.0", "argparse@3.0.4"].map((name) => [name, root.npm[name]]),
  );
  const locked = { "npm:js-yaml@^5.4.0": "5.5.0" };
  const table: [specifiers: Record<string, string>, workspace: string[], loads: boolean][] = [
    [locked, [], true],
    [{}, [], true],
    // A lock file that belongs to other imports of deno.json.
    [locked, ["npm:gone@1"], true],
    // This version does not exist: it can come only from the lock file.
    [{ "npm:js-yaml@^5.4.0": "5.4.999" }, ["npm:gone@1"], false],
  ];
  for (const [specifiers, dependencies, loads] of table) {
    const lock = JSON.stringify({
      version: "5",
      specifiers,
      npm: { ...packages, ...(!loads && { "js-yaml@5.4.999": root.npm["js-yaml@5.5.0"] }) },
      ...(dependencies.length > 0 && { workspace: { dependencies } }),
    });
    await Deno.writeTextFile(`${made.folder}/deno.lock`, lock);
    const code = await loadAll(made.module).catch((error) => error.message);
    assertEquals(code.includes("/js-yaml/5.5.0/"), loads, code.slice(0, 500));
    if (!loads) assertStringIncludes(code, "Could not resolve");
    assertEquals(await made.locks(), { "deno.lock": lock });
  }
});
