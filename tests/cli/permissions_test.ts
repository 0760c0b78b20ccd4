import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createProject, type Project } from "../project.ts";
import { run } from "../serving.ts";
import { isMissing } from "../tools.ts";
import { runToEnd } from "../waiting.ts";

const agent = (...commands: string[]) => `
import { defineAgent, defineCheck, ok, plugin, shell } from "@checkwright/checkwright";
const check = (permissions: object, settings = {}) =>
  defineCheck({ description: "One of ours", permissions, run: () => ok("x") })({}, settings);
export default defineAgent({ commands: {\n${commands.join(",\n")}\n} });
`;

const queue = 'check_queue: check({ net: ["10.0.0.7:6379"] })';
const disk = 'check_disk: check({ read: ["/"], sys: ["statfs"] })';
const old = 'check_old: check({ run: ["/usr/bin/env"] })';

Deno.test("permissions lists each permission with its commands, and marks broad ones and programs", async () => {
  const raid = 'check_raid: plugin(["/usr/bin/true"])';
  await using project = await createProject(agent(queue, disk, raid, 'sh: shell("df | tail -1")'));
  const { code, stdout } = await run("permissions", project.agent);
  assertEquals(code, 0);
  const table = stdout.replaceAll(/ +/g, " ");
  for (
    const row of [
      " ! read / check_disk One of ours",
      " net 10.0.0.7:6379 check_queue One of ours",
      " net 127.0.0.1:5666 (daemon) Listens on this address",
      " * run /usr/bin/true check_raid A plugin",
      " !* run /bin/sh (daemon) Starts the helper that ends processes",
      " sh A shell line: df | tail -1",
      "! read / allows the whole file system",
      "* not sandboxed: permissions do not restrict a running program",
      " --allow-net=10.0.0.7:6379,127.0.0.1:5666",
    ]
  ) assertStringIncludes(table, `${row}\n`);

  const { permissions, flags } = JSON.parse(
    (await run("permissions", project.agent, "--json")).stdout,
  );
  assertEquals(permissions.find(({ kind }: { kind: string }) => kind === "read"), {
    kind: "read",
    entry: "/",
    broad: "allows the whole file system",
    needed: [{ command: "check_disk", why: "One of ours" }],
  });
  assertEquals(flags.map((flag: string) => flag.split("=")[0]), [
    "--allow-read",
    "--allow-net",
    "--allow-sys",
    "--allow-run",
  ]);
});

Deno.test(
  "permissions --check fails on an additional host, and names the commit of the lock file",
  {
    ignore: isMissing("/usr/bin/git"),
  },
  async () => {
    await using project = await createProject(agent(queue, old));
    const git = repository(project);
    await git("init", "--quiet");
    assertEquals((await run("permissions", project.agent, "--lock")).code, 0);
    const fresh = await run("permissions", project.agent, "--check");
    assertEquals(fresh.code, 0);
    assertEquals(
      fresh.stdout,
      `permissions.lock.json grants everything that ${project.agent} requests\n`,
    );
    await git("add", "--all");
    await git("commit", "--quiet", "--message=lock");
    const since = (await git("log", "-1", "--format=since %h (%cs)")).trim();

    await project.write(
      "agent.ts",
      agent(queue.replace("6379", '6379", "10.0.0.8:6379'), 'check_new: check({ env: ["A"] })'),
    );
    const { code, stdout } = await run("permissions", project.agent, "--check");
    assertEquals(code, 1);
    assertEquals(
      stdout,
      `permissions.lock.json does not grant everything that ${project.agent} requests:
  check_new    + env A              ${since}  new command
  check_queue  + net 10.0.0.8:6379  ${since}
Granted and no longer needed:
  check_old  - run /usr/bin/env
Review the change, then run: checkwright permissions ${project.agent} --lock
`,
    );
    const json = JSON.parse((await run("permissions", project.agent, "--check", "--json")).stdout);
    assertEquals(json.more[1], { command: "check_queue", kind: "net", entry: "10.0.0.8:6379" });
    assertEquals(json.spare, [{ command: "check_old", kind: "run", entry: "/usr/bin/env" }]);
    assertEquals(`since ${json.since.hash} (${json.since.date})`, since);

    // Without a repository the commit is unknown. The rest of the output is the same.
    await Deno.rename(`${project.folder}/.git`, `${project.folder}/gone`);
    const alone = await run("permissions", project.agent, "--check");
    const narrow = (text: string) => text.replaceAll(/ +/g, " ");
    assertEquals(alone.code, 1);
    assertEquals(
      narrow(alone.stdout),
      narrow(stdout.replaceAll(` ${since}`, "")).replaceAll(" \n", "\n"),
    );
    await Deno.rename(`${project.folder}/gone`, `${project.folder}/.git`);

    // The lock file differs from the committed one.
    await run("permissions", project.agent, "--lock");
    await project.write("agent.ts", agent('check_new: check({ env: ["A", "B"] })'));
    const changed = await run("permissions", project.agent, "--check");
    assertMatch(changed.stdout, /^ {2}check_new {2}\+ env B$/m);
    const stat = await git("diff", "--stat", "--", "permissions.lock.json");
    assertStringIncludes(stat, "permissions.lock.json");
  },
);

