/** A hostile repository that a developer opens: its files must not reach beyond the repository. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Manifest } from "../../src/agent/manifest.ts";
import { withVersion } from "../../src/cli/git.ts";
import { bundle } from "../../src/project/bundle.ts";
import { foreignModules } from "../../src/project/foreign_modules.ts";
import { createProject } from "../project.ts";
import { run, runIn } from "../serving.ts";
import { isMissing } from "../tools.ts";
import { runToEnd } from "../waiting.ts";

/**
 * Paths of links to a secret file of JSON outside the repository, with the specifier that imports
 * the link. The bundler writes other names for most of them.
 */
const links: readonly (readonly [path: string, specifier: string])[] = [
  ["link.json", "./link.json?query"],
  ["link.json", "./link.json#fragment"],
  ["npm:a/link.json", "./npm:a/link.json"],
  ["jsr:/link.json", "./jsr:/link.json"],
  ["https:/link.json", "./https:/link.json"],
  ["http:/link.json", "./http:/link.json"],
  ["data:link.json", "./data:link.json"],
  ["node:fs.json", "./node:fs.json"],
  ["deno:link.json", "./deno:link.json"],
  ["deno:https:/link.json", "./deno:https:/link.json"],
  ["<link.json", "./%3Clink.json"],
  ["a\nb.json", "./a%0Ab.json"],
  ["own.ts\nb.json", "./own.ts%0Ab.json"],
  ["a\rb.json", "./a%0Db.json"],
  ["a\u2028b.json", "./a%E2%80%A8b.json"],
  ["own.ts\u2029b.json", "./own.ts\u2029b.json"],
  ['a"\n.json', "./a%22%0A.json"],
  ["a\nb/link.json", "./a%0Ab/link.json"],
  ["a\\b.json", "./a%5Cb.json"],
  ["own\\own.json", "./own%5Cown.json"],
  ["a\\n.json", "./a%5Cn.json"],
  ["a\\b\nc/link.json", "./a%5Cb%0Ac/link.json"],
  ["a\\..\\own.json", "./a%5C..%5Cown.json"],
  ["own.ts with { type: 'json' }", "./own.ts%20with%20{%20type:%20'json'%20}"],
  ["a%41.json", "./a%2541.json"],
  ["\x1b[2J.json", "./%1B[2J.json"],
  [" a.json ", "./%20a.json%20"],
];

Deno.test("An agent cannot import a file outside its project by a link with a misleading name", async (t) => {
  await using other = await createProject("export {};");
  const secret = await other.write("secret.json", '{ "secret": "4711" }');
  for (const [path, specifier] of links) {
    await t.step(JSON.stringify(path), async () => {
      await using project = await createProject("export {};");
      await project.write("own.ts", "export {};");
      await Deno.mkdir(`${project.folder}/own`);
      await project.write("own/own.json", "{}");
      await Deno.mkdir(`${project.folder}/${path}`.replace(/[^/]*$/, ""), { recursive: true });
      await Deno.symlink(secret, `${project.folder}/${path}`);
      const agent = await project.write(
        "agent.ts",
        `import x from ${JSON.stringify(specifier)} with { type: "json" }; console.log(x);`,
      );
      const code = await bundle(agent);
      assertStringIncludes(code, "4711");
      const found = await foreignModules(code, agent);
      assertEquals(found.map(({ module }) => module), [`${project.folder}/${path}`]);
    });
  }
});

Deno.test("An agent in a subfolder cannot import a file outside its project by a link above it", async () => {
  await using other = await createProject("export {};");
  const secret = await other.write("secret.json", '{ "secret": "4711" }');
  await using project = await createProject("export {};");
  await Deno.mkdir(`${project.folder}/sub`);
  await Deno.symlink(secret, `${project.folder}/a\\b.json`);
  const agent = await project.write(
    "sub/agent.ts",
    `import x from "../a%5Cb.json" with { type: "json" }; console.log(x);`,
  );
  const found = await foreignModules(await bundle(agent), agent);
  assertEquals(found.map(({ module }) => module), [`${project.folder}/a\\b.json`]);
});

