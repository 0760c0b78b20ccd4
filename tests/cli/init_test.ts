import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { run, serve } from "../serving.ts";
import { isMissing, tools } from "../tools.ts";
import { runToEnd } from "../waiting.ts";

/** Creates a temporary folder for projects. */
async function folder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "checkwright-init-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Returns the files of a folder by path, with their texts. */
async function filesOf(path: string, below = ""): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(`${path}/${below}`)) {
    if (isDirectory) Object.assign(files, await filesOf(path, `${below}${name}/`));
    else files[`${below}${name}`] = await Deno.readTextFile(`${path}/${below}${name}`);
  }
  return files;
}

/** Runs Deno in the folder of a project. */
async function deno(cwd: string, args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await runToEnd(Deno.execPath(), {
    args,
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("init creates a project that passes its own tests and its linter without a network", async () => {
  await using temp = await folder();
  const started = await run("init", `${temp.path}/checks`);
  assertEquals([started.code, started.stderr], [0, ""]);
  assertMatch(
    started.stdout,
    /^ {2}cd \S+\n {2}.*\bdeno\S* task test .*\n {2}.*\bdeno\S* task dev /m,
  );

  const home = `${temp.path}/home`;
  await Deno.mkdir(home);
  const unreachable = "http://127.0.0.1:9";
  const alone = {
    HOME: home,
    DENO_DIR: `${home}/deno`,
    JSR_URL: unreachable,
    NPM_CONFIG_REGISTRY: unreachable,
    HTTP_PROXY: unreachable,
    HTTPS_PROXY: unreachable,
  };
  const tests = await deno(`${temp.path}/checks`, ["task", "test"], alone);
  assertEquals(tests.code, 0, tests.stderr);
  assertStringIncludes(tests.stdout, "3 passed");
  const clean = await deno(`${temp.path}/checks`, ["task", "check"], alone);
  assertEquals(clean.code, 0, clean.stderr);
  assert(!clean.stderr.includes("Warning"), clean.stderr);

  const valid = await deno(`${temp.path}/checks`, ["task", "validate"]);
  assertEquals(valid.code, 0, valid.stderr);
  assertMatch(valid.stdout, /^agent\.ts is valid: 2 checks\n$/m);
});

Deno.test("A clone of a repository with a project passes its workflow, in another place", {
  ignore: isMissing("/usr/bin/git"),
}, async () => {
  await using temp = await folder();
  const [repository, clone] = [`${temp.path}/shop`, `${temp.path}/other/place`];
  const git = async (...args: string[]) => {
    const identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    const { success, stderr } = await runToEnd("/usr/bin/git", { args: [...identity, ...args] });
    assert(success, new TextDecoder().decode(stderr));
  };
  await git("init", "-q", repository);
  await Deno.mkdir(`${repository}/.vscode`);
  await Deno.writeTextFile(`${repository}/.vscode/settings.json`, "{}\n");
  const created = await run("init", "--monorepo", `${repository}/ops/checks`);
  assertEquals([created.code, created.stderr], [0, ""]);
  assertStringIncludes(created.stdout, "settings.json exists and was not changed. Add these lines");
  assertStringIncludes(created.stdout, '"deno.enablePaths": [\n    "ops/checks"\n  ]');
  await git("-C", repository, "add", ".");
  await git("-C", repository, "commit", "-qm", "First");
  await git("clone", "-q", repository, clone);
  await Deno.remove(repository, { recursive: true });

  const workflow = await Deno.readTextFile(`${clone}/.github/workflows/checks.yaml`);
  assertStringIncludes(workflow, `deno-version: ${Deno.version.deno}\n`);
  const [, at] = /^ {4}working-directory: "(.*)"$/m.exec(workflow)!;
  const steps = [...workflow.matchAll(/^ {6}- run: deno (.*)$/gm)].map(([, step]) => step!);
  assertEquals(steps.length, 4);
  for (const step of steps) {
    const { code, stderr } = await deno(`${clone}/${at}`, step.split(" "));
    assertEquals(code, 0, `${step}: ${stderr}`);
    assert(!stderr.includes("Warning"), stderr);
  }
  const status = await runToEnd("/usr/bin/git", { args: ["-C", clone, "status", "--porcelain"] });
  assertEquals(new TextDecoder().decode(status.stdout), "", "the workflow changed files");
  const own = new URL("../../", import.meta.url).pathname;
  const all = Object.entries(await filesOf(`${clone}/${at}`));
  assertEquals(all.filter(([, text]) => text.includes(own)).map(([path]) => path), []);
});

Deno.test("init writes the workflow above the folder only with --monorepo", async () => {
  await using temp = await folder();
  await Deno.mkdir(`${temp.path}/shop/.git`, { recursive: true });
  const inside = await run("init", `${temp.path}/shop/checks`);
  assertStringIncludes(inside.stdout, "GitHub reads workflows only there. With --monorepo, ");
  const path = ".github/workflows/checks.yaml";
  const workflow = await Deno.readTextFile(`${temp.path}/shop/checks/${path}`);
  assert(!workflow.includes("working-directory"), workflow);
  assertEquals([...Deno.readDirSync(`${temp.path}/shop`)].map(({ name }) => name).sort(), [
    ".git",
    "checks",
  ]);
  const alone = await run("init", "--monorepo", `${temp.path}/alone`);
  assertEquals(alone.code, 3);
  assertMatch(
    alone.stderr,
    /: no folder above it is a git repository, which --monorepo requires\n$/,
  );
});

Deno.test("init --check adds a check that passes its test, and prints the lines for the agent", async () => {
  await using temp = await folder();
  const path = `${temp.path}/checks`;
  await run("init", path);
  const added = await run("init", path, "--check", "queue-depth");
  assertEquals([added.code, added.stderr], [0, ""]);
  const [imported, command] = added.stdout.split("\n").slice(2);
  const agent = await Deno.readTextFile(`${path}/agent.ts`);
  await Deno.writeTextFile(
    `${path}/agent.ts`,
    `${imported!.trim()}\n${agent.replace("commands: {\n", (start) => `${start}  ${command}\n`)}`,
  );
  assertEquals((await run("init", path, "--check", "new")).code, 0);
  for (const words of [["task", "test"], ["task", "check"]]) {
    const { code, stdout, stderr } = await deno(path, words);
    assertEquals(code, 0, stdout + stderr);
  }
  const listed = await run("list", `${path}/agent.ts`, "--names");
  assertStringIncludes(listed.stdout, "check_queue_depth\n");

  const refusals: [args: string[], reason: string][] = [
    [[path, "--check", "queue_depth"], "checks/queue_depth.ts exists already"],
    [[path, "--check", "../x"], 'Invalid name "../x": expected lower-case words'],
    [[temp.path, "--check", "x"], "agent.ts is missing: expected the folder of a project"],
    [[path, "--check", "x", "--monorepo"], "Cannot combine --check with --monorepo"],
    [[], "Missing DIR"],
  ];
  for (const [args, reason] of refusals) {
    const { code, stderr } = await run("init", ...args);
    assertEquals(code, 3);
    assertStringIncludes(stderr, reason);
  }
});

Deno.test("The tasks of a new project run existing subcommands", async () => {
  await using temp = await folder();
  await run("init", `${temp.path}/checks`);
  const { tasks } = JSON.parse(await Deno.readTextFile(`${temp.path}/checks/deno.json`));
  const { stdout } = await run("help");
  for (const command of Object.values<string>(tasks)) {
    const [, name] = /checkwright (\w+)/.exec(command) ?? [];
    if (name !== undefined) assertMatch(stdout, new RegExp(`^  ${name} `, "m"));
  }
});

Deno.test(
  "A new project answers check_nrpe",
  { ignore: tools.checkNrpe === undefined },
  async () => {
    await using temp = await folder();
    await run("init", `${temp.path}/checks`);
    await using served = await serve(
      `${temp.path}/checks/agent.ts`,
      ...["--settings", `${temp.path}/checks/settings.yaml`],
    );
    const ask = async (...args: string[]) => {
      const { stdout } = await runToEnd(tools.checkNrpe!, {
        args: ["-H", "127.0.0.1", "-p", `${served.port}`, "-c", "check_spool", ...args],
      });
      return new TextDecoder().decode(stdout);
    };
    assertMatch(
      await ask(),
      /^\d+ files waiting in \/var\/tmp\|files=\d+;100;500;0\n$/,
    );
    assertMatch(await ask("-a", "-w 7"), /\|files=\d+;7;500;0\n$/);
  },
);

Deno.test("init does not overwrite files, and reports in one line why it refuses a folder", async () => {
  await using temp = await folder();
  await Deno.writeTextFile(`${temp.path}/notes.txt`, "mine");
  const cases: [path: string, reason: RegExp][] = [
    [temp.path, /: the folder contains "notes\.txt"\n$/],
    [`${temp.path}/notes.txt`, /File exists/],
    [`${temp.path}/notes.txt/x`, /Not a directory/],
    ["/proc/nowhere", /access/],
  ];
  for (const [path, reason] of cases) {
    const { code, stdout, stderr } = await run("init", path);
    assertEquals([code, stdout], [3, ""]);
    assertMatch(stderr, /^checkwright: Cannot create a project in "[^"]+": .*\n$/);
    assertMatch(stderr, reason);
  }
  await Deno.writeTextFile(`${temp.path}/more.txt`, "mine");
  assertStringIncludes(
    (await run("init", temp.path)).stderr,
    'the folder contains "more.txt" and 1 more',
  );
  assertEquals(await filesOf(temp.path), { "notes.txt": "mine", "more.txt": "mine" });

  // A new repository contains only .git.
  await Deno.mkdir(`${temp.path}/repository/.git`, { recursive: true });
  assertEquals((await run("init", `${temp.path}/repository`)).code, 0);
});

Deno.test("The name of a project cannot inject code, and its files stay formatted", async () => {
  await using temp = await folder();
  for (const name of ["it's $(a) `b` *c* <d>\n# e", "__proto__", "{{name}}", "日本", "%41 #1?"]) {
    const path = `${temp.path}/${name}`;
    const { code, stdout } = await run("init", path);
    assertEquals(code, 0);
    assertEquals(stdout.split("\n").filter((line) => line.startsWith("  cd ")).length, 1);
    const heading = (await Deno.readTextFile(`${path}/README.md`)).split("\n")[0]!;
    assertMatch(heading, /^# [\p{L}\p{N} ._-]+$/u);
    const clean = await deno(path, ["fmt", "--check"]);
    assertEquals(clean.code, 0, `${name}: ${clean.stderr}`);
  }
});
