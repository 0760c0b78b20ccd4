/** `checkwright compile`: the files that it writes, and the agents that it refuses. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createProject } from "../project.ts";
import { run } from "../serving.ts";
import { isMissing } from "../tools.ts";
import { runToEnd } from "../waiting.ts";

const analyze = "/usr/bin/systemd-analyze";

const source = `
import { defineAgent, ok } from "@checkwright/checkwright";
import { load } from "@checkwright/checkwright/checks";
import { text } from "./text.ts";
export default defineAgent({
  allowedHosts: ["127.0.0.1", "10.0.0.0/8"],
  commands: {
    check_load: load({ warning: "5", critical: "10" }),
    check_text: () => ok(text),
  },
});
`;

async function filesOf(folder: string): Promise<Record<string, string>> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, await Deno.readTextFile(`${folder}/${name}`)]),
    ),
  );
}

Deno.test("compile writes the same files, smaller than a megabyte, for the same project in any folder", async () => {
  const compiled: Record<string, string>[] = [];
  for (const depth of ["", "/deeper/down"]) {
    await using project = await createProject("");
    const folder = `${project.folder}${depth}`;
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/agent.ts`, source);
    await Deno.writeTextFile(`${folder}/text.ts`, 'export const text = "some text";\n');
    for (const out of ["out", "again"]) {
      const result = await run("compile", `${folder}/agent.ts`, "--out", `${folder}/${out}`);
      assertEquals([result.code, result.stderr], [0, ""]);
      compiled.push(await filesOf(`${folder}/${out}`));
    }
  }
  const [first, ...others] = compiled;
  assertEquals(Object.keys(first!), [
    "acceptor.js",
    "agent.js",
    "check_nrpe",
    "checkwright",
    "checkwright.service",
    "daemon.js",
    "first_start.js",
    "imports.json",
    "manifest.json",
    "process_imports.json",
    "sandbox.js",
    "settings.example.yaml",
    "settings.schema.json",
  ]);
  for (const other of others) assertEquals(other, first);
  const bytes = Object.values(first!).reduce((sum, text) => sum + text.length, 0);
  assert(bytes < 1_000_000, `${bytes} bytes`);
  for (const [name, text] of Object.entries(first!)) {
    assert(
      !text.includes("checkwright-test-"),
      `${name} contains a path of the build machine`,
    );
  }
});

Deno.test("compile makes only the launcher and check_nrpe executable", async () => {
  await using project = await createProject(source);
  await project.write("text.ts", 'export const text = "some text";\n');
  const out = `${project.folder}/out`;
  assertEquals((await run("compile", project.agent, "--out", out)).code, 0);
  for (const { name } of Deno.readDirSync(out)) {
    const { mode } = await Deno.stat(`${out}/${name}`);
    const expected = ["check_nrpe", "checkwright"].includes(name) ? 0o755 : 0o644;
    assertEquals(mode! & 0o777, expected, name);
  }
});

Deno.test("compile writes to a new folder, an empty one, or that of an earlier deployable", async () => {
  await using project = await createProject(
    'import { defineAgent } from "@checkwright/checkwright"; export default defineAgent({ commands: {} });',
  );
  const compile = (folder: string) => run("compile", project.agent, "--out", folder);
  const refused = await compile(project.folder);
  assertEquals([refused.code, refused.stdout], [3, ""]);
  assertStringIncludes(
    refused.stderr,
    `Cannot write to "${project.folder}": it contains "agent.ts", which is not a part of a deployable`,
  );
  const out = `${project.folder}/out`;
  // The manifest is written last, so an earlier attempt may have left other files.
  await Deno.mkdir(out);
  await project.write("out/daemon.js", "");
  await project.write("out/.gitignore", "*");
  assertEquals((await compile(out)).code, 0);
  await project.write("out/notes.txt", "");
  assertEquals((await compile(out)).code, 0);
});

Deno.test("compile refuses an agent with type errors or other errors, and writes nothing", async () => {
  await using project = await createProject("");
  const out = `${project.folder}/out`;
  const refused = async (code: string, part: string | RegExp) => {
    await Deno.writeTextFile(project.agent, code);
    const result = await run("compile", project.agent, "--out", out);
    assertEquals([result.code, result.stdout], [3, ""]);
    if (typeof part === "string") assertStringIncludes(result.stderr, part);
    else assertMatch(result.stderr, part);
    await Deno.stat(out).then(
      () => assert(false, "compile wrote files"),
      (error) => assert(error instanceof Deno.errors.NotFound),
    );
  };
  await refused(source, "text.ts");
  await refused(
    source.replace('import { text } from "./text.ts"', "const text: string = 5"),
    /agent\.ts:4:7: [^]*TS2322/,
  );
  await refused(
    source.replace('import { text } from "./text.ts"', 'const text = ""')
      .replace("10.0.0.0/8", "10.0.0.0/80"),
    'allowedHosts[1]: Cannot parse allowed host "10.0.0.0/80"',
  );
  await refused('throw new Error("not today");', "Cannot evaluate it: Error: not today");
  const usage = await run("compile", project.agent);
  assertEquals(usage.code, 3);
  assertStringIncludes(usage.stderr, "--out");
});

Deno.test("systemd accepts the unit of the deployable", {
  ignore: isMissing(analyze),
}, async () => {
  await using project = await createProject(source);
  await project.write("text.ts", 'export const text = "some text";\n');
  const out = `${project.folder}/out`;
  assertEquals((await run("compile", project.agent, "--out", out)).code, 0);
  const unit = `${out}/checkwright.service`;
  const text = await Deno.readTextFile(unit);
  assertStringIncludes(text, "ExecStart=/usr/lib/checkwright/checkwright\n");
  await Deno.writeTextFile(
    unit,
    text.replace("ExecStart=/usr/lib/checkwright/", `ExecStart=${out}/`),
  );
  const { code, stderr } = await runToEnd(analyze, { args: ["verify", unit] });
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
});

Deno.test("compile refuses an agent that requests more than its lock file grants", async () => {
  await using project = await createProject(source);
  await project.write("text.ts", 'export const text = "some text";\n');
  assertEquals((await run("permissions", project.agent, "--lock")).code, 0);
  const out = `${project.folder}/out`;
  assertEquals((await run("compile", project.agent, "--out", out)).code, 0);
  await project.write(
    "agent.ts",
    source.replace(
      "() => ok(text)",
      'defineCheck({ description: "More", permissions: { net: ["192.0.2.1:80"] }, run: () => ok(text) })',
    ).replace("defineAgent, ok", "defineAgent, defineCheck, ok"),
  );
  const more = await run("compile", project.agent, "--out", `${out}2`);
  assertEquals(more.code, 3);
  assertMatch(more.stderr, /check_text.*net 192\.0\.2\.1:80/);
});

Deno.test("--deb builds a package that contains the deployable, its unit and its settings", {
  ignore: isMissing("/usr/bin/dpkg-deb"),
}, async () => {
  await using project = await createProject(source);
  await project.write("text.ts", 'export const text = "some text";\n');
  const out = `${project.folder}/out`;
  const built = await run(
    ...["compile", project.agent, "--out", out],
    ...["--deb", "--no-runtime", "--package-version", "1.2.3"],
  );
  assertEquals([built.code, built.stderr], [0, ""]);
  const path = `${out}/checkwright-agent_1.2.3_all.deb`;
  assertStringIncludes(built.stdout, path);
  const { stdout } = await runToEnd("/usr/bin/dpkg-deb", { args: ["-c", path] });
  const listed = new TextDecoder().decode(stdout);
  for (
    const name of [
      "./usr/lib/checkwright/checkwright",
      "./usr/lib/checkwright/agent.js",
      "./usr/lib/systemd/system/checkwright.service",
      "./etc/checkwright/settings.yaml",
    ]
  ) assertMatch(listed, new RegExp(`root/root .* ${RegExp.escape(name)}$`, "m"));

  const bad = await run("compile", project.agent, "--out", out, "--deb", "--package-version", "x");
  assertEquals(bad.code, 3);
  assertMatch(bad.stderr, /^checkwright: Invalid version "x": .*\n$/);
});

Deno.test("The version of an agent is the one that it sets, or that of git, or the digest", {
  ignore: isMissing("/usr/bin/git") || isMissing("/usr/bin/dpkg-deb"),
}, async () => {
  await using project = await createProject(source);
  await project.write("text.ts", 'export const text = "some text";\n');
  const out = `${project.folder}/out`;
  async function git(...args: string[]): Promise<void> {
    const identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    const ended = await runToEnd("/usr/bin/git", {
      cwd: project.folder,
      args: [...identity, ...args],
    });
    assert(ended.success, new TextDecoder().decode(ended.stderr));
  }
  async function versions(...options: string[]): Promise<string[]> {
    const built = await run("compile", project.agent, "--out", out, ...options);
    assertEquals([built.code, built.stderr], [0, ""]);
    const { stdout } = await runToEnd(`${out}/checkwright`, { args: ["--version"] });
    const packages = [...Deno.readDirSync(out)].map(({ name }) => name)
      .filter((name) => name.endsWith(".deb"));
    for (const name of packages) await Deno.remove(`${out}/${name}`);
    return [new TextDecoder().decode(stdout).trim(), ...packages];
  }
  const { checkwright: version } = JSON.parse((await run("version", "--json")).stdout);
  const [plain] = await versions();
  const { digest } = JSON.parse(await Deno.readTextFile(`${out}/manifest.json`));
  assertEquals(plain, `checkwright ${version}, agent.ts ${digest.slice(0, 12)}`);

  await project.write(".gitignore", "out\n");
  await git("init", "-q");
  await git("add", ".");
  await git("commit", "-qm", "First");
  const [commit, commitPackage] = await versions("--deb", "--no-runtime");
  const [, hash] = /^checkwright \S+, agent\.ts ([0-9a-f]{10})$/.exec(commit!) ?? [];
  assertEquals(commitPackage, `checkwright-agent_${version}+${hash}_all.deb`);
  await git("tag", "v1.2");
  await project.write("text.ts", 'export const text = "other text";\n');
  assertEquals(await versions("--deb", "--no-runtime"), [
    `checkwright ${version}, agent.ts v1.2-dirty`,
    "checkwright-agent_1.2-dirty_all.deb",
  ]);
  await project.write("agent.ts", source.replace("allowedHosts", 'version: "7.1", allowedHosts'));
  assertEquals(await versions(), [`checkwright ${version}, agent.ts 7.1`]);
});

Deno.test("--binary reports why an agent cannot be one executable", async () => {
  await using project = await createProject(source);
  await project.write("text.ts", 'export const text = "some text";\n');
  const { code, stderr } = await run(
    ...["compile", project.agent, "--out", `${project.folder}/out`, "--binary"],
  );
  assertEquals(code, 3);
  assertStringIncludes(
    stderr,
    "--binary: Cannot make one executable: it cannot make a certificate at its first start",
  );
});

Deno.test("compile --json prints what was written", async () => {
  await using project = await createProject(source.replace(/.*text.*\n/g, ""));
  const out = `${project.folder}/out`;
  const { code, stdout } = await run("compile", project.agent, "--out", out, "--json");
  assertEquals(code, 0);
  const { files, digest, version, ...rest } = JSON.parse(stdout);
  assertEquals(files.toSorted(), [...Deno.readDirSync(out)].map(({ name }) => name).sort());
  assertEquals(JSON.parse(await Deno.readTextFile(`${out}/manifest.json`)).digest, digest);
  assertEquals([version, rest], [digest.slice(0, 12), { folder: out, privileges: [] }]);
});