const git = "/usr/bin/git";

Deno.test({
  name: "A repository cannot make git start a program by a filter whose name is not UTF-8",
  ignore: isMissing(git),
  async fn() {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/agent.ts`;
    const version = async () => (await withVersion(path, {} as Manifest)).version;
    const latin1 = (text: string) => Uint8Array.from(text, (one) => one.charCodeAt(0));
    try {
      await Deno.writeTextFile(path, "export default {};\n");
      for (
        const args of [
          ["init", "-q"],
          ["add", "."],
          ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "First"],
        ]
      ) assert((await runToEnd(git, { args: ["-C", folder, ...args] })).success);
      assert(await version() !== undefined);
      await Deno.writeFile(`${folder}/.git/info/attributes`, latin1("* filter=\xff\n"));
      await Deno.writeFile(
        `${folder}/.git/config`,
        latin1(`[filter "\xff"]\nclean = "touch ${folder}/started; cat"\n`),
        { append: true },
      );
      await Deno.writeTextFile(path, "export default [];\n");
      await Deno.utime(path, 1, 1);
      assertEquals(await version(), undefined);
      await assertRejects(() => Deno.lstat(`${folder}/started`), Deno.errors.NotFound);
      await runToEnd(git, { args: ["-C", folder, "status"] });
      await Deno.lstat(`${folder}/started`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("The lock file of a repository cannot be a link to a file of the user, or a FIFO", async (t) => {
  await using other = await createProject("export {};");
  await using project = await createProject(
    'export default { commands: { ok: () => "fine" } };',
  );
  const { folder, agent } = project;
  const lock = `${folder}/permissions.lock.json`;
  const text = await other.write("secret", "4711\n");
  const json = await other.write("secret.json", '{ "version": 1, "token4711": "4711" }');
  const missing = `${other.folder}/missing`;
  const kinds: [kind: string, make: () => unknown][] = [
    ["a link to plain text", () => Deno.symlink(text, lock)],
    ["a link to JSON", () => Deno.symlink(json, lock)],
    ["a link to a missing file", () => Deno.symlink(missing, lock)],
    ["a link to a device", () => Deno.symlink("/dev/zero", lock)],
    ["a link to the environment", () => Deno.symlink("/proc/self/environ", lock)],
    ["a FIFO", () => runToEnd("/usr/bin/mkfifo", { args: [lock] })],
    ["a folder", () => Deno.mkdir(lock)],
  ];
  for (const [kind, make] of kinds) {
    await t.step(kind, async () => {
      await make();
      const commands = [["validate", agent], ["permissions", agent, "--check"], [
        "permissions",
        agent,
        "--lock",
      ]];
      const results = await Promise.all(commands.map((words) => run(...words)));
      for (const { code, stdout, stderr } of results) {
        assertEquals(code, 3, stdout);
        assertStringIncludes(stderr, "is a link or another special file");
        assertEquals(/4711|PATH=/.test(stdout + stderr), false);
      }
      await Deno.remove(lock);
    });
  }
  assertEquals(await Deno.readTextFile(text), "4711\n");
  await assertRejects(() => Deno.lstat(missing), Deno.errors.NotFound);
});

Deno.test("init writes no file behind a link of a repository", async () => {
  await using other = await createProject("export {};");
  await using project = await createProject("export default { commands: {} };");
  const { folder } = project;
  await Deno.mkdir(`${folder}/.git`);
  for (const name of ["checks", ".github", ".vscode"]) {
    await Deno.symlink(other.folder, `${folder}/${name}`);
  }
  const results = [
    await run("init", "--check", "queue", folder),
    await run("init", `${folder}/new`, "--monorepo"),
  ];
  for (const { code, stderr } of results) {
    assertEquals(code, 3);
    assertStringIncludes(stderr, "is a link to a folder outside of the project");
  }
  const names = [...Deno.readDirSync(other.folder)].map(({ name }) => name).sort();
  assertEquals(names, ["agent.ts", "deno.json"]);
});

Deno.test("An agent that is a link to a file outside of its project is not read", async () => {
  await using other = await createProject("export {};");
  const secret = await other.write(".env", "TOKEN=abc123SECRET\n");
  await using project = await createProject('export default { commands: { a: () => "fine" } };');
  await Deno.symlink(secret, `${project.folder}/linked.ts`);
  await Deno.symlink("agent.ts", `${project.folder}/own.ts`);
  const linked = await run("validate", `${project.folder}/linked.ts`);
  assertEquals(linked.code, 3);
  assertStringIncludes(linked.stderr, "It is a link to another project");
  assertEquals(linked.stderr.includes("abc123SECRET"), false);
  assertEquals((await run("validate", `${project.folder}/own.ts`)).code, 0);
});

Deno.test("compile writes no file behind a link of a repository", async () => {
  await using other = await createProject("export {};");
  await using project = await createProject(
    'export default { tls: false, commands: { a: () => "fine" } };',
  );
  const { folder, agent } = project;
  await Deno.symlink(other.folder, `${folder}/link`);
  for (const out of ["link", "link/new/dist"]) {
    const { code, stderr } = await runIn(folder, "compile", agent, `--out=${out}`);
    assertEquals(code, 3, stderr);
    assertStringIncludes(stderr, "a link leads to another folder");
  }
  const victim = await other.write("victim", "untouched");
  const deb = ["--deb", "--no-runtime", "--package-version=1"];
  assertEquals((await runIn(folder, "compile", agent, "--out=dist", ...deb)).code, 0);
  const [name] = [...Deno.readDirSync(`${folder}/dist`)].map(({ name }) => name)
    .filter((name) => name.endsWith(".deb"));
  await Deno.remove(`${folder}/dist/${name}`);
  await Deno.symlink(victim, `${folder}/dist/${name}`);
  assertEquals((await runIn(folder, "compile", agent, "--out=dist", ...deb)).code, 0);
  assertEquals(await Deno.readTextFile(victim), "untouched");
  const names = [...Deno.readDirSync(other.folder)].map(({ name }) => name).sort();
  assertEquals(names, ["agent.ts", "deno.json", "victim"]);
});

Deno.test("Texts of a repository cannot control the terminal of a developer", async () => {
  const evil = "\x1b[2J\u202e\x07\x9b";
  await using project = await createProject(`
    import { defineAgent, defineCheck, option, plugin, shell } from "@checkwright/checkwright";
    const evil = ${JSON.stringify(evil)};
    export default defineAgent({ commands: {
      evil: defineCheck({
        description: "a\\nFORGED" + evil,
        options: { name: option.text({ description: "a\\nFORGED" + evil, default: evil }) },
        run(_, { log }) {
          log("a\\nb" + evil);
          console.log(evil);
          throw new Error(evil);
        },
      }),
      line: shell("echo '" + evil + "'"),
      plugin: plugin(["/bin/echo", evil]),
    } });`);
  const { agent } = project;
  for (
    const words of [["list", agent], ["validate", agent], ["permissions", agent], [
      "run",
      agent,
      "evil",
      "--help",
    ], ["run", agent, "evil"]]
  ) {
    const { stdout, stderr } = await run(...words);
    // The output of a command is printed as it is, like that of a plugin.
    const shown = words.length === 3 && words[0] === "run" ? stderr : stdout + stderr;
    assertEquals(/[\p{Cf}\p{Cc}]/u.test(shown.replaceAll(/[\n\t]/g, "")), false, shown);
    assertEquals(/^FORGED/m.test(shown), false, shown);
  }
});
