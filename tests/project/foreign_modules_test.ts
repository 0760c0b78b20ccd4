import { assertEquals, assertRejects } from "@std/assert";
import { bundle, BundleError } from "../../src/project/bundle.ts";
import { foreignModules } from "../../src/project/foreign_modules.ts";
import { createProject } from "../project.ts";

const outside = "expected code, or a file of the agent's project";

Deno.test("foreignModules() lists files in a bundle that are neither code nor in the project", async () => {
  await using other = await createProject("export {};");
  const secret = await other.write("secret.json", '{ "secret": 1 }');
  const text = await other.write("secret", "secret");
  const code = await other.write("code.ts", "export const code = 1;");
  await using project = await createProject("export {};");
  const { folder } = project;
  await project.write("own.json", "{}");
  await project.write("own", "4711");
  await project.write("deep.ts", `export { default } from "${secret}" with { type: "json" };`);
  await Deno.symlink(secret, `${folder}/link.json`);
  await Deno.symlink(text, `${folder}/link.ts`);
  await Deno.symlink(code, `${folder}/code.ts`);
  await Deno.mkdir(`${folder}/sub`);
  const up = "../".repeat(folder.split("/").length - 1);

  const table: [source: string, foreign: string[], importer?: string][] = [
    [
      `import x from "./own.json" with { type: "json" }; import y from "./own"; console.log(x, y);`,
      [],
    ],
    [
      `import { code } from "${code}"; import { code as same } from "./code.ts"; console.log(code, same);`,
      [],
    ],
    [`const text = \`\n// ${secret}\n// no such file\n\`; console.log(text);`, []],
    [
      'import x from "npm:fast-check@4.3.0/package.json" with { type: "json" }; console.log(x);',
      [],
    ],
    [`import x from "${secret}" with { type: "json" }; console.log(x);`, [secret], "agent.ts"],
    [`import x from "${secret}"; console.log(x);`, [secret], "agent.ts"],
    [`import x from "${text}" with { type: "text" }; console.log(x);`, [text], "agent.ts"],
    [`import "${text}";`, [text], "agent.ts"],
    [`import x from "./deep.ts"; console.log(x);`, [secret], "deep.ts"],
    [`import "./link.ts";`, [`${folder}/link.ts`], "agent.ts"],
    [
      `import x from "./link.json" with { type: "json" }; console.log(x);`,
      [`${folder}/link.json`],
      "agent.ts",
    ],
    [`console.log(await import("${secret}".slice(0) + "", { with: { type: "json" } }));`, []],
    [`console.log(await import("${other.folder}/" + "secret.json", { with: { type: "json" } }));`, [
      secret,
    ]],
    [`console.log(require("${other.folder}/" + "secret.json"));`, [secret]],
    [`const name = "ret"; console.log(await import("${up}${other.folder.slice(1)}/sec" + name));`, [
      secret,
      text,
    ]],
    [
      `import x from "/proc/version" with { type: "text" }; console.log(x);`,
      ["/proc/version"],
      "agent.ts",
    ],
  ];
  for (const [source, expected, importer] of table) {
    const path = await project.write("agent.ts", source);
    const foreign = await foreignModules(await bundle(path), path);
    assertEquals(foreign.map(({ module }) => module).sort(), expected.toSorted(), source);
    for (const found of foreign) {
      assertEquals(found.reason.includes(outside), true, found.reason);
      assertEquals(found.importer, importer && `${folder}/${importer}`);
    }
  }
});

Deno.test("foreignModules() uses the folder of the agent if it finds no project", async () => {
  const parent = await Deno.makeTempDir();
  const folder = await Deno.realPath(parent);
  await Deno.mkdir(`${folder}/agent`);
  await Deno.writeTextFile(`${folder}/above.json`, "{}");
  await Deno.writeTextFile(`${folder}/agent/below.json`, "{}");
  const path = `${folder}/agent/agent.ts`;
  await Deno.writeTextFile(
    path,
    'import a from "../above.json" with { type: "json" };\n' +
      'import b from "./below.json" with { type: "json" };\nconsole.log(a, b);',
  );
  const found = async () => (await foreignModules(await bundle(path), path));
  assertEquals((await found()).map(({ module }) => module), [`${folder}/above.json`]);
  await Deno.writeTextFile(`${folder}/package.json`, "{}");
  assertEquals(await found(), []);
  await Deno.remove(parent, { recursive: true });
});

Deno.test("foreignModules() accepts remote code over HTTPS, and lists code over plain HTTP", async () => {
  await using project = await createProject("export {};");
  const bundle =
    "// deno:https://example.com/a.ts\nvar a = 1;\n\n// deno:http://example.com/b.ts\n" +
    "var b = 2;\n\n// <data:application/json,{}>\nvar c = 3;\n";
  assertEquals(await foreignModules(bundle, project.agent), [
    { module: "http://example.com/b.ts", reason: "expected https" },
  ]);
  assertEquals(await foreignModules("", project.agent), []);
  await assertRejects(() => foreignModules("var a = 1;", project.agent), BundleError);
});
