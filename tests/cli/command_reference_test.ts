/** The page src/cli/README.md: its generated part and its console samples. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { formatReference } from "../../src/cli/command_reference.ts";
import { formatHelp, type Subcommand, type Subcommands } from "../../src/cli/usage.ts";
import { SUBCOMMANDS } from "../../src/cli/subcommand_table.ts";
import { assertGenerated } from "../generated_page.ts";
import { createProject, type Project } from "../project.ts";
import { consoleBlocks, parseConsole } from "../samples.ts";
import { isMissing } from "../tools.ts";
import { runToEnd } from "../waiting.ts";
import { installProgram } from "./installed.ts";

const page = "src/cli/README.md";

Deno.test("The command reference lists the current subcommands, options and exit codes", async () => {
  await assertGenerated(page, await formatReference(SUBCOMMANDS));
});

Deno.test("Each summary is a sentence, and each meaning of an option or word is a phrase", async () => {
  for (const [name, subcommand] of await loadAll(SUBCOMMANDS)) {
    assertMatch(subcommand.summary, /^[A-Z].*\.$/, name);
    assertMatch(formatHelp(name, subcommand), /\n\nExit codes:\n {2}0 /, name);
    for (
      const { meaning } of [...subcommand.line.words, ...Object.values(subcommand.line.options)]
    ) {
      assertMatch(meaning, /^[^A-Z.].*[^.]$|^[A-Z]{2}.*[^.]$/, `${name}: ${meaning}`);
    }
  }
});

async function loadAll(subcommands: Subcommands): Promise<[string, Subcommand][]> {
  const found: [string, Subcommand][] = [];
  for (const [name, load] of Object.entries(subcommands)) {
    const subcommand = await load();
    found.push([name, subcommand], ...await loadAll(subcommand.verbs ?? {}));
  }
  return found;
}

/** Returns the agent of the samples, with the hosts of its check_queue and its other commands. */
const checks = (queue: string, others: string[]) => `
import { defineAgent, defineCheck, ok, plugin } from "@checkwright/checkwright";
const check = (description: string, permissions: object, run = () => {}) =>
  defineCheck({ description, permissions, run: async () => (await run(), ok("0 jobs in the queue")) });
const runQueue = async () => {
  await Deno.readTextFile("/etc/hostname");
  await Deno.connect({ hostname: "127.0.0.1", port: 6379 }).then((one) => one.close(), () => {});
};
export default defineAgent({ commands: {
  check_queue: check("Jobs in the mail queue", { read: ["/etc"], net: [${queue}] }, runQueue),
  ${others.join(",\n  ")},
} });
`;
const root =
  'check_root: check("Free space of the root file system", { read: ["/"], sys: ["statfs"] })';
const raid = 'check_raid: plugin(["/usr/lib/nagios/plugins/check_disk"])';
const deploy = 'check_deploy: check("Free space", { read: ["/"] })';
const reviewed = checks('"10.0.0.7:6379"', [root, raid]);

/** Prepares the project for the sample that begins with the command. */
const preparations: Record<string, (project: Project) => Promise<unknown>> = {
  "checkwright serve --wacth": () => Promise.resolve(),
  "checkwright permissions agent.ts": (project) => project.write("agent.ts", reviewed),
  "checkwright permissions agent.ts --lock": () => Promise.resolve(),
  async "checkwright permissions agent.ts --check"(project) {
    for (
      const words of [
        ["init", "--quiet"],
        ["add", "permissions.lock.json"],
        ["commit", "--quiet", "--message=lock"],
      ]
    ) await git(project, words);
    await project.write(
      "agent.ts",
      checks('"10.0.0.7:6379", "10.0.0.8:6379"', [raid, deploy]),
    );
  },
  async "checkwright learn agent.ts check_queue"(project) {
    await project.write("agent.ts", checks('"127.0.0.1:6379", "10.0.0.8:6379"', [root]));
  },
};

async function git({ folder }: Project, words: string[]): Promise<void> {
  const author = ["-c", "user.name=Tester", "-c", "user.email=tester@example.com"];
  const { code, stderr } = await runToEnd("/usr/bin/git", {
    args: ["-C", folder, ...author, "-c", "commit.gpgsign=false", ...words],
  });
  assertEquals(code, 0, new TextDecoder().decode(stderr));
}

Deno.test("The command reference shows what the commands print", {
  ignore: isMissing("/usr/bin/git") || isMissing("/usr/lib/nagios/plugins/check_disk"),
}, async () => {
  await using project = await createProject("");
  const env = await installProgram(project);
  const blocks = (await consoleBlocks(page)).filter((block) => !block.includes("<TAB>"));
  for (const { command, output } of blocks.flatMap(parseConsole)) {
    assert(Object.hasOwn(preparations, command), `No preparation for the sample "${command}"`);
    await preparations[command]!(project);
    const { stdout } = await runToEnd("/bin/sh", {
      args: ["-c", `${command} 2>&1`],
      cwd: project.folder,
      env,
    });
    assertEquals(anyCommit(new TextDecoder().decode(stdout).trimEnd()), anyCommit(output), command);
  }
});

function anyCommit(text: string): string {
  return text.replaceAll(/since [0-9a-f]{7} \(\d{4}-\d\d-\d\d\)/g, "since COMMIT");
}