Deno.test("permissions --check succeeds if the lock file grants more than needed, and lists the unneeded entries", async () => {
  await using project = await createProject(agent(queue, old));
  await run("permissions", project.agent, "--lock");
  await project.write("agent.ts", agent(queue));
  const { code, stdout } = await run("permissions", project.agent, "--check");
  assertEquals(code, 0);
  assertStringIncludes(stdout, "Granted and no longer needed:\n  check_old  - run /usr/bin/env\n");
});

Deno.test("A lock file does not depend on host settings or installed programs", async () => {
  await using project = await createProject(agent(queue, 'raid: plugin(["/no/such/plugin"])'));
  const settings = await project.write("settings.yaml", "listen: 0.0.0.0:1\n");
  assertEquals((await run("permissions", project.agent, "--lock")).code, 0);
  const lock = JSON.parse(await Deno.readTextFile(`${project.folder}/permissions.lock.json`));
  assertEquals([lock.listen, lock.commands.raid.executable], [
    ["127.0.0.1:5666"],
    "/no/such/plugin",
  ]);
  const refused = await run("permissions", project.agent, "--check", "--settings", settings);
  assertEquals(refused.code, 3);
  assertStringIncludes(refused.stderr, "a lock covers only the agent's code");
  // The missing plugin is an error of the table on this host, but not of the lock.
  assertEquals((await run("permissions", project.agent)).code, 3);
  assertEquals((await run("permissions", project.agent, "--check")).code, 0);
});

Deno.test("permissions refuses invalid options in one line, and reports all errors of a lock file", async () => {
  await using project = await createProject(agent(queue));
  const other = await project.write("other.ts", agent(disk));
  const refused = async (...args: string[]) => {
    const { code, stdout, stderr } = await run("permissions", ...args);
    assertEquals([code, stdout], [3, ""]);
    return stderr;
  };
  assertStringIncludes(await refused(project.agent, "--check"), "Missing lock file");
  assertStringIncludes(await refused(project.agent, "--lock", "--check"), "expected one of them");
  await run("permissions", project.agent, "--lock");
  for (const option of ["--lock", "--check"]) {
    assertStringIncludes(await refused(other, option), 'is the lock of "agent.ts"');
  }
  await project.write("permissions.lock.json", '{ "version": 1, "module": 5, "commands": {} }');
  const errors = await refused(project.agent, "--check");
  assertEquals(errors.trim().split("\n").length, 3, errors);
  assertStringIncludes(errors, "permissions.lock.json: lock.module: Invalid value 5");
  await project.write("agent.ts", agent("check_bad: check({ read: ['relative'] })"));
  assertStringIncludes(await refused(project.agent, "--lock"), "check_bad.permissions.read");
});

Deno.test("validate refuses an agent that requests more than its lock file grants", async () => {
  await using project = await createProject(agent(queue));
  assertEquals((await run("validate", project.agent)).code, 0);
  await run("permissions", project.agent, "--lock");
  assertEquals((await run("validate", project.agent)).code, 0);
  await project.write("agent.ts", agent(queue.replace("6379", "6380")));
  const { code, stderr } = await run("validate", project.agent);
  assertEquals(code, 3);
  assertStringIncludes(
    stderr,
    "error: commands.check_queue: permissions.lock.json does not grant net 10.0.0.7:6380",
  );
  await project.write("permissions.lock.json", "{");
  assertStringIncludes(
    (await run("validate", project.agent)).stderr,
    "permissions.lock.json: lock: Cannot parse JSON",
  );
});

function repository({ folder }: Project): (...args: string[]) => Promise<string> {
  const author = ["-c", "user.name=Tester", "-c", "user.email=tester@example.com"];
  return async (...args) => {
    const { code, stdout, stderr } = await runToEnd("/usr/bin/git", {
      args: ["-C", folder, ...author, "-c", "commit.gpgsign=false", ...args],
      stdout: "piped",
      stderr: "piped",
    });
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  };
}
