/** The scripts of `checkwright completion`, run in their shells. */
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { createProject, type Project } from "../project.ts";
import { consoleBlocks } from "../samples.ts";
import { run } from "../serving.ts";
import { isMissing } from "../tools.ts";
import { outputOf } from "../waiting.ts";
import { installProgram } from "./installed.ts";

const agent = `
import { defineAgent, ok } from "@checkwright/checkwright";
export default defineAgent({
  commands: { check_one: () => ok("1"), check_two: () => ok("2"), "$(touch made)": () => ok("3") },
});
`;

/** For each line, suggestions that each shell must offer, and suggestions that it must not offer. */
const cases: [line: string, among: string[], not?: string[]][] = [
  ["checkwright se", ["serve"], ["list"]],
  ["checkwright ", ["init", "run", "query", "completion", "help"]],
  ["checkwright --v", ["--version"]],
  ["checkwright serve --", ["--settings", "--listen", "--no-tls", "--watch", "--help"]],
  ["checkwright serve --w", ["--watch"], ["--settings"]],
  ["checkwright serve ag", ["agent.ts"]],
  ["checkwright serve --settings se", ["settings.yaml"]],
  ["checkwright serve --listen 127.0.0.1:5666 ag", ["agent.ts"]],
  ["checkwright serve --listen ag", [], ["agent.ts"]],
  ["checkwright run ", ["agent.ts", "check_one", "check_two"]],
  ["checkwright run agent.ts ", ["check_one", "check_two", "check_agent"], ["agent.ts"]],
  ["checkwright run agent.ts check_o", ["check_one"], ["check_two"]],
  ["checkwright run --settings settings.yaml check_t", ["check_two"], ["check_one"]],
  ["checkwright run check_one --", [], ["--settings"]],
  ["checkwright run broken.ts ", [], ["check_one"]],
  ["checkwright query -C ag", ["agent.ts"]],
  ["checkwright query --client-c", ["--client-cert"]],
  ["checkwright completion ", ["bash", "zsh", "fish"]],
  ["checkwright cert ", ["ca", "server", "client", "show"], ["agent.ts"]],
  ["checkwright cert ca --o", ["--out"], ["--days"]],
  ["checkwright cert server name --ca ag", ["agent.ts"]],
  ["checkwright cert ca --out fo", ["folder"], ["agent.ts"]],
  ["checkwright cert ca --days fo", [], ["folder"]],
  ["checkwright help co", ["completion"], ["serve"]],
  ["checkwright init fo", ["folder"], ["agent.ts"]],
  ["checkwright nonsense ", [], ["agent.ts"]],
];

const shells: Record<string, { path: string; args: (harness: string) => string[] }> = {
  bash: { path: "/bin/bash", args: (harness) => ["--norc", harness] },
  zsh: { path: "/usr/bin/zsh", args: (harness) => ["-f", harness] },
  fish: { path: "/usr/bin/fish", args: (harness) => ["--no-config", harness] },
};

/** Completes lines with a shell in the folder of a project, with `checkwright` in its PATH. */
async function complete(shell: string, project: Project, lines: string[]): Promise<string[][]> {
  const { path, args } = shells[shell]!;
  const env = await installProgram(project);
  const script = await project.write("bin/script", (await run("completion", shell)).stdout);
  const harness = new URL(
    `completion/${shell}.${shell === "bash" ? "sh" : shell}`,
    import.meta.url,
  );
  const child = new Deno.Command(path, {
    args: [...args(fileURLToPath(harness)), script, `${project.folder}/bin/answers`],
    cwd: project.folder,
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(lines.map((line) => `${line}\n`).join("")));
  await input.close();
  const { stdout, stderr } = await outputOf(child, shell);
  assertEquals(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout).split("\n").slice(0, lines.length).map((line) =>
    line.split("\t").map((word) => word.replace(/\/$/, ""))
  );
}

for (const [shell, { path }] of Object.entries(shells)) {
  Deno.test(
    `${shell} completes subcommands, options, files and the agent's commands, and prints nothing else`,
    {
      ignore: isMissing(path),
    },
    async () => {
      await using project = await createProject(agent);
      await project.write("settings.yaml", "timeout: 5s\n");
      await project.write("broken.ts", "export default {");
      await Deno.mkdir(`${project.folder}/folder`);
      const answers = await complete(shell, project, cases.map(([line]) => line));
      for (const [index, [line, among, not = []]] of cases.entries()) {
        const found = answers[index]!;
        assertEquals(among.filter((word) => !found.includes(word)), [], `${line}: ${found}`);
        assertEquals(not.filter((word) => found.includes(word)), [], `${line}: ${found}`);
      }
      // The shell must not run the name of a command as code.
      assertEquals(await Deno.stat(`${project.folder}/made`).catch(() => "absent"), "absent");
    },
  );
}

Deno.test(
  "bash completion prints the output shown in the command reference",
  { ignore: isMissing(shells.bash!.path) },
  async () => {
    const block = (await consoleBlocks("src/cli/README.md")).find((sample) =>
      sample.includes("<TAB>")
    )!;
    const [, line, words] = /^\$ (.*)<TAB>\n(.*)\n$/.exec(block)!;
    const expected = words!.split(/ +/);
    const commands = expected.filter((name) => name !== "check_agent");
    await using project = await createProject(`
      import { defineAgent, ok } from "@checkwright/checkwright";
      export default defineAgent({ commands: {
        ${commands.map((name) => `${name}: () => ok("")`).join(", ")}
      } });
    `);
    const [found] = await complete("bash", project, [line!]);
    assertEquals(found!.filter((word) => word !== "").sort(), expected);
  },
);
